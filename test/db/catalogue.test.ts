import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts'

/** Tables without a company, with the reason. */
const sharedTables = new Map([
  ['companies', 'the companies themselves: compared by id'],
  ['calcom_connections', 'one account may serve several companies; system role only'],
  ['console_users', 'a person may belong to several companies; system role only'],
  ['console_links', 'belongs to a person; system role only'],
  ['console_sessions', 'belongs to a person; system role only'],
  ['calcom_drift', 'what a connection says otherwise; system role only, nothing of anybody in it'],
  ['_prisma_migrations', 'the history of the schema; no role of ours reads it'],
])
/** Company tables that a tenant does not reach at all. */
const systemOnlyTables = new Set([
  'webhook_events',
  'company_files',
  'console_memberships',
  'calcom_drift',
  'agent_releases',
])
/** Unique over all companies, with the reason. */
const globalKeys = new Map([
  ['phone_numbers_number_key', 'routing: a dialled number decides the company'],
  ['calls_retell_call_id_key', 'routing: Retell draws the id'],
  ['call_sessions_call_id_key', 'routing: Retell draws the id'],
  ['console_memberships_scope_key', 'contains it in an expression: null is every company'],
  ['webhook_events_dedupe_key_key', 'system role only: one delivery, one row'],
])

/** Who may open the console, and how: system role only, reports included. */
const consoleTables = new Set(['console_users', 'console_memberships', 'console_links', 'console_sessions'])
/** Tables of companies that people do not see in the console, with the reason. */
const notInConsole = new Map([
  ['agent_releases', 'for operators; npm run agent -- status'],
  ['answered_bodies', 'protects against replays; nobody needs to read it'],
  ['call_evidence', 'no page shows it; npm run privacy:report has it in figures'],
  ['erasure_marks', 'what must not come back'],
  ['visits', 'their parts are appointments, which are seen'],
  ['call_sessions', 'what Retell says besides; function_calls has what happened'],
  ['calcom_drift', 'of a connection; for whoever runs the installation'],
  ['company_files', 'system role only'],
  ['figures_due', 'the work of a job'],
  ['identity_misses', 'protects callers; nobody needs to read it'],
  ['sync_marks', 'the work of jobs'],
  ['webhook_events', 'system role only'],
])

let server: TestDatabase
let client: Client

async function rows<T extends object>(sql: string): Promise<T[]> {
  return (await client.query<T>(sql)).rows
}

beforeAll(async () => {
  server = await createTestDatabase()
  client = new Client({ connectionString: server.url })
  await client.connect()
})
afterAll(async () => {
  await client?.end()
  await server?.drop()
})

const tablesSql = `SELECT c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
    EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'company_id') AS tenant
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1`

test('every table has a company, or a reason why not', async () => {
  const tables = await rows<{ name: string; tenant: boolean }>(tablesSql)
  expect(
    tables
      .filter(({ tenant }) => !tenant)
      .map(({ name }) => name)
      .sort(),
  ).toEqual([...sharedTables.keys()].sort())
})

test('row-level security is enabled and forced on every table of ours', async () => {
  const tables = await rows<{ name: string; enabled: boolean; forced: boolean }>(tablesSql)
  const open = tables.filter(
    ({ name, enabled, forced }) => name !== '_prisma_migrations' && !(enabled && forced),
  )
  expect(open).toEqual([])
})

test("every policy names its role; only the tenant's compares the company, and it compares on read and on write", async () => {
  const policies = await rows<{
    table: string
    role: string
    command: string
    using: string
    check: string | null
  }>(
    `SELECT tablename AS table, array_to_string(roles, ',') AS role, cmd AS command, qual AS using, with_check AS check
     FROM pg_policies WHERE schemaname = 'public'`,
  )
  const tables = (await rows<{ name: string }>(tablesSql))
    .map(({ name }) => name)
    .filter((n) => n !== '_prisma_migrations')
  for (const table of tables) {
    const own = new Map(
      policies.filter((policy) => policy.table === table).map((policy) => [policy.role, policy]),
    )
    const tenant = own.get('gateway_tenant')
    const expectedRoles = ['gateway_system']
    const isShared = table === 'calcom_connections' || consoleTables.has(table)
    if (!isShared) expectedRoles.push('gateway_report')
    if (!isShared && !systemOnlyTables.has(table)) expectedRoles.push('gateway_tenant')
    if (!isShared && !notInConsole.has(table)) expectedRoles.push('gateway_console')
    if (['companies', 'services', 'service_staff'].includes(table)) {
      // Whether a calendar belongs to another company is looked up by the owner, inside of triggers alone.
      const [owner] = await rows<{ name: string }>(
        `SELECT tableowner AS name FROM pg_tables WHERE tablename = '${table}'`,
      )
      expectedRoles.push(owner!.name)
      expect(own.get(owner!.name)).toMatchObject({
        command: 'SELECT',
        using: expect.stringContaining('pg_trigger_depth() > 0'),
      })
    }
    if (table === 'audit_log') {
      // The owner may add what its own changes trigger, and nothing else.
      const [owner] = await rows<{ name: string }>(
        "SELECT tableowner AS name FROM pg_tables WHERE tablename = 'audit_log'",
      )
      expectedRoles.push(owner!.name)
      expect(own.get(owner!.name)).toMatchObject({
        command: 'INSERT',
        check: expect.stringContaining('pg_trigger_depth() > 0'),
      })
    }
    expect([...own.keys()].sort(), table).toEqual(expectedRoles.sort())
    expect(own.get('gateway_report')?.command ?? 'SELECT', table).toBe('SELECT')
    const person = own.get('gateway_console')
    if (person) {
      const column = table === 'companies' ? 'id' : 'company_id'
      expect(person, table).toMatchObject({ command: 'SELECT', check: null })
      expect(person.using.replace(/\s+/g, ' '), table).toMatch(
        new RegExp(
          `^\\(\\(?${column} = ANY \\(\\(+ ?SELECT .*current_setting\\('app.company_ids'::text, true\\)`,
        ),
      )
      // Whoever is held to branches sees nothing more than theirs.
      expect(person.using, table).toContain("current_setting('app.branch_ids'::text, true)")
    }
    if (tenant) {
      const column = table === 'companies' ? 'id' : 'company_id'
      const comparison = `\\(${column} = \\( SELECT \\(NULLIF\\(current_setting\\('app.company_id'::text, true\\), ''::text\\)\\)::integer`
      expect(tenant.using, table).toMatch(new RegExp(`^${comparison}`))
      expect(tenant.check, table).toBe(tenant.using)
    }
  }
})

test('unique keys contain the company, or say why not', async () => {
  const keys = await rows<{ name: string }>(
    `SELECT c.relname AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
     WHERE t.relnamespace = 'public'::regnamespace AND i.indisunique AND NOT i.indisprimary
       AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'company_id')
       AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'company_id'
                       AND a.attnum = ANY (i.indkey::int[]))`,
  )
  expect(keys.map(({ name }) => name).sort()).toEqual([...globalKeys.keys()].sort())
})

test('a reference between tables of companies carries the company and never acts on its own', async () => {
  const references = await rows<{ name: string; columns: string[]; on_delete: string; on_update: string }>(
    `SELECT conname AS name, confdeltype AS on_delete, confupdtype AS on_update,
       ARRAY(SELECT attname::text FROM pg_attribute a WHERE a.attrelid = conrelid AND a.attnum = ANY (conkey)) AS columns
     FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace`,
  )
  expect(references.length).toBeGreaterThan(40)
  for (const { name, columns, on_delete, on_update } of references) {
    expect([on_delete, on_update], name).toEqual(['a', 'a'])
    if (name !== 'companies_calcom_connection_id_fkey' && !/^console_\w+_user_id_fkey$/.test(name))
      expect(columns, name).toContain('company_id')
  }
})

test('every column that names a row of another table has a reference', async () => {
  const loose = await rows<{ column: string }>(
    `SELECT c.relname || '.' || a.attname AS column FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
       AND a.attname ~ '^(company|branch|customer|service|staff|appointment|phone_number|default_service)_id$'
       AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conrelid = c.oid AND a.attnum = ANY (f.conkey))`,
  )
  expect(loose).toEqual([])
})

test('the roles cannot log in, pass row-level security or become one another', async () => {
  const roles = await rows<{ name: string; ok: boolean; members: number }>(
    `SELECT rolname AS name, NOT (rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb) AS ok,
       (SELECT count(*)::int FROM pg_auth_members m WHERE m.member = r.oid) AS members
     FROM pg_roles r WHERE rolname LIKE 'gateway\\_%' AND rolname IN
       ('gateway_tenant', 'gateway_system', 'gateway_report', 'gateway_worker', 'gateway_console', 'gateway_bare') ORDER BY 1`,
  )
  expect(roles.map(({ name }) => name)).toEqual([
    'gateway_bare',
    'gateway_console',
    'gateway_report',
    'gateway_system',
    'gateway_tenant',
    'gateway_worker',
  ])
  for (const { name, ok, members } of roles) expect([name, ok, members]).toEqual([name, true, 0])
})

test('what a role may do is what it needs: the tenant configures services, the report and bare roles write nothing', async () => {
  const grants = await rows<{ grantee: string; table: string; privilege: string }>(
    `SELECT grantee, table_name AS table, privilege_type AS privilege FROM information_schema.role_table_grants
     WHERE table_schema = 'public' AND grantee LIKE 'gateway\\_%'`,
  )
  const tablesWith = (role: string, ...privileges: string[]) =>
    [
      ...new Set(
        grants.filter((g) => g.grantee === role && privileges.includes(g.privilege)).map((g) => g.table),
      ),
    ].sort()
  for (const role of ['gateway_report', 'gateway_console'])
    expect(tablesWith(role, 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'), role).toEqual([])
  expect(grants.filter(({ grantee }) => grantee === 'gateway_bare' || grantee === 'gateway_worker')).toEqual(
    [],
  )
  expect(tablesWith('gateway_tenant', 'DELETE', 'TRUNCATE')).toEqual(['service_staff', 'service_synonyms'])
  const written = tablesWith('gateway_tenant', 'INSERT', 'UPDATE')
  for (const table of [
    'companies',
    'phone_numbers',
    'branches',
    'opening_hours',
    'closures',
    'absences',
    'policies',
    'webhook_events',
    'calcom_connections',
  ])
    expect(written).not.toContain(table)
})

test('functions that run as the owner pin their search path and are not for everybody', async () => {
  const functions = await rows<{ name: string; pinned: boolean; open: boolean }>(
    `SELECT proname AS name, coalesce(array_to_string(proconfig, ',') LIKE '%search_path=pg_catalog, pg_temp%', false) AS pinned,
       proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0) AS open
     FROM pg_proc WHERE prosecdef AND pronamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
     ORDER BY 1`,
  )
  expect(functions).toEqual([
    { name: 'gateway_calendar_of_one_company', pinned: true, open: false },
    { name: 'gateway_enqueue_job', pinned: true, open: false },
  ])
})

test('no view passes by the policies', async () => {
  const views = await rows(
    `SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace
       AND NOT (relkind = 'v' AND coalesce(array_to_string(reloptions, ',') LIKE '%security_invoker=true%', false))`,
  )
  expect(views).toEqual([])
})
