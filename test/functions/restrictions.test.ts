/**
 * What a caller has ruled out holds for everything that is proposed until they take it back; what was filled in is named; a full
 * person or branch is no end (cases: meaning, c01, c06). Asked through the HTTP route.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newCallId, startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway
let callId: string

beforeEach(async () => {
  gateway = await startGateway()
  callId = newCallId()
})
afterEach(() => gateway?.close())

interface Offered {
  date: string
  time: string
  weekday: string
}

const ask = (name: string, args: Record<string, unknown>) => gateway.call(name, args, { callId })
const cut = { service: 'Herrenhaarschnitt' }
const offered = (answer: Record<string, unknown>): Offered[] => [
  ...((answer.alternatives ?? []) as Offered[]),
  ...((answer.slots ?? []) as unknown[]).filter((slot): slot is Offered => typeof slot === 'object'),
]
const weekdays = (answer: Record<string, unknown>) => new Set(offered(answer).map(({ weekday }) => weekday))

function occupy(day: string, hosts: number[]) {
  for (const hostId of hosts)
    gateway.simulator.control.addBusyTime({
      hostId,
      start: `${day}T00:00:00+01:00`,
      end: `${day}T23:59:00+01:00`,
    })
}

describe('a day that was ruled out', () => {
  test('is not offered, not by what is asked later either, until it is asked for by name', async () => {
    const first = await ask('check_availability', { ...cut, date: 'nächste Woche, aber nicht Mittwoch' })
    expect(offered(first).length).toBeGreaterThan(1)
    expect(weekdays(first)).not.toContain('Mittwoch')
    expect(first.message).not.toMatch(/Mittwoch/)

    const alternatives = await ask('get_alternatives', { ...cut, preferred_date: 'nächste Woche' })
    expect(offered(alternatives).length).toBeGreaterThan(1)
    expect(weekdays(alternatives)).not.toContain('Mittwoch')

    const next = await ask('find_next_available', { ...cut, from_date: '2. Dezember' })
    expect(offered(next).length).toBeGreaterThan(1)
    expect(weekdays(next)).toContain('Mittwoch')

    const wednesday = await ask('check_availability', { ...cut, date: 'Mittwoch', time: '10 Uhr' })
    expect(wednesday).toMatchObject({ available: true, weekday: 'Mittwoch' })
    const again = await ask('check_availability', { ...cut, date: 'nächste Woche' })
    expect(weekdays(again)).toContain('Mittwoch')
  })

  test('another call of the same minute knows nothing of it', async () => {
    await ask('check_availability', { ...cut, date: 'nächste Woche, aber nicht Mittwoch' })
    const other = await gateway.call(
      'check_availability',
      { ...cut, date: 'nächste Woche' },
      { callId: newCallId() },
    )
    expect(weekdays(other)).toContain('Mittwoch')
  })
})

describe('a part of the day that was ruled out', () => {
  test('„nicht vormittags“ leaves noon and later, also on the days asked about next', async () => {
    const first = await ask('check_availability', { ...cut, date: 'Freitag', time: 'nicht vormittags' })
    expect(first).toMatchObject({ available: true })
    expect((first.slots as string[]).every((time) => time >= '12:00')).toBe(true)
    const next = await ask('check_availability', { ...cut, date: '1. Dezember' })
    expect((next.slots as string[]).every((time) => time >= '12:00')).toBe(true)
    const alternatives = await ask('get_alternatives', { ...cut, preferred_date: 'nächste Woche' })
    expect(offered(alternatives).length).toBeGreaterThan(0)
    expect(offered(alternatives).every(({ time }) => time >= '12:00')).toBe(true)
  })

  test('„nicht vor zwölf“ holds until a time before is asked for', async () => {
    await ask('check_availability', { ...cut, date: 'Freitag', time: 'nicht vor zwölf' })
    const soonest = await ask('find_next_available', { ...cut, from_date: 'Freitag' })
    expect(offered(soonest).length).toBeGreaterThan(0)
    expect(offered(soonest).every(({ time }) => time >= '12:00')).toBe(true)
    const early = await ask('check_availability', { ...cut, date: 'Freitag', time: '9 Uhr' })
    expect(early).toMatchObject({ available: true, requested_time: '09:00' })
    const after = await ask('find_next_available', { ...cut, from_date: 'Freitag' })
    expect(offered(after)[0]).toMatchObject({ time: '09:00' })
  })

  test('it holds through what start_booking offers instead', async () => {
    await ask('check_availability', { ...cut, date: 'Freitag', time: 'nicht vor zwölf' })
    occupy('2026-11-27', [501, 502, 503])
    const start = await ask('start_booking', {
      ...cut,
      name: 'Max Mustermann',
      date: 'Freitag',
      time: '14 Uhr',
    })
    expect(start).toMatchObject({ success: false, error: 'slot_unavailable' })
    expect(offered(start).length).toBeGreaterThan(0)
    expect(offered(start).every(({ time }) => time >= '12:00')).toBe(true)
  })
})

describe('only with Anna', () => {
  test('whoever said so is offered her times, by name, until they say that it does not matter', async () => {
    const first = await ask('check_availability', { ...cut, date: 'Freitag', staff: 'nur bei Anna' })
    expect(first).toMatchObject({ staff: 'Anna Becker' })
    const next = await ask('check_availability', { ...cut, date: 'Samstag' })
    expect(next).toMatchObject({ staff: 'Anna Becker' })
    expect(next.message).toMatch(/bei Anna Becker/)
    expect(await ask('get_alternatives', { ...cut, preferred_date: 'Samstag' })).toMatchObject({
      staff: 'Anna Becker',
    })
    await ask('check_availability', { ...cut, date: 'Samstag', staff: 'egal' })
    const anyone = await ask('check_availability', { ...cut, date: 'Samstag' })
    expect(anyone.staff).toBeUndefined()
    expect(anyone.message).not.toMatch(/Anna/)
  })

  test('her name alone is no such wish', async () => {
    await ask('check_availability', { ...cut, date: 'Freitag', staff: 'Anna' })
    expect((await ask('check_availability', { ...cut, date: 'Samstag' })).staff).toBeUndefined()
  })
})

describe('somebody else, or somewhere else', () => {
  test('the wished person has nothing: another one is offered, named as such, and her own times beside', async () => {
    occupy('2026-11-27', [501])
    const answer = await ask('check_availability', {
      ...cut,
      date: 'Freitag',
      time: '14 Uhr',
      staff: 'Anna Becker',
    })
    expect(answer).toMatchObject({
      available: false,
      elsewhere: expect.arrayContaining([
        expect.objectContaining({ staff: 'Bernd Krause', date: '2026-11-27', time: '14:00' }),
      ]),
    })
    expect(answer.message).toMatch(
      /bei Anna Becker leider nichts mehr frei\. Bei Bernd Krause ist um 14 Uhr noch etwas frei\. Passt Ihnen das, oder lieber bei Anna Becker /,
    )
  })

  test('the branch is full: the other one is offered by its name', async () => {
    occupy('2026-11-27', [501, 502, 503])
    const answer = await ask('check_availability', { ...cut, date: 'Freitag', time: '14 Uhr' })
    expect(answer).toMatchObject({ available: false, elsewhere: [{ branch: 'Nord', time: '14:00' }] })
    expect(answer.message).toMatch(/In unserer Filiale Nord ist um 14 Uhr noch etwas frei\./)
    const start = await ask('start_booking', {
      ...cut,
      name: 'Max Mustermann',
      date: 'Freitag',
      time: '14 Uhr',
      branch: 'Nord',
    })
    expect(start).toMatchObject({ success: true })
    expect(start.summary).toMatch(/: Herrenhaarschnitt in Nord$/)
    const done = await ask('confirm_booking', { booking_id: start.booking_id, confirmed: true })
    expect(done.message).toMatch(
      /gebucht! Herrenhaarschnitt am Freitag, den 27\. November um 14 Uhr (?:bei \S+ \S+ )?in Nord\.$/,
    )
  })

  test('start_booking offers it as well', async () => {
    occupy('2026-11-27', [501])
    const start = await ask('start_booking', {
      ...cut,
      name: 'Max Mustermann',
      date: 'Freitag',
      time: '14 Uhr',
      staff: 'Anna Becker',
    })
    expect(start).toMatchObject({ success: false, available: false })
    expect((start.elsewhere as unknown[])[0]).toMatchObject({ staff: 'Bernd Krause', time: '14:00' })
    expect(start.message).toMatch(/Bei Bernd Krause ist um 14 Uhr noch etwas frei/)
  })
})

describe('what was filled in', () => {
  test('is told to the machine and named in the sentence', async () => {
    const first = await ask('check_availability', { service: 'Färben', date: 'Freitag' })
    expect(first.understood).toBeUndefined()
    const second = await ask('check_availability', { date: 'Samstag' })
    expect(second).toMatchObject({ understood: { service: { value: 'Färben', from: 'offered' } } })
    expect(second.message).toMatch(/für Färben/)
  })
})
