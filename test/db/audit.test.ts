/** Every change of a company's configuration leaves a row: who, what, which columns; never a value. */
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import { createTestDatabase, openTestDatabase, type TestDatabase } from '../helpers/database.ts'

let address: TestDatabase
let database: Database
let owner: Client
beforeAll(async () => {
  address = await createTestDatabase()
  database = await openTestDatabase(address.url)
  owner = new Client({ connectionString: address.url })
  await owner.connect()
})
afterAll(async () => {
  await owner.end()
  await database.close()
  await address.drop()
})

const since = async (work: () => Promise<unknown>) => {
  const last = await database.tenancy.asSystem((tx) => tx.auditLog.findFirst({ orderBy: { id: 'desc' } }))
  await work()
  return database.tenancy.asSystem((tx) =>
    tx.auditLog.findMany({ where: { id: { gt: last?.id ?? 0n } }, orderBy: { id: 'asc' } }),
  )
}

test('a change by hand names the login, the row and the columns, not the values', async () => {
  const rows = await since(() =>
    owner.query("UPDATE companies SET notify_email = 'secret@person.invalid' WHERE id = 1"),
  )
  expect(rows).toMatchObject([
    {
      companyId: 1,
      actor: (await owner.query('SELECT session_user AS name')).rows[0].name,
      action: 'configuration_update',
      entity: 'companies',
      entityId: '1',
      detail: { columns: ['notify_email'] },
    },
  ])
  expect(JSON.stringify(rows.map(({ detail }) => detail))).not.toContain('secret')
})

test('a tenant’s own change is told under its company; nothing changed leaves nothing', async () => {
  const rows = await since(() =>
    database.tenancy.run(1, async (tx) => {
      const service = await tx.service.findFirstOrThrow({ where: { companyId: 1 } })
      await tx.service.update({ where: { id: service.id }, data: { priceCents: 4_711 } })
      await tx.service.update({ where: { id: service.id }, data: { importedAt: new Date() } })
    }),
  )
  expect(rows).toMatchObject([{ companyId: 1, entity: 'services', detail: { columns: ['price_cents'] } }])
})

test('what is added and removed is told too', async () => {
  const rows = await since(async () => {
    await owner.query(
      "INSERT INTO phone_numbers (company_id, branch_id, number) SELECT 2, id, '+498999998099' FROM branches WHERE company_id = 2",
    )
    await owner.query("DELETE FROM phone_numbers WHERE number = '+498999998099'")
  })
  expect(rows.map(({ companyId, action, entity }) => `${companyId} ${action} ${entity}`)).toEqual([
    '2 configuration_insert phone_numbers',
    '2 configuration_delete phone_numbers',
  ])
})
