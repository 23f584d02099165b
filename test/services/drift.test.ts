/** Cal.com becomes another: counted, kept without anybody's data, alarmed once, shown by the doctor; and the canary sees it first. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import { askCanary } from '../../src/services/doctor/canary.ts'
import { DriftBook } from '../../src/services/drift.ts'
import { openCalcom } from '../helpers/calcom.ts'
import { newCallId, startGateway, type TestGateway } from '../helpers/gateway.ts'
import { testLog } from '../helpers/log.ts'
import { asOwner, receiveWebhooks, sendWebhook, startOver } from '../helpers/webhooks.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())
beforeEach(async () => {
  await startOver(gateway)
  gateway.lines.length = 0
})

const control = () => gateway.simulator.control
const kept = () =>
  asOwner<{ source: string; field: string; found: string; count: number }>(
    gateway,
    'SELECT source, field, found, count FROM calcom_drift ORDER BY source, field',
  )
/** Written after the answer. */
async function keptOf(expected: number) {
  for (let tries = 0; tries < 200; tries += 1) {
    const rows = await kept()
    if (rows.length >= expected) return rows
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  return kept()
}
const alarms = () =>
  gateway.lines.map((line) => JSON.parse(line)).filter(({ alarm }) => alarm === 'calcom_drift')
const bookOnTheWeb = () =>
  control().bookAsStranger({
    start: '2026-11-27T13:00:00Z',
    eventTypeId: 2563101,
    attendee: { name: 'Erika Web', email: 'erika@web.example', timeZone: 'Europe/Berlin' },
  })

test('Cal.com as we know it is no news: a booking, a move, a cancellation, an import, their webhooks', async () => {
  await receiveWebhooks(gateway)
  const call = { callId: newCallId(), from: '+4915112345001' }
  const wish = { name: 'Max Mustermann', date: '27.11.2026', time: '14:00', service: 'Herrenhaarschnitt' }
  expect(await gateway.call('book_appointment', wish, call)).toMatchObject({ success: true })
  const moved = { date: '27.11.2026', new_date: '28.11.2026', new_time: '10:00', confirmed: true }
  expect(await gateway.call('reschedule_appointment', moved, call)).toMatchObject({ success: true })
  const gone = { date: '28.11.2026', confirmed: true }
  expect(await gateway.call('cancel_appointment', gone, call)).toMatchObject({ success: true })
  const web = await bookOnTheWeb()
  control().setClock({ now: '2026-11-27T14:00:00Z' })
  await control().markNoShow(web.uid)
  await control().endMeeting(web.uid)
  control().setClock({})
  await gateway.gateway.jobs.eventTypes.runCompany(1)
  await gateway.gateway.jobs.reconciler.runCompany(1)
  await gateway.settle()
  expect(await kept()).toEqual([])
  expect(alarms()).toEqual([])
})

test('an odd answer is counted each time, alarmed once, and shown by the doctor without what stood there', async () => {
  const { uid } = await bookOnTheWeb()
  control().spoilBooking(uid, {
    hosts: [{ id: 'unknown', name: 'Geheim' }],
    status: 'confirmed_by_host',
    start: 'bald',
  })
  await gateway.gateway.jobs.reconciler.runCompany(1)
  expect(await keptOf(3)).toMatchObject([
    { source: 'bookings', field: 'data[].hosts[].id', found: 'text' },
    { source: 'bookings', field: 'data[].start', found: 'text' },
    { source: 'bookings', field: 'data[].status', found: 'confirmed_by_host' },
  ])
  gateway.clock.advance(5 * 60_000)
  await gateway.gateway.jobs.reconciler.runCompany(1)
  await expect.poll(async () => (await kept())[0]!.count).toBe(2)
  expect(alarms()).toHaveLength(3)
  const metrics = await gateway.app.inject({ url: '/metrics' })
  expect(metrics.body).toMatch(/gateway_calcom_drift_total\{source="bookings",field="data.\*.status"\} \d/)
  const { findings } = await gateway.gateway.doctor.run({ companyId: 1 })
  const shown = findings.filter(({ code }) => code === 'calcom_drift')
  expect(shown).toHaveLength(3)
  expect(JSON.stringify([shown, await kept(), alarms()])).not.toMatch(/Geheim|bald|unknown|Erika|erika/)
})

test('a webhook with a trigger, a status or a shape that we do not know is counted, and worked on all the same', async () => {
  const { uid } = await bookOnTheWeb()
  await sendWebhook(gateway, {
    triggerEvent: 'BOOKING_TELEPORTED',
    createdAt: '2026-11-24T08:00:00Z',
    payload: { uid },
  })
  const payload = {
    ...{
      bookingId: 9000001,
      eventTypeId: 2563101,
      startTime: '2026-11-27T13:00:00Z',
      endTime: '2026-11-27T13:30:00Z',
    },
    ...{ status: 'MAYBE', attendees: 'Erika Web' },
  }
  const sent = await sendWebhook(gateway, {
    triggerEvent: 'BOOKING_CREATED',
    createdAt: '2026-11-24T08:00:01Z',
    payload,
  })
  expect(sent.statusCode).toBe(200)
  expect(await keptOf(4)).toMatchObject([
    { source: 'webhook', field: 'payload.attendees', found: 'text' },
    { source: 'webhook', field: 'payload.status', found: 'MAYBE' },
    { source: 'webhook', field: 'payload.uid', found: 'missing' },
    { source: 'webhook', field: 'triggerEvent', found: 'BOOKING_TELEPORTED' },
  ])
})

describe('the canary', () => {
  let change: (path: string, body: unknown) => unknown = (_, body) => body
  let copy: Server
  beforeAll(async () => {
    // Cal.com as it might be tomorrow: every answer passes here and may be changed.
    copy = createServer(async (request, response) => {
      const answer = await fetch(`${gateway.simulator.url}${request.url}`, {
        headers: { ...(request.headers as Record<string, string>), host: 'localhost' },
        method: request.method,
      })
      const body: unknown = await answer.json()
      response.writeHead(answer.status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(change(request.url ?? '', body)))
    })
    await new Promise<void>((done) => copy.listen(0, '127.0.0.1', done))
  })
  afterAll(() => new Promise((done) => copy.close(done)))

  async function ask() {
    const { port } = copy.address() as AddressInfo
    const drift = new DriftBook({ tenancy: gateway.database.tenancy, clock: systemClock, log: testLog().log })
    const { connections } = await openCalcom(
      `http://127.0.0.1:${port}`,
      {},
      { onDrift: (id, drifts) => drift.note(id, drifts) },
    )
    const deps = { calcom: (id: string) => connections.get(id), drift, clock: gateway.clock }
    const subject = { connectionId: 'default', teamId: 34209, timeZone: 'Europe/Berlin' }
    const findings = await askCanary(deps, subject)
    await connections.close()
    return findings.map(
      ({ severity, message }) => `${severity}: ${message.replace('Cal.com (connection default) ', '')}`,
    )
  }

  test('finds nothing to say of Cal.com as we know it, and changes nothing there', async () => {
    await bookOnTheWeb()
    change = (_, body) => body
    control().clearRequests()
    expect(await ask()).toEqual([])
    const operations = control()
      .requests()
      .map(({ operation, method }) => `${method} ${operation}`)
    expect(operations.length).toBeGreaterThan(5)
    expect(operations.filter((one) => !one.startsWith('GET '))).toEqual([])
    expect(await gateway.gateway.doctor.askCanary()).toEqual([])
  })

  test.each<[string, typeof change, RegExp]>([
    [
      'slots under another name',
      (path, body) =>
        path.includes('/slots') ? JSON.parse(JSON.stringify(body).replaceAll('"start"', '"begins"')) : body,
      /error: answers the free times of a week otherwise than we know it: it cannot be read/,
    ],
    [
      'a status that we do not know',
      (path, body) =>
        path.includes('/bookings?')
          ? JSON.parse(JSON.stringify(body).replaceAll('"accepted"', '"agreed"'))
          : body,
      /warning: says something otherwise than we know it: data\[\]\.status of bookings is agreed\./,
    ],
    [
      'no change in other words for the same refusal',
      (path, body) =>
        path.includes('askproCanary') ? { status: 'error', error: { message: 'nope' } } : body,
      /^$/,
    ],
    [
      'ids as text',
      (path, body) =>
        path.endsWith('/me') ? JSON.parse(JSON.stringify(body).replace(/"id":(\d+)/, '"id":"u-$1"')) : body,
      /error: answers whose key this is otherwise than we know it: it cannot be read/,
    ],
  ])('sees %s', async (_, changed, expected) => {
    await bookOnTheWeb()
    change = changed
    const told = (await ask()).join('\n')
    change = (_path, body) => body
    expect(told).toMatch(expected)
  })
})
