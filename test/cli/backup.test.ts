/**
 * A filled database is backed up, lost and restored, on Debian's PostgreSQL 15, by the commands an operator types. The copy is whole, is
 * held by row-level security as before, sends nothing twice and answers nobody until it is told to.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { migrateDatabase } from '../../src/db/migrate.ts'
import { seedDemo } from '../../src/development/seed.ts'
import { fillCompany } from '../db/fill.ts'
import { runCommand } from '../helpers/command.ts'
import { type DebianPostgres, hasDebianPostgres, startDebianPostgres } from '../helpers/debian-postgres.ts'

describe.skipIf(!hasDebianPostgres && process.env.REQUIRE_DEPLOY_TOOLS !== '1')('backup and restore', () => {
  let server: DebianPostgres
  let folder: string
  const file = () => join(folder, 'gateway.dump')

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-backup-'))
    server = await startDebianPostgres()
    await server.query('postgres', 'CREATE DATABASE original')
    await server.query('postgres', 'CREATE ROLE gateway_app LOGIN NOINHERIT')
    await migrateDatabase({ url: server.url('original'), grantTo: 'gateway_app' })
    const database = await openDatabase({
      ...{ url: server.url('original'), poolMax: 1, applicationName: 'test', requireRestrictedLogin: false },
    })
    await seedDemo(database)
    for (const companyId of [1, 2]) await database.tenancy.asSystem((tx) => fillCompany(tx, companyId))
    await database.close()
  }, 120_000)
  afterAll(async () => {
    await server?.stop()
    rmSync(folder, { recursive: true })
  })

  const asOwner = (database: string) => ({
    DATABASE_MIGRATION_URL: server.url(database),
    DATABASE_URL: server.url(database).replace('postgres@', 'gateway_app@'),
  })

  async function countsOf(database: string): Promise<Record<string, number>> {
    const tables = await server.query(
      database,
      `SELECT schemaname || '.' || tablename AS name FROM pg_tables
        WHERE schemaname IN ('public', 'graphile_worker') ORDER BY 1`,
    )
    const counts: Record<string, number> = {}
    for (const { name } of tables) {
      const [row] = await server.query(database, `SELECT count(*)::int AS count FROM ${String(name)}`)
      counts[String(name)] = Number(row?.count)
    }
    return counts
  }

  /** What a gateway says when it is started on a database, and how that ends; it is stopped once it listens. */
  async function startGatewayOn(database: string): Promise<{ code: number | null; output: string }> {
    const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
    const child = spawn(process.execPath, ['--import', 'tsx', main], {
      env: {
        ...{ PATH: process.env.PATH, NODE_ENV: 'production', PORT: '0', HOST: '127.0.0.1' },
        ...{ PUBLIC_URL: 'https://gateway.example', RETELLAI_API_KEY: 'key_x', METRICS_TOKEN: 'token' },
        ...{
          CALCOM_API_KEY: 'cal_x',
          CALCOM_WEBHOOK_SECRET: 'secret',
          DATABASE_URL: asOwner(database).DATABASE_URL,
        },
      },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => {
        output += String(text)
        if (/listening/i.test(output)) child.kill('SIGTERM')
      })
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, output }
  }

  test('what is lost comes back whole, and waits to be told before it acts', async () => {
    const made = await runCommand('backup', ['--to', file()], asOwner('original'))
    expect(made).toMatchObject({ code: 0, err: '' })
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    const before = await countsOf('original')
    expect(before['public.mail_outbox']).toBeGreaterThan(0)
    await server.query('original', `UPDATE mail_outbox SET state = 'pending'`)

    await server.query('postgres', 'CREATE DATABASE copy')
    const restored = await runCommand('restore', ['--from', file()], asOwner('copy'))
    expect(restored).toMatchObject({ code: 0, err: '' })
    expect(await countsOf('copy')).toEqual(before)
    const catalogue = (database: string) =>
      server.query(
        database,
        `SELECT relname, relrowsecurity, relforcerowsecurity, relacl::text,
            (SELECT array_agg(polname::text ORDER BY polname) FROM pg_policy WHERE polrelid = c.oid) AS policies
          FROM pg_class c WHERE relnamespace = 'public'::regnamespace ORDER BY 1`,
      )
    expect(await catalogue('copy')).toEqual(await catalogue('original'))

    const refused = await startGatewayOn('copy')
    expect(refused.code).toBe(1)
    expect(refused.output).toContain('answers nobody yet')
    const waiting = await server.query(
      'copy',
      `SELECT count(*)::int AS n FROM mail_outbox WHERE state = 'pending'`,
    )

    const released = await runCommand('restore', ['--release'], asOwner('copy'))
    expect(released).toMatchObject({ code: 0, err: '' })
    expect(released.out).toContain(`${waiting[0]?.n} mail(s)`)
    expect(await server.query('copy', `SELECT FROM mail_outbox WHERE state = 'pending'`)).toEqual([])
    expect(await startGatewayOn('copy')).toMatchObject({ code: 0 })
    expect(await runCommand('restore', ['--release'], asOwner('copy'))).toMatchObject({
      code: 1,
      err: 'This database is no restored copy, or was released already.\n',
    })
  }, 180_000)

  test('a copy that would be partial, a file that is there, a database in use, a broken file: one sentence each', async () => {
    await server.query('postgres', `CREATE ROLE owner_without LOGIN`)
    const held = server.url('original').replace('postgres@', 'owner_without@')
    const other = join(folder, 'other.dump')
    const sentences = [
      [
        await runCommand('backup', ['--to', other], { DATABASE_MIGRATION_URL: held }),
        /^The login "owner_without" cannot copy everything/,
      ],
      [
        await runCommand('backup', ['--to', folder], asOwner('original')),
        /is there already: name another file\.\n$/,
      ],
      [await runCommand('backup', [], asOwner('original')), /^npm run backup -- --to FILE\n$/],
      [await runCommand('backup', ['--to', other]), /^DATABASE_MIGRATION_URL is not set/],
      [
        await runCommand('restore', ['--from', join(folder, 'none')], asOwner('original')),
        /is not there\.\n$/,
      ],
    ] as const
    writeFileSync(other, 'not a copy')
    await server.query('postgres', 'CREATE DATABASE empty')
    const broken = await runCommand('restore', ['--from', other], asOwner('empty'))
    for (const [outcome, sentence] of [...sentences, [broken, /^pg_restore ended with 1: /] as const]) {
      expect(outcome.code).toBe(1)
      expect(outcome.err).toMatch(sentence)
      expect(outcome.err.trim().split('\n')).toHaveLength(1)
    }
    const inUse = await runCommand('restore', ['--from', other], asOwner('original'))
    expect(inUse.err).toMatch(/^The database has tables of the gateway already/)
    expect(await server.query('empty', `SELECT FROM pg_tables WHERE schemaname = 'public'`)).toEqual([])
  }, 120_000)
})
