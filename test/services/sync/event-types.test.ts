/** Cal.com's event types as services: what an import changes, and what it never does. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startGateway, type TestGateway } from '../../helpers/gateway.ts'
import { asOwner } from '../../helpers/webhooks.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())
beforeEach(async () => {
  gateway.simulator.control.reset()
  gateway.clock.advance(61_000)
  await asOwner(
    gateway,
    'UPDATE services SET is_active = calcom_event_type_id <> 4711, locked_fields = ARRAY[]::text[] WHERE company_id = 1',
  )
})

const control = () => gateway.simulator.control
const importNow = () => gateway.gateway.jobs.eventTypes.runCompany(1)
const services = () =>
  gateway.database.tenancy.run(1, (tx) =>
    tx.service.findMany({ orderBy: { id: 'asc' }, include: { serviceStaff: true, synonyms: true } }),
  )
const service = async (eventTypeId: number) =>
  (await services()).find(({ calcomEventTypeId }) => calcomEventTypeId === eventTypeId)
const cut = 2563101

test('an import of what is there already changes nothing, and a second one neither', async () => {
  const before = await services()
  await importNow()
  expect(await importNow()).toEqual({
    created: 0,
    updated: 0,
    deactivated: 0,
    returned: 0,
    notOffered: [],
  })
  const after = await services()
  const plain = (list: typeof before) =>
    list.map(
      ({ id, name, durationMinutes, priceCents, isActive, calcomEventTypeId, serviceStaff, synonyms }) => ({
        id,
        name,
        durationMinutes,
        priceCents,
        isActive,
        calcomEventTypeId,
        synonyms,
        staff: serviceStaff.map(({ staffId, calcomEventTypeId: own }) => [staffId, own]).sort(),
      }),
    )
  expect(plain(after)).toEqual(plain(before))
})

test('name, duration, price, notice, confirmation and who performs it follow Cal.com', async () => {
  control().putEventType({
    id: cut,
    title: 'Herrenschnitt deluxe',
    lengthInMinutes: 45,
    price: 3500,
    requiresConfirmation: true,
    minimumBookingNotice: 90,
    hosts: [501],
  })
  await importNow()
  const changed = await service(cut)
  expect(changed).toMatchObject({
    name: 'Herrenschnitt deluxe',
    durationMinutes: 45,
    priceCents: 3500,
    requiresConfirmation: true,
    minimumNoticeMinutes: 90,
    isActive: true,
  })
  const people = await gateway.database.tenancy.run(1, (tx) => tx.staff.findMany())
  const anna = people.find(({ calcomUserId }) => calcomUserId === 501)!
  // Bernd keeps his pair: it has an event type of its own.
  expect(changed!.serviceStaff.filter(({ calcomEventTypeId }) => calcomEventTypeId === null)).toEqual([])
  expect(changed!.serviceStaff.map(({ staffId }) => staffId)).toContain(anna.id)
  expect(changed!.synonyms.length).toBeGreaterThan(0)
})

test('locked fields and prices that Cal.com does not have stay as the business set them', async () => {
  await asOwner(
    gateway,
    "UPDATE services SET locked_fields = '{name,price,duration,staff}' WHERE calcom_event_type_id = $1",
    [cut],
  )
  const before = await service(cut)
  control().putEventType({ id: cut, title: 'Anders', lengthInMinutes: 99, price: 100, hosts: [504] })
  await importNow()
  expect(await service(cut)).toMatchObject({
    serviceStaff: before!.serviceStaff,
    name: before!.name,
    durationMinutes: before!.durationMinutes,
    priceCents: before!.priceCents,
  })
  await asOwner(gateway, "UPDATE services SET locked_fields = '{}' WHERE calcom_event_type_id = $1", [cut])
  control().putEventType({
    id: cut,
    title: 'Herrenhaarschnitt',
    lengthInMinutes: 30,
    price: 0,
    hosts: [501, 502, 503],
  })
  await importNow()
  expect(await service(cut)).toMatchObject({ name: 'Herrenhaarschnitt', priceCents: before!.priceCents })
})

test('a new event type becomes a service of its branch with its people, a new person becomes staff', async () => {
  control().putHost({ id: 777, name: 'Petra von Neu' })
  control().putEventType({
    id: 4711,
    title: 'Hochsteckfrisur',
    lengthInMinutes: 75,
    teamId: 34209,
    schedulingType: 'roundRobin',
    hosts: [501, 777],
  })
  expect(await importNow()).toMatchObject({ created: 1 })
  expect(await service(4711)).toMatchObject({
    name: 'Hochsteckfrisur',
    durationMinutes: 75,
    branchId: '5a10a000-0000-4000-8000-000000000001',
    isActive: true,
  })
  const people = await gateway.database.tenancy.run(1, (tx) => tx.staff.findMany())
  expect(people.find(({ calcomUserId }) => calcomUserId === 777)).toMatchObject({
    firstName: 'Petra',
    lastName: 'von Neu',
  })
  expect((await service(4711))!.serviceStaff.length).toBe(2)
  expect(await importNow()).toMatchObject({ created: 0 })
})

test('a managed parent and a hidden type become no service', async () => {
  control().putEventType({
    id: 5001,
    title: 'Vorlage',
    lengthInMinutes: 30,
    teamId: 34209,
    schedulingType: 'managed',
  })
  control().putEventType({
    id: 5002,
    title: 'Intern',
    lengthInMinutes: 30,
    teamId: 34209,
    hidden: true,
    hosts: [501],
  })
  await importNow()
  expect([await service(5001), await service(5002)]).toEqual([undefined, undefined])
})

test('what vanished is switched off, not deleted, and comes back with its event type; what the business switched off stays off', async () => {
  control().removeEventType(2563105)
  expect(await importNow()).toMatchObject({ deactivated: 1 })
  expect(await service(2563105)).toMatchObject({ isActive: false, name: 'Bartpflege' })
  await asOwner(gateway, 'UPDATE services SET is_active = false WHERE calcom_event_type_id = 2563106')
  control().reset()
  expect(await importNow()).toMatchObject({ returned: 1, deactivated: 0 })
  expect(await service(2563105)).toMatchObject({ isActive: true })
  expect(await service(2563106)).toMatchObject({ isActive: false })
})

test('an empty, failed or foreign answer changes nothing and raises an alarm (I-64)', async () => {
  const before = await services()
  const ids = before.flatMap(({ calcomEventTypeId, serviceStaff }) => [
    calcomEventTypeId!,
    ...serviceStaff.flatMap((pair) => pair.calcomEventTypeId ?? []),
  ])
  for (const id of [...ids, 4711, 5001, 5002]) control().removeEventType(id)
  await expect(importNow()).rejects.toMatchObject({ code: 'no_event_types' })
  control().putEventType({ id: 6001, title: 'Fremd', lengthInMinutes: 30, teamId: 34209, hosts: [501] })
  await expect(importNow()).rejects.toMatchObject({ code: 'nothing_known' })
  control().reset()
  // The second of the two branches' lists fails: nothing of the first is written either.
  control().putEventType({ id: cut, title: 'Umbenannt', lengthInMinutes: 30 })
  control().addFault({ operation: 'listTeamEventTypes', effect: 'error', status: 503, skip: 1, times: null })
  await expect(importNow()).rejects.toMatchObject({ kind: 'unavailable' })
  const active = (list: typeof before) => list.map(({ id, isActive, name }) => [id, isActive, name])
  expect(active(await services())).toEqual(active(before))
  const report = await gateway.gateway.jobs.runner.runNow('import_event_types')
  expect(report).toMatchObject({ failed: expect.any(Number) })
  expect(gateway.lines.some((line) => line.includes('import_failed'))).toBe(true)
})
