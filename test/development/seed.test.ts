import { isValidPhoneNumber } from 'libphonenumber-js/max'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import { seedDemo } from '../../src/development/seed.ts'
import { createTestDatabase, openTestDatabase, type TestDatabase } from '../helpers/database.ts'

let server: TestDatabase
let database: Database

beforeAll(async () => {
  server = await createTestDatabase()
  database = await openTestDatabase(server.url)
})
afterAll(async () => {
  await database?.close()
  await server?.drop()
})

/** Everything the seed writes, without its timestamps. */
async function snapshot() {
  return database.tenancy.asSystem(async (tx) => {
    const withoutTimes = <T extends object>(rows: T[]) =>
      rows.map(({ updatedAt, createdAt, ...row }: T & { updatedAt?: Date; createdAt?: Date }) => row)
    return {
      companies: withoutTimes(await tx.company.findMany({ orderBy: { id: 'asc' } })),
      branches: withoutTimes(await tx.branch.findMany({ orderBy: { id: 'asc' } })),
      hours: (await tx.openingHour.findMany({ orderBy: [{ branchId: 'asc' }, { weekday: 'asc' }] })).map(
        ({ id, ...hour }) => hour,
      ),
      numbers: withoutTimes(await tx.phoneNumber.findMany({ orderBy: { id: 'asc' } })),
      staff: withoutTimes(await tx.staff.findMany({ orderBy: { id: 'asc' } })),
      services: withoutTimes(await tx.service.findMany({ orderBy: { id: 'asc' } })),
      synonyms: await tx.serviceSynonym.findMany({ orderBy: { id: 'asc' } }),
      serviceStaff: await tx.serviceStaff.findMany({ orderBy: [{ serviceId: 'asc' }, { staffId: 'asc' }] }),
      policies: (await tx.policy.findMany({ orderBy: { serviceId: 'asc' } })).map(
        ({ id, ...policy }) => policy,
      ),
      customers: withoutTimes(await tx.customer.findMany({ orderBy: { id: 'asc' } })),
    }
  })
}

test('seeding again changes nothing, and repairs what was changed', async () => {
  const first = await snapshot()
  await database.tenancy.asSystem((tx) => tx.company.update({ where: { id: 1 }, data: { isTest: false } }))
  await seedDemo(database)
  expect(await snapshot()).toEqual(first)
})

test('the salon is a test company with what a call needs', async () => {
  const { companies, branches, staff, services, numbers, policies } = await snapshot()
  expect(companies.map(({ name, isTest }) => [name, isTest])).toEqual([
    ['Salon Sonnenschein', true],
    ['Zahnarztpraxis Dr. Weiß', false],
  ])
  expect(branches.filter(({ companyId }) => companyId === 1).map(({ name }) => name)).toEqual([
    'Mitte',
    'Nord',
  ])
  expect(staff.filter(({ companyId }) => companyId === 1)).toHaveLength(4)
  expect(new Set(services.filter(({ companyId }) => companyId === 1).map(({ name }) => name)).size).toBe(6)
  expect(policies.filter(({ companyId }) => companyId === 1)).toHaveLength(2)
  for (const { number } of numbers) expect(isValidPhoneNumber(number), number).toBe(true)
})

test('the practice has a connection of its own only where one is given, and keeps it', async () => {
  const connectionOf = (id: number) =>
    database.tenancy
      .asSystem((tx) => tx.company.findUniqueOrThrow({ where: { id } }))
      .then((c) => c.calcomConnectionId)
  expect(await connectionOf(2)).toBeNull()
  const practiceConnection = {
    baseUrl: 'http://127.0.0.1/v2',
    apiKeyEncrypted: 'sealed key',
    webhookSecretEncrypted: 'sealed secret',
  }
  await seedDemo(database, { practiceConnection })
  await seedDemo(database, { practiceConnection: { ...practiceConnection, apiKeyEncrypted: 'sealed anew' } })
  await seedDemo(database)
  expect([await connectionOf(1), await connectionOf(2)]).toEqual([null, 'praxis-weiss'])
  const [connection] = await database.tenancy.asSystem((tx) => tx.calcomConnection.findMany())
  expect(connection).toMatchObject(practiceConnection)
})

test('the next company gets an id of its own after the given ones', async () => {
  const { id } = await database.tenancy.asSystem((tx) => tx.company.create({ data: { name: 'Neu' } }))
  expect(id).toBe(3)
})

test('a database whose company 1 is somebody else is not seeded', async () => {
  await database.tenancy.asSystem((tx) =>
    tx.company.update({ where: { id: 1 }, data: { name: 'Echter Salon' } }),
  )
  await expect(seedDemo(database)).rejects.toThrow('this database is in real use')
  const { name } = await database.tenancy.asSystem((tx) => tx.company.findUniqueOrThrow({ where: { id: 1 } }))
  expect(name).toBe('Echter Salon')
})
