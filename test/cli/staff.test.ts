/** `npm run staff`, as a process of its own: who is away, what is proposed, and what a yes does. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { readStaffCommand } from '../../src/cli/staff-arguments.ts'
import { addDays, localDayOf, weekdayOf } from '../../src/german/index.ts'
import { runCommand } from '../helpers/command.ts'
import { newCallId, salon, startGateway, type TestGateway, webhookSecret } from '../helpers/gateway.ts'
import { asOwner, startOver } from '../helpers/webhooks.ts'

const zone = 'Europe/Berlin'
let gateway: TestGateway
beforeAll(async () => {
  // The commands run on the machine's clock.
  gateway = await startGateway({ now: new Date().toISOString() })
})
afterAll(() => gateway?.close())
beforeEach(async () => {
  await startOver(gateway)
  // Holidays would make the outcome a matter of the season.
  await asOwner(gateway, 'UPDATE branches SET federal_state = NULL')
})

async function staff(...args: string[]): Promise<{ code: number; output: string }> {
  const { code, out, err } = await runCommand('staff', args, {
    NODE_ENV: 'test',
    DATABASE_URL: gateway.databaseUrl,
    CALCOM_API_KEY: 'cal_test_demo_salon',
    CALCOM_BASE_URL: `${gateway.simulator.url}/v2`,
    CALCOM_WEBHOOK_SECRET: webhookSecret,
  })
  return { code, output: out + err }
}

/** The first Wednesday at least two days ahead. */
function wednesday(): string {
  const from = addDays(localDayOf(new Date(), zone), 2)
  return addDays(from, (3 - weekdayOf(from) + 7) % 7)
}

interface Row {
  id: string
  at: Date
  first_name: string
  calcom_uid: string
}
const rows = () =>
  asOwner<Row>(
    gateway,
    `SELECT a.id, a.appointment_datetime AS at, p.first_name, a.calcom_uid
     FROM appointments a JOIN staff p ON p.id = a.staff_id ORDER BY a.id`,
  )

async function book(wish: Record<string, unknown>, from: string): Promise<Row> {
  const caller = { callId: newCallId(), to: salon.mitte, from }
  const started = await gateway.call('start_booking', { service: 'Herrenhaarschnitt', ...wish }, caller)
  expect(started, started.message).toMatchObject({ success: true })
  const confirm = { booking_id: started.booking_id, confirmed: true }
  const booked = await gateway.call('confirm_booking', confirm, caller)
  expect(booked, booked.message).toMatchObject({ success: true })
  return (await rows()).at(-1)!
}

test('away: offered no longer, listed with a later time, nothing done without a yes, moved with one; back ends it', async () => {
  const day = wednesday()
  const wish = { name: 'Jana Weiß', date: day, time: '10 Uhr' }
  const { id, at } = await book({ ...wish, staff: 'Anna' }, '+4915112345601')
  const absence = ['away', 'Anna', '--company', '1', '--from', day, '--to', day]
  const listed = await staff(...absence)
  expect(listed.output).toContain(`Anna Becker is away from ${day} to ${day}.`)
  expect(listed.output).toMatch(new RegExp(`^${id}  ${day} 10:00  Herrenhaarschnitt  Jana Weiß .*→ at `, 'm'))
  expect(listed.output).toContain('1 appointment(s) concerned. Nothing has been changed')
  expect((await rows())[0]).toMatchObject({ at })
  await vi.waitFor(
    async () => {
      const asked = { service: 'Herrenhaarschnitt', staff: 'Anna', date: day, time: '12 Uhr' }
      const answer = await gateway.call('check_availability', asked, { callId: newCallId(), to: salon.mitte })
      expect(answer).toMatchObject({ available: false, reason: 'staff_away' })
    },
    { timeout: 10_000 },
  )
  const [proposal = ''] = /\d+:time:[\d\-T:]+/.exec(listed.output) ?? []
  const done = await staff(...absence, '--approve', proposal)
  expect(done.output).toContain('1 changed, 0 left as calls to make, 0 unclear.')
  const [moved] = await rows()
  expect(localDayOf(moved!.at, zone) > day).toBe(true)
  const live = gateway.simulator.control.bookings().filter(({ status }) => status === 'accepted')
  expect(live.map(({ uid, start }) => [uid, new Date(start).getTime()])).toEqual([
    [moved!.calcom_uid, moved!.at.getTime()],
  ])
  expect((await staff('back', 'Anna', '--company', '1')).output).toBe(
    'Anna Becker is back: 1 absence(s) ended.\n',
  )
}, 240_000)

test('away: somebody else at the same time where the calendar allows it; what has no yes is left as a call to make', async () => {
  const day = wednesday()
  const one = await book({ name: 'Jana Weiß', date: day, time: '10 Uhr' }, '+4915112345602')
  const absence = ['away', one.first_name, '--company', '1', '--from', day, '--to', day]
  const none = await staff(...absence, '--approve', 'none')
  expect(none.output).toContain('0 changed, 1 left as calls to make, 0 unclear.')
  const calls = await asOwner<{ reason: string; phone: string }>(
    gateway,
    'SELECT reason, phone FROM callback_requests',
  )
  expect(calls).toMatchObject([{ phone: '+4915112345602' }])
  expect(calls[0]!.reason).toMatch(/ist nicht da, bitte anrufen und neu vereinbaren: Herrenhaarschnitt am/)
  const done = await staff(...absence, '--approve', 'all')
  expect(done.output).toMatch(/→ with \p{L}+ \p{L}+, same time {2}\[\d+:person:\d+\] {2}DONE/u)
  const [given] = await rows()
  expect(given).toMatchObject({ at: one.at, calcom_uid: one.calcom_uid })
  expect(given!.first_name).not.toBe(one.first_name)
  const [booking] = gateway.simulator.control.bookings()
  expect(booking!.hosts[0]!.name).toContain(given!.first_name)
}, 240_000)

describe('what is typed', () => {
  test.each([
    [[], /^npm run staff -- away/],
    [['fire', 'Anna'], /"fire" is neither away nor back/],
    [['away', '--company', '1'], /needs a name/],
    [['away', 'Anna'], /--company is the number/],
    [
      ['away', 'Anna', '--company', '1', '--from', '1.12.2026', '--to', '2026-12-02'],
      /a day like 2026-12-01/,
    ],
    [['away', 'Anna', '--company', '1', '--from', '2026-02-30', '--to', '2026-12-02'], /a day like/],
    [['away', 'Anna', '--company', '1', '--from', '2026-12-03', '--to', '2026-12-02'], /lies before/],
    [['back', 'Anna', '--company', '1', '--approve', 'all'], /--approve belongs to away/],
    [
      ['away', 'Anna', '--company', '1', '--from', '2026-12-01', '--to', '2026-12-02', '--approve', 'yes'],
      /no ID of the list/,
    ],
    [
      ['away', 'Anna', '--company', '1', '--from', '2026-12-01', '--to', '2026-12-02', '--between', '12-9'],
      /a span like/,
    ],
  ])('%j is refused in one sentence', (argv, message) => {
    expect(() => readStaffCommand(argv)).toThrow(message)
  })

  test('is read', () => {
    const words =
      'away Anna Becker --company 1 --from 2026-12-01 --to 2026-12-02 --between 09:00-12:00 --approve 3,4:person:2'
    expect(readStaffCommand(words.split(' '))).toEqual({
      verb: 'away',
      name: 'Anna Becker',
      companyId: 1,
      from: '2026-12-01',
      to: '2026-12-02',
      times: { from: '09:00', to: '12:00' },
      note: null,
      approve: ['3', '4:person:2'],
    })
  })
})
