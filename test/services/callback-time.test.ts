import { describe, expect, test } from 'vitest'
import { type OpeningHours, understand } from '../../src/german/index.ts'
import { promiseCallback } from '../../src/services/callback-time.ts'
import type { Closure } from '../../src/services/day-hours.ts'

const zone = 'Europe/Berlin'
const day = [{ from: '09:00', to: '18:00' }]
const openingHours: OpeningHours = { 2: day, 3: day, 4: day, 5: day, 6: [{ from: '09:00', to: '14:00' }] }

function promise(now: string, words: string | null, hours = openingHours, closed: string[] = []) {
  const at = new Date(now)
  const wish = words === null ? null : understand(words, { now: at, zone, openingHours: hours })
  const closures = closed.map((day): Closure => {
    const always = { branchId: null, kind: 'closed', times: null, yearly: false, spokenReason: null } as const
    return { ...always, firstDay: day, lastDay: day }
  })
  const branch = {
    timeZone: zone,
    openingHours: hours,
    federalState: 'BE',
    holidaysClosed: true,
    closures,
  } as const
  return promiseCallback({ now: at, branch }, wish)
}

describe('without a wish', () => {
  test.each([
    ['2026-11-24T08:00:00Z', 'noch heute'],
    ['2026-11-24T16:30:00Z', 'morgen Vormittag'],
    ['2026-11-24T05:00:00Z', 'noch heute'],
    ['2026-11-28T13:30:00Z', 'am Dienstag, den 1. Dezember vormittags'],
  ])('at %s: %s', (now, said) => {
    expect(promise(now, null).say).toBe(said)
  })

  test('the window lies in the opening hours, also across the clock change', () => {
    expect(promise('2026-10-24T13:00:00Z', null)).toMatchObject({
      from: new Date('2026-10-27T08:00:00Z'),
      to: new Date('2026-10-27T11:00:00Z'),
    })
  })

  test('a business that opens after noon calls in the afternoon or in the evening', () => {
    const late = { 3: [{ from: '14:00', to: '20:00' }] }
    expect(promise('2026-11-24T08:00:00Z', null, late).say).toBe('morgen Nachmittag')
    expect(promise('2026-11-24T08:00:00Z', null, { 3: [{ from: '18:00', to: '21:00' }] }).say).toBe(
      'morgen Abend',
    )
  })

  test('nothing is promised for a day on which it is closed, be it a holiday or a closure', () => {
    expect(promise('2026-11-24T08:00:00Z', null, openingHours, ['2026-11-24', '2026-11-25']).say).toBe(
      'am Donnerstag, den 26. November vormittags',
    )
    expect(promise('2026-12-24T17:30:00Z', null, { ...openingHours, 1: day }).say).toBe(
      'am Montag, den 28. Dezember vormittags',
    )
    expect(promise('2026-12-23T10:00:00Z', 'am Freitag um 10 Uhr')).toMatchObject({ asWished: false })
  })

  test('unknown opening hours promise nothing firm', () => {
    expect(promise('2026-11-24T08:00:00Z', null, {})).toEqual({
      from: null,
      to: null,
      say: 'so bald wie möglich',
      asWished: true,
    })
  })
})

describe('with a wish', () => {
  test.each([
    ['morgen um 15 Uhr', 'morgen gegen 15 Uhr', '2026-11-25T14:00:00Z', '2026-11-25T15:00:00Z'],
    ['am Freitag', 'am Freitag, den 27. November', '2026-11-27T08:00:00Z', '2026-11-27T17:00:00Z'],
    ['heute', 'noch heute', '2026-11-24T10:00:00Z', '2026-11-24T17:00:00Z'],
    ['um 16:30', 'heute gegen 16 Uhr 30', '2026-11-24T15:30:00Z', '2026-11-24T16:30:00Z'],
  ])('%s: %s', (words, say, from, to) => {
    expect(promise('2026-11-24T10:00:00Z', words)).toEqual({
      say,
      from: new Date(from),
      to: new Date(to),
      asWished: true,
    })
  })

  test('a clock time that is over today means the next open day', () => {
    expect(promise('2026-11-24T15:00:00Z', 'um 10:00').say).toBe('morgen gegen 10 Uhr')
  })

  test('a closed day is moved on and marked', () => {
    expect(promise('2026-11-24T10:00:00Z', 'am Montag')).toMatchObject({
      asWished: false,
      say: 'am Dienstag, den 1. Dezember vormittags',
    })
  })
})
