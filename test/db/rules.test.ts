import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import { isDatabaseUnavailable } from '../../src/db/errors.ts'
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

const run: Database['tenancy']['run'] = (...args) => database.tenancy.run(...args)
type Attempt = { id: string; kind: string; state: string; wishKey?: string; targetUid?: string }
const attempt = ({ wishKey = 'wish', ...data }: Attempt) =>
  run(1, (tx) => tx.bookingAttempt.create({ data: { companyId: 1, wishKey, ...data } }))

test('one wish has one live booking request; drafts and settled ones do not count', async () => {
  await attempt({ id: 'a1', kind: 'book', state: 'draft' })
  await attempt({ id: 'a2', kind: 'book', state: 'rejected' })
  await attempt({ id: 'a3', kind: 'book', state: 'executing' })
  await expect(attempt({ id: 'a4', kind: 'book', state: 'unknown' })).rejects.toMatchObject({ code: 'P2002' })
  await expect(
    run(1, (tx) => tx.bookingAttempt.update({ where: { id: 'a1' }, data: { state: 'executing' } })),
  ).rejects.toMatchObject({ code: 'P2002' })
  await attempt({ id: 'a5', kind: 'book', state: 'executing', wishKey: 'another wish' })
})

test('one booking has one live cancellation or move', async () => {
  await attempt({ id: 'c1', kind: 'cancel', state: 'unknown', targetUid: 'uid-1', wishKey: 'c1' })
  await expect(
    attempt({ id: 'c2', kind: 'reschedule', state: 'executing', targetUid: 'uid-1', wishKey: 'c2' }),
  ).rejects.toMatchObject({ code: 'P2002' })
  await attempt({ id: 'c3', kind: 'reschedule', state: 'executing', targetUid: 'uid-2', wishKey: 'c3' })
})

test('a second policy for the same scope is refused, also for the whole company', async () => {
  const policy = (serviceId: number | null) =>
    database.tenancy.asSystem((tx) =>
      tx.policy.create({ data: { companyId: 1, serviceId, reschedulesMax: 1 } }),
    )
  await expect(policy(null)).rejects.toMatchObject({ code: 'P2002' })
})

test.each([
  ['UPDATE opening_hours SET weekday = 0', 'opening_hours_weekday_check'],
  ["UPDATE opening_hours SET opens_at = '9:00'", 'opening_hours_span_check'],
  ['UPDATE opening_hours SET closes_at = opens_at', 'opening_hours_span_check'],
  ["UPDATE branches SET federal_state = 'XX'", 'branches_federal_state_check'],
  ["UPDATE branches SET facts = '[]'", 'branches_facts_check'],
  [
    "INSERT INTO closures (company_id, first_day, last_day) VALUES (1, '2026-12-26', '2026-12-24')",
    'closures_days_check',
  ],
  [
    "INSERT INTO closures (company_id, first_day, last_day, from_time) VALUES (1, '2026-12-24', '2026-12-24', '12:00')",
    'closures_times_check',
  ],
  [
    "INSERT INTO absences (company_id, staff_id, first_day, last_day, from_time, to_time) VALUES (1, 1, '2026-12-24', '2026-12-24', '12:00', '9:00')",
    'absences_times_check',
  ],
  ["UPDATE phone_numbers SET number = '030 23125001'", 'phone_numbers_number_check'],
  [
    "UPDATE phone_numbers SET number = '+4903012345603' WHERE company_id = 2",
    'phone_numbers_trunk_zero_check',
  ],
  ["UPDATE companies SET time_zone = 'Europe/Berln'", 'there is no time zone "Europe/Berln"'],
  ["UPDATE branches SET time_zone = 'Mars/Olympus'", 'there is no time zone'],
  [
    "INSERT INTO opening_hours (company_id, branch_id, weekday, opens_at, closes_at) SELECT company_id, branch_id, weekday, '17:00', '20:00' FROM opening_hours WHERE weekday = 2 AND company_id = 1",
    'overlap others of that day',
  ],
  ["UPDATE staff SET calcom_user_id = 501 WHERE first_name = 'Bernd'", 'belongs to another person'],
  [
    "INSERT INTO service_synonyms (company_id, service_id, synonym) SELECT company_id, id, ' HERRENSCHNITT ' FROM services WHERE name = 'Bartpflege'",
    'is a synonym of another service',
  ],
  [
    "UPDATE services SET calcom_event_type_id = 2563101 WHERE company_id = 2 AND name = 'Kontrolle'",
    'belongs to another company of the same connection',
  ],
  [
    'UPDATE service_staff SET calcom_event_type_id = 2563121 WHERE company_id = 2',
    'belongs to another company of the same connection',
  ],
  ["UPDATE customers SET phone = '0152 28817386'", 'customers_phone_check'],
  ["UPDATE companies SET missing_email = 'invent'", 'companies_missing_email_check'],
  ["UPDATE booking_attempts SET state = 'done'", 'booking_attempts_state_check'],
  ["UPDATE booking_attempts SET kind = 'move'", 'booking_attempts_kind_check'],
])('%s is refused', async (sql, constraint) => {
  await expect(database.tenancy.asSystem((tx) => tx.$executeRawUnsafe(sql))).rejects.toThrow(constraint)
})

test('people exchange their calendars and services their words in one transaction', async () => {
  await database.tenancy.asSystem(async (tx) => {
    await tx.$executeRaw`UPDATE staff SET calcom_user_id = CASE calcom_user_id WHEN 501 THEN 502 ELSE 501 END
      WHERE company_id = 1 AND calcom_user_id IN (501, 502)`
    await tx.$executeRaw`UPDATE staff SET calcom_user_id = 503 WHERE company_id = 1 AND first_name = 'Anna'`
    await tx.$executeRaw`UPDATE staff SET calcom_user_id = 502 WHERE company_id = 1 AND first_name = 'Clara'`
  })
})

test('one company may not see whose calendar it is, and is refused all the same', async () => {
  const claim = run(2, (tx) =>
    tx.service.updateMany({
      where: { companyId: 2, name: 'Kontrolle' },
      data: { calcomEventTypeId: 2563102 },
    }),
  )
  await expect(claim).rejects.toThrow(/belongs to another company/)
})

test('a violated rule is an answer of the database, not an outage', async () => {
  const violation = await attempt({ id: 'a1', kind: 'book', state: 'draft' }).catch((error: unknown) => error)
  const timeout = await run(1, (tx) => tx.$executeRaw`SELECT pg_sleep(5)`, { statementTimeoutMs: 50 }).catch(
    (error: unknown) => error,
  )
  expect([violation, timeout].map(isDatabaseUnavailable)).toEqual([false, false])
})

test('a full pool is an outage within the five seconds that a connection may take, not a wait without end', async () => {
  const small = await openTestDatabase(server.url, 1)
  let release = () => {}
  const held = new Promise<void>((done) => {
    release = done
  })
  const holder = small.tenancy.run(1, () => held)
  const startedAt = performance.now()
  const refused = await small.tenancy.run(1, async () => 'done').catch((error: unknown) => error)
  expect(isDatabaseUnavailable(refused)).toBe(true)
  expect(performance.now() - startedAt).toBeLessThan(10_000)
  release()
  await holder
  expect(await small.tenancy.run(1, async () => 'done')).toBe('done')
  await small.close()
})
