import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts'
import { type Column, type Index, readPrismaSchema } from './prisma-schema.ts'

const tables = readPrismaSchema(new URL('../../prisma/schema.prisma', import.meta.url))

/** Only in SQL, with the reason; everything else must be in both. */
const sqlOnlyIndexes = new Map([
  ['booking_attempts_live_wish_key', 'partial: only live attempts are unique'],
  ['booking_attempts_live_target_key', 'partial: only live attempts are unique'],
  ['booking_attempts_visit_id_idx', 'partial: most attempts are of no visit'],
  ['visits_unsettled_idx', 'partial: what waits'],
  ['function_calls_said_idx', 'partial: what is not forgotten yet'],
  ['appointments_not_in_sync_idx', 'partial: what waits'],
  ['agent_releases_company_id_applying_key', 'partial: one at a time'],
  ['callback_requests_open_idx', 'partial: what waits'],
  ['erasure_marks_pending_idx', 'partial: what waits'],
])
/** Named in both, but an expression in SQL: null scopes are equal. */
const expressionIndexes = new Set(['policies_scope_key', 'console_memberships_scope_key'])

/** Their columns cannot be NOT NULL, and they have no keys. */
const views = new Set(['retell_call_sessions'])

let server: TestDatabase
let client: Client

beforeAll(async () => {
  server = await createTestDatabase()
  client = new Client({ connectionString: server.url })
  await client.connect()
})
afterAll(async () => {
  await client?.end()
  await server?.drop()
})

test('schema.prisma and the database have the same tables and views', async () => {
  const { rows } = await client.query<{ tablename: string }>(
    `SELECT relname AS tablename FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') AND relname <> '_prisma_migrations' ORDER BY 1`,
  )
  expect(tables.map(({ name }) => name).sort()).toEqual(rows.map(({ tablename }) => tablename))
})

test.each(tables)(
  '$name has the same columns, types, nullability and defaults',
  async ({ name, columns }) => {
    const shown = views.has(name) ? columns.map((column) => ({ ...column, nullable: true })) : columns
    const { rows } = await client.query<Column>(
      `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, NOT attnotnull AS nullable, atthasdef AS "hasDefault"
     FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
      [name],
    )
    expect(rows).toEqual(shown)
  },
)

test.each(tables.filter(({ name }) => !views.has(name)))(
  '$name has the same keys and indexes',
  async ({ name, primaryKey, indexes }) => {
    const { rows } = await client.query<Index & { primary: boolean }>(
      `SELECT c.relname AS name, i.indisunique AS unique, i.indisprimary AS primary,
       ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int[]) WITH ORDINALITY k(attnum, position)
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum ORDER BY position) AS columns
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = $1::regclass`,
      [name],
    )
    expect(rows.find(({ primary }) => primary)?.columns).toEqual(primaryKey)
    const inDatabase = rows
      .filter((index) => !index.primary && !sqlOnlyIndexes.has(index.name))
      .map(({ primary, ...index }) => index)
    const comparable = (list: Index[]) =>
      list
        .map((index) => (expressionIndexes.has(index.name) ? { ...index, columns: [] } : index))
        .sort((a, b) => (a.name < b.name ? -1 : 1))
    expect(comparable(inDatabase)).toEqual(comparable(indexes))
  },
)
