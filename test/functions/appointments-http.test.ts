/** Existing appointments through the HTTP route, as agents call it: names, aliases, placeholders, whole calls. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { caller, newCallId, startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

let people = 0
/** A caller of their own, with one booked haircut. */
async function bookedCaller(at = 'Freitag', time = '10:00') {
  people += 1
  const from = `+49151123460${String(people).padStart(2, '0')}`
  const callId = newCallId()
  const who = { callId, from }
  const name = 'Erika Muster'
  await gateway.call(
    'start_booking',
    { name, date: at, time, service: 'Herrenhaarschnitt', email: 'erika@kunden.gmx.de' },
    who,
  )
  const booked = await gateway.call('confirm_booking', { confirmed: true }, who)
  expect(booked).toMatchObject({ success: true })
  return { ...who, id: booked.appointment_id as number }
}

const live = () => gateway.simulator.control.bookings().filter((booking) => booking.status === 'accepted')

test('a whole call: booked, found, moved with the flow’s argument names, cancelled', async () => {
  const { callId, from, id } = await bookedCaller()
  const later = { callId: newCallId(), from }
  expect(
    await gateway.call('get_customer_appointments', { customer_name: 'Erika Muster' }, later),
  ).toMatchObject({
    success: true,
    count: 1,
    appointments: [{ id, date: '2026-11-27', time: '10:00' }],
  })
  expect(
    await gateway.call(
      'reschedule_appointment',
      {
        call_id: 'call-1',
        old_datum: '27.11.2026',
        old_uhrzeit: '10:00',
        new_datum: '28.11.2026',
        new_uhrzeit: '11:30',
      },
      later,
    ),
  ).toMatchObject({ success: true, status: 'rescheduled', neue_uhrzeit: '11 Uhr 30' })
  expect(await gateway.call('query_appointment', { datum: 'am Samstag' }, { callId, from })).toMatchObject({
    found: true,
    appointment: { id, time: '11:30' },
  })
  expect(
    await gateway.call('cancel_appointment_v17', { datum: 'Samstag', uhrzeit: '11:30' }, later),
  ).toMatchObject({ success: true, status: 'cancelled', appointment_id: id })
  expect(await gateway.call('query_appointment', {}, later)).toMatchObject({ success: true, found: false })
})

test('I-35 a cancelled slot is offered again, a moved-to one no more', async () => {
  const wish = { date: 'Donnerstag', time: '09:00', service: 'Dauerwelle' }
  const first = { callId: newCallId(), from: '+4915112346090' }
  await gateway.call('start_booking', { ...wish, name: 'Ada Wirt', email: 'ada@kunden.gmx.de' }, first)
  expect(await gateway.call('confirm_booking', { confirmed: true }, first)).toMatchObject({ success: true })
  const other = { callId: newCallId(), from: '+4915112346091' }
  const isFree = async (date: string) =>
    (await gateway.call('check_availability', { ...wish, date }, other)).available
  expect([await isFree('Donnerstag'), await isFree('Freitag')]).toEqual([false, true])
  expect(
    await gateway.call('reschedule_appointment', { new_date: 'Freitag', new_time: '9 Uhr' }, first),
  ).toMatchObject({ success: true })
  expect([await isFree('Donnerstag'), await isFree('Freitag')]).toEqual([true, false])
  expect(await gateway.call('cancel_appointment', {}, first)).toMatchObject({ success: true })
  expect(await isFree('Freitag')).toBe(true)
})

test('I-18 unresolved placeholders count as absent: the new time is asked for', async () => {
  const who = await bookedCaller('Freitag', '12:00')
  expect(
    await gateway.call(
      'reschedule_appointment',
      { new_datum: '{{new_datum}}', new_uhrzeit: 'None', old_datum: '{{appointment_date}}' },
      who,
    ),
  ).toMatchObject({ success: false, status: 'needs_new_time' })
})

test('another caller gets nothing by id, whatever number is in the arguments', async () => {
  const { id, from } = await bookedCaller('Freitag', '13:00')
  const before = live().length
  const thief = { callId: newCallId(), from: '+4915112349999' }
  for (const name of ['cancel_appointment', 'query_appointment', 'reschedule_appointment']) {
    const args = {
      appointment_id: id,
      phone_number: from,
      customer_phone: from,
      new_date: 'Samstag',
      new_time: '10:00',
    }
    const answer = await gateway.call(name, args, thief)
    expect(JSON.stringify(answer)).not.toMatch(/2026-11-27|Muster/)
  }
  expect(live()).toHaveLength(before)
})

test('another company’s call cannot touch it', async () => {
  const { id, from } = await bookedCaller('Freitag', '14:00')
  const before = live().length
  const numbers = await gateway.database.tenancy.asSystem((tx) =>
    tx.phoneNumber.findMany({ where: { companyId: 2 } }),
  )
  const practice = { callId: newCallId(), from, to: numbers[0]!.number }
  expect(await gateway.call('cancel_appointment', { appointment_id: id }, practice)).toMatchObject({
    success: false,
    status: 'not_found',
  })
  expect(live()).toHaveLength(before)
})

describe('recorded requests of agents in the field', () => {
  const folder = 'test/fixtures/payloads'
  type Body = { call?: Record<string, unknown>; name: string; args: Record<string, unknown> }
  function read(file: string): Body[] {
    const content = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'))
    return content.cases ? content.cases.map((one: { body: Body }) => one.body) : [content]
  }
  const cases = [
    'retell-fn-cancel_appointment.json',
    'retell-fn-reschedule_appointment.json',
    'retell-fn-request_callback.json',
  ].flatMap(read)

  test('each is answered with 200, one flag and a German sentence', async () => {
    for (const body of cases) {
      const call = { ...body.call, call_id: newCallId(), to_number: '+493023125001', from_number: caller }
      const response = await gateway.send('/api/webhooks/retell/function', { ...body, call })
      expect(response.statusCode).toBe(200)
      const answer = response.json()
      expect(typeof answer.success).toBe('boolean')
      expect(answer.message).toMatch(/^[A-ZÄÖÜ].*[.?!]$/)
      expect(answer.message).not.toMatch(/gebucht|bestätigt|\{\{|undefined|null|\d:\d/)
    }
  })
})

test('no personal value reaches the log', async () => {
  const who = await bookedCaller('Freitag', '15:00')
  gateway.simulator.control.addFault({ operation: 'cancelBooking', effect: 'error', status: 500 })
  await gateway.call(
    'cancel_appointment',
    { reason: 'Blinddarm entfernt', customer_name: 'Erika Muster' },
    who,
  )
  await gateway.call('request_callback', { reason: 'Blinddarm entfernt', name: 'Erika Muster' }, who)
  for (const line of gateway.lines) expect(line).not.toMatch(/Blinddarm|Erika|\+49151|kunden\.gmx/)
})
