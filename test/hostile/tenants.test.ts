/** Calls of one company with everything that belongs to another: nothing is read, changed or revealed. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { allFunctions } from '../../src/functions/all.ts'
import { type Answer, newCallId, salon } from '../helpers/gateway.ts'
import { long, Tally } from './tally.ts'
import {
  betrays,
  practice,
  sharedPhone,
  startTwoCompanies,
  type TwoCompanies,
  victim,
} from './two-companies.ts'

let world: TwoCompanies
let before: Record<string, string>
let bookingsBefore: string
beforeAll(async () => {
  world = await startTwoCompanies()
  before = await world.practiceRows()
  bookingsBefore = world.practiceBookings()
})
afterAll(() => world.close())

const functions = allFunctions()
  .list()
  .map(({ name }) => name)

/** The practice's rows and bookings are what they were. */
async function expectUntouched(): Promise<void> {
  await world.settle()
  expect(await world.practiceRows()).toEqual(before)
  expect(world.practiceBookings()).toBe(bookingsBefore)
}

/** Each foreign value under every argument name it could hide in, and a value that exists nowhere. */
function attacks(): Array<{ what: string; args: Record<string, unknown>; nobody: Record<string, unknown> }> {
  const { first, shared, draft, customer, services, staff, branch } = world.secrets
  const under = (
    what: string,
    names: string[],
    value: unknown,
    none: unknown,
    rest: Record<string, unknown> = {},
  ) =>
    (long ? names : names.slice(0, 1)).map((name) => ({
      what: `${what} as ${name}`,
      args: { ...rest, [name]: value },
      nobody: { ...rest, [name]: none },
    }))
  const idNames = ['appointment_id', 'termin_id', 'booking_id', 'reference_id']
  const [service] = services
  return [
    ...under('appointment id', idNames, first.answer.appointment_id, 987_654_321),
    ...under('Cal.com uid', idNames, first.answer.calcom_uid, 'xQz81kdnqLwe9301mmaa'),
    ...under('Cal.com booking id', idNames, first.answer.calcom_booking_id, 987_654_321),
    ...under('appointment of the shared number', idNames, shared.answer.appointment_id, 987_654_321),
    ...under('draft', idNames, draft.answer.booking_id, `temp_1764000000000_${newCallId()}`, {
      confirmed: true,
    }),
    ...under('call id', ['call_id'], first.call.callId, newCallId()),
    ...under('call id of a draft', ['call_id'], draft.call.callId, newCallId(), { confirmed: 'ja' }),
    ...under('customer id', ['customer_id', 'id'], customer.id, 987_654_321),
    ...under(
      'phone',
      ['phone', 'phone_number', 'customer_phone', 'telefonnummer'],
      victim.phone,
      '+4915155599999',
    ),
    ...under('email', ['email', 'customer_email'], victim.email, 'niemand@nirgendspost-berlin.de'),
    ...under('company', ['company_id', 'companyId', 'app.company_id', 'tenant_id'], 2, 987),
    ...under('branch', ['branch', 'branch_id', 'filiale'], branch.id, '5a10a000-0000-4000-8000-00000000ffff'),
    ...under('branch by name', ['branch', 'filiale'], 'Schwabing', 'Pfaffing'),
    ...under('service id', ['service_id', 'service'], service?.id, 987_654),
    ...under('event type', ['service_id', 'service', 'event_type_id'], 7_700_101, 9_876_543),
    ...under(
      'service by name',
      ['service', 'dienstleistung'],
      'Professionelle Zahnreinigung',
      'Professionelle Autoreinigung',
    ),
    ...under('staff', ['staff', 'staff_id', 'preferred_staff_id'], staff[0]?.id, 987_654),
    ...under('staff by name', ['staff', 'mitarbeiter'], 'Ute Weiß', 'Uwe Weich'),
    {
      what: 'name, date and time',
      args: { name: victim.name, date: '3. Dezember', time: '10 Uhr', appointment_time: '10 Uhr' },
      nobody: { name: 'Xaverine Niemandin', date: '3. Dezember', time: '10 Uhr', appointment_time: '10 Uhr' },
    },
  ]
}

const wish = {
  date: '2026-12-01',
  time: '14:00',
  new_date: '2026-12-02',
  new_time: '15:00',
  date_string: 'morgen',
}

/** What differs between any two answers: ids of their own, times, and the echo of what was asked. */
function comparable(answer: Answer, asked: Record<string, unknown>): string {
  let text = JSON.stringify(answer)
  for (const value of Object.values(asked)) {
    const echo = String(value)
    if (echo.length > 2) text = text.replaceAll(echo, '…').replaceAll(echo.slice(0, 60), '…')
  }
  return (
    text
      // The number that was asked for is read back, digit by digit.
      .replaceAll(/unter der Nummer [\d, ]+ an/g, 'unter der Nummer … an')
      .replaceAll(/temp_\d+_call_\w+/g, 'ID')
      .replaceAll(/call_[0-9a-f]{20,}/g, 'CALL')
      .replaceAll(
        /"(callback_id|callback_request_id|appointment_id|reference_id|calcom_booking_id|calcom_uid|customer_id|expires_at|booking_id|id)":("[^"]*"|\d+|null)/g,
        '"$1":0',
      )
  )
}

test.each(functions)(
  '%s answers for foreign values exactly as for values that exist nowhere',
  async (name) => {
    const tally = new Tally('attacks tried')
    const full = ['start_booking', 'book_appointment', 'collect_appointment_data', 'reserve_slot'].includes(
      name,
    )
    for (const attack of attacks()) {
      for (const from of ['+4915199900001', 'anonymous']) {
        // Booking functions without a full wish stop at the first question; with one they would book at the salon.
        const base = full ? { ...wish, time: undefined } : wish
        const call = () => ({ callId: newCallId(), from, to: salon.mitte })
        const args = { ...base, ...attack.args }
        const answer = await world.call(name, args, call())
        const control = await world.call(name, { ...base, ...attack.nobody }, call())
        const leak = betrays(answer, JSON.stringify(args))
        tally.tried(`${name} with ${attack.what} from ${from}: ${leak}`, leak === null)
        const same = comparable(answer, args) === comparable(control, { ...base, ...attack.nobody })
        tally.tried(
          `${name} with ${attack.what} from ${from} differs:\n${comparable(answer, args)}\n${comparable(control, { ...base, ...attack.nobody })}`,
          same,
        )
      }
    }
    tally.expectNoneThrough(16)
    // The tests that follow look as well; looking after each function is for the long form.
    if (long) await expectUntouched()
  },
)

test('a customer of both companies is told of this company’s appointments only, by every function', async () => {
  const tally = new Tally('attacks tried')
  for (const name of functions) {
    if (['book_appointment', 'collect_appointment_data'].includes(name)) continue
    const answer = await world.call(
      name,
      { date: '4. Dezember', time: '11 Uhr 30' },
      { callId: newCallId(), from: sharedPhone },
    )
    const leak = betrays(answer, '4. Dezember 2026-12-04')
    tally.tried(
      `${name}: ${leak} ${JSON.stringify(answer)}`,
      leak === null && !JSON.stringify(answer).includes('praxis.patientin'),
    )
  }
  tally.expectNoneThrough(15)
  await expectUntouched()
})

test('the call id of the other company opens nothing, whatever else the call says of itself', async () => {
  const tally = new Tally('attacks tried')
  const { first, draft, webCallId } = world.secrets
  const foreign = [first.call.callId, draft.call.callId, webCallId]
  const disguises: Array<Record<string, unknown>> = [
    { to_number: salon.mitte, from_number: '+4915199900002', agent_id: salon.agent },
    { to_number: salon.mitte, agent_id: salon.agent },
    { to_number: salon.mitte, from_number: victim.phone, agent_id: salon.agent },
    { to_number: salon.mitte, from_number: victim.phone, agent_id: practice.agent },
    { agent_id: salon.agent },
    { agent_id: salon.agent, call_type: 'web_call' },
    { agent_id: salon.agent, call_type: 'web_call', from_number: victim.phone },
    { agent_id: salon.agent, to_number: 'web', from_number: '' },
    { direction: 'outbound', from_number: salon.mitte, to_number: victim.phone, agent_id: salon.agent },
    { direction: 'outbound', from_number: salon.nord, agent_id: salon.agent },
  ]
  for (const callId of foreign)
    for (const [index, disguise] of disguises.entries())
      for (const name of functions.filter((_, at) => long || (at + index) % 3 === 0)) {
        const args =
          name === 'parse_date' ? { date_string: 'morgen' } : { ...wish, time: undefined, confirmed: true }
        const response = await world.send('/api/webhooks/retell/function', {
          name,
          args,
          call: { call_id: callId, call_type: 'phone_call', ...disguise },
        })
        const leak = betrays(response.body, '')
        tally.tried(
          `${name} ${JSON.stringify(disguise)}: ${response.statusCode} ${leak} ${response.body.slice(0, 300)}`,
          response.statusCode === 200 && leak === null,
        )
      }
  for (const callId of foreign)
    for (const disguise of disguises)
      for (const event of ['call_inbound', 'call_started', 'call_ended', 'call_analyzed']) {
        const response = await world.send('/api/webhooks/retell', {
          event,
          [event === 'call_inbound' ? 'call_inbound' : 'call']: {
            call_id: callId,
            transcript: 'untergeschoben',
            duration_ms: 1,
            call_analysis: { call_summary: 'untergeschoben', custom_analysis_data: { customer_name: 'Eve' } },
            ...disguise,
          },
        })
        const leak = betrays(response.body, '')
        tally.tried(
          `${event} ${JSON.stringify(disguise)}: ${response.statusCode} ${leak} ${response.body.slice(0, 300)}`,
          response.statusCode === 200 && leak === null,
        )
      }
  tally.expectNoneThrough(300)
  await expectUntouched()
})

test('an agent of one company on the number of the other is answered for the number, and for nobody’s data', async () => {
  const tally = new Tally('attacks tried')
  for (const name of functions) {
    const answer = await world.call(
      name,
      { ...wish, time: undefined },
      { callId: newCallId(), from: victim.phone, to: salon.nord, agentId: practice.agent },
    )
    const leak = betrays(answer, victim.phone)
    tally.tried(`${name}: ${leak} ${JSON.stringify(answer)}`, leak === null)
  }
  tally.expectNoneThrough(15)
})
