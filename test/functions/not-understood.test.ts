/** A day that was named and not understood is asked for: what was offered earlier in the call never takes its place. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newCallId, startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ environment: { STALE_DEADLINE_MS: '60000', READ_DEADLINE_MS: '20000' } })
})
afterAll(() => gateway.close())

const service = 'Herrenhaarschnitt'

test.each([
  ['an meinem Geburtstag', '9 Uhr'],
  ['nach den Sommerferien', '9 Uhr'],
  ['am Drölfzehnten', '9 Uhr'],
  ['nach meinem Urlaub um neun', undefined],
])('after Saturday was offered, „%s“ is asked about', async (date, time) => {
  const call = { callId: newCallId(), from: '+4915112561001' }
  await gateway.call('check_availability', { service, date: 'Samstag' }, call)
  const wish = { service, name: 'Max Mustermann', date, ...(time === undefined ? {} : { time }) }
  for (const name of ['check_availability', 'start_booking']) {
    const answer = await gateway.call(name, wish, call)
    expect(answer, name).toMatchObject({ success: false, error: 'date_not_understood' })
    expect(answer.message).toContain('Welchen Tag meinen Sie?')
  }
})

test('a day with two likely readings is asked about everywhere, with both', async () => {
  const call = { callId: newCallId(), from: '+4915112561002' }
  const wish = { service, name: 'Max Mustermann', date: 'nächsten Freitag', time: '10 Uhr' }
  for (const name of ['check_availability', 'start_booking']) {
    const answer = await gateway.call(name, wish, call)
    expect(answer, name).toMatchObject({ success: false, error: 'ambiguous_day' })
    expect(answer.message).toMatch(/27\. November oder .*4\. Dezember/)
  }
})
