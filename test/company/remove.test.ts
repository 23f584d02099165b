/** Offboarding: the file first, then every row of the company and none of another's; what stays at the vendors is listed. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import { fillCompany } from '../db/fill.ts'
import { runCommand } from '../helpers/command.ts'
import { encryptionKey, openCompanies, testSecrets } from '../helpers/companies.ts'
import { createTestDatabase, openTestDatabase, type TestDatabase } from '../helpers/database.ts'

let address: TestDatabase
let database: Database
let owner: Client
let folder: string
beforeAll(async () => {
  address = await createTestDatabase()
  database = await openTestDatabase(address.url)
  owner = new Client({ connectionString: address.url })
  await owner.connect()
  folder = await mkdtemp(join(tmpdir(), 'company-remove-'))
  await database.tenancy.asSystem(async (tx) => {
    await fillCompany(tx, 1)
    await fillCompany(tx, 2)
  })
})
afterAll(async () => {
  await owner?.end()
  await database?.close()
  await address?.drop()
  await rm(folder, { recursive: true, force: true })
})

async function remove(...args: string[]) {
  return runCommand('company', ['remove', ...args], {
    NODE_ENV: 'test',
    DATABASE_URL: address.url,
    ENCRYPTION_KEY: encryptionKey,
  })
}

/** Rows of a company in every table that has any. */
async function rowsOf(companyId: number): Promise<Record<string, number>> {
  const { rows: tables } = await owner.query<{ name: string; key: string }>(
    `SELECT table_name AS name, column_name AS key FROM information_schema.columns WHERE table_schema = 'public'
       AND (column_name = 'company_id' OR (table_name = 'companies' AND column_name = 'id'))`,
  )
  const counts: Record<string, number> = {}
  for (const { name, key } of tables) {
    const { rows } = await owner.query(`SELECT count(*)::int AS n FROM ${name} WHERE ${key} = $1`, [
      companyId,
    ])
    if (rows[0].n > 0) counts[name] = rows[0].n
  }
  return counts
}

test('without a yes nothing goes; with it all of the company does, and nothing of another', async () => {
  const companies = openCompanies(database, testSecrets())
  await companies.apply(await companies.export('2'), { companyId: 2 })
  const [before, other] = [await rowsOf(2), await rowsOf(1)]
  expect(Object.keys(before).length).toBeGreaterThan(15)

  const asked = await remove('2')
  expect(asked.code).toBe(1)
  expect(asked.err).toBe(
    'Nothing was deleted. With --yes all of company 2 "Zahnarztpraxis Dr. Weiß" goes, for ever.\n',
  )
  expect(await rowsOf(2)).toEqual(before)

  const path = join(folder, 'gone.yaml')
  const gone = await remove('2', '--yes', '--out', path)
  expect(gone).toMatchObject({ code: 0, err: '' })
  expect(gone.out).toContain('  appointments: 1\n')
  expect(gone.out).toMatch(
    /Cal\.com, connection default, which other companies use too: 1 booking\(s\), 1 still to come/,
  )
  expect(gone.out).toContain('numbers +498999998001; agents agent_demo_praxis')
  expect(gone.out).not.toMatch(/Sabine|Müller|@/)
  expect(await rowsOf(2)).toEqual({})
  expect(await rowsOf(1)).toEqual(other)

  // The file makes it again.
  expect(await companies.apply(await readFile(path, 'utf8'))).toMatchObject({ kind: 'applied' })
  expect((await remove('2', '--yes', '--out', path)).err).toBe('There is no company 2.\n')
  const again = await remove('zahnarztpraxis-dr-weiss', '--yes', '--out', path)
  expect(again.err).toBe(`${path} is there already: name another file with --out. Nothing was deleted.\n`)
}, 120_000)
