import { describe, expect, test } from 'vitest'
import { addDays, type FederalState, federalStates, publicHolidayOn } from '../../src/german/index.ts'
import {
  type Absence,
  absenceOn,
  type BranchHours,
  type Closure,
  dayHours,
  isClosedDuring,
  isClosedOn,
  nextOpenDay,
} from '../../src/services/day-hours.ts'

const zone = 'Europe/Berlin'
const nine = [{ from: '09:00', to: '18:00' }]

function branch(closures: Partial<Closure>[] = [], more: Partial<BranchHours> = {}): BranchHours {
  return {
    timeZone: zone,
    openingHours: { 1: nine, 2: nine, 3: nine, 4: nine, 5: nine },
    federalState: 'BE',
    holidaysClosed: true,
    closures: closures.map((one) => ({
      branchId: null,
      kind: 'closed',
      firstDay: '2026-12-24',
      lastDay: one.firstDay ?? '2026-12-24',
      times: null,
      yearly: false,
      spokenReason: null,
      ...one,
    })),
    ...more,
  }
}

/** All public holidays of a year, as 'MM-DD'. */
function holidaysOf(state: FederalState, year: number): string[] {
  const days = Array.from({ length: 366 }, (_, index) => addDays(`${year}-01-01`, index))
  return days
    .filter((day) => day.startsWith(`${year}`) && publicHolidayOn(day, state) !== null)
    .map((day) => day.slice(5))
}

describe('public holidays', () => {
  const everywhere = ['01-01', '03-26', '03-29', '05-01', '05-06', '05-17', '10-03', '12-25', '12-26']
  test.each<[FederalState, string[]]>([
    ['BW', ['01-06', '05-27', '11-01']],
    ['BY', ['01-06', '05-27', '08-15', '11-01']],
    ['BE', ['03-08']],
    ['BB', ['03-28', '05-16', '10-31']],
    ['HB', ['10-31']],
    ['HH', ['10-31']],
    ['HE', ['03-28', '05-16', '05-27']],
    ['MV', ['03-08', '10-31']],
    ['NI', ['10-31']],
    ['NW', ['05-27', '11-01']],
    ['RP', ['05-27', '11-01']],
    ['SL', ['05-27', '08-15', '11-01']],
    ['SN', ['10-31', '11-17']],
    ['ST', ['01-06', '10-31']],
    ['SH', ['10-31']],
    ['TH', ['09-20', '10-31']],
  ])('of %s in 2027', (state, own) => {
    expect(holidaysOf(state, 2027)).toEqual([...everywhere, ...own].sort())
  })

  test('no state is left out, and neither Heiligabend nor Silvester is a holiday in any', () => {
    expect(Object.keys(federalStates)).toHaveLength(16)
    for (const state of Object.keys(federalStates) as FederalState[])
      expect(holidaysOf(state, 2026)).not.toEqual(expect.arrayContaining(['12-24']))
  })
})

describe('the hours of a day', () => {
  test('a public holiday of the state closes, in another state or without a state it does not', () => {
    const bavaria = branch([], { federalState: 'BY' })
    expect(dayHours(bavaria, '2027-05-27')).toMatchObject({
      spans: [],
      isSpecial: true,
      dayOff: 'Fronleichnam',
    })
    expect(dayHours(branch(), '2027-05-27')).toMatchObject({ spans: nine, isUnsure: false })
    expect(dayHours(branch([], { federalState: null }), '2027-05-27')).toMatchObject({ isUnsure: true })
    expect(dayHours(branch([], { holidaysClosed: false }), '2026-12-25').spans).toEqual(nine)
  })

  test('Heiligabend is open unless it is said to be closed, and yearly means every year', () => {
    expect(dayHours(branch(), '2026-12-24').spans).toEqual(nine)
    const yearly = branch([{ yearly: true }])
    expect(['2026-12-24', '2029-12-24', '2030-12-23'].map((day) => isClosedOn(yearly, day))).toEqual([
      true,
      true,
      false,
    ])
    const overNewYear = branch([{ yearly: true, firstDay: '2026-12-28', lastDay: '2027-01-02' }])
    expect(
      ['2025-12-30', '2026-12-28', '2028-01-02', '2028-01-03'].map((day) => isClosedOn(overNewYear, day)),
    ).toEqual([false, true, true, false])
  })

  test('an exception opens a holiday, with its own hours or the usual ones', () => {
    const times = { from: '10:00', to: '13:00' }
    expect(dayHours(branch([{ kind: 'open', firstDay: '2026-12-25', times }]), '2026-12-25').spans).toEqual([
      times,
    ])
    expect(dayHours(branch([{ kind: 'open', firstDay: '2026-12-25' }]), '2026-12-25').spans).toEqual(nine)
    const sunday = branch([{ kind: 'open', firstDay: '2026-11-29', times }])
    expect(dayHours(sunday, '2026-11-29').spans).toEqual([times])
  })

  test('part of a day leaves the rest', () => {
    const lunch = branch([{ firstDay: '2026-12-01', times: { from: '12:00', to: '14:00' } }])
    expect(dayHours(lunch, '2026-12-01').spans).toEqual([
      { from: '09:00', to: '12:00' },
      { from: '14:00', to: '18:00' },
    ])
    expect(
      dayHours(branch([{ firstDay: '2026-12-01', times: { from: '08:00', to: '20:00' } }]), '2026-12-01'),
    ).toMatchObject({
      spans: [],
      isKnown: true,
    })
  })

  test("what is dated goes before what is yearly, a branch's own before the company's, closed before open", () => {
    const open = { kind: 'open' as const, firstDay: '2026-12-24' }
    expect(isClosedOn(branch([{ yearly: true }, open]), '2026-12-24')).toBe(false)
    expect(isClosedOn(branch([{}, { ...open, branchId: 'nord' }]), '2026-12-24')).toBe(false)
    expect(isClosedOn(branch([{}, open]), '2026-12-24')).toBe(true)
    expect(isClosedOn(branch([{}, { ...open, branchId: 'nord', yearly: true }]), '2026-12-24')).toBe(true)
  })

  test('the next open day leaves out closures, holidays and the days that are always free', () => {
    const between = branch([{ firstDay: '2026-12-24', lastDay: '2026-12-31' }])
    expect(nextOpenDay(between, '2026-12-24')).toBe('2027-01-04')
    expect(nextOpenDay(branch([{ firstDay: '2026-01-01', lastDay: '2030-01-01' }]), '2026-12-24')).toBeNull()
  })

  test('a reason is told only if it may be', () => {
    expect(dayHours(branch([{ spokenReason: 'Betriebsferien' }]), '2026-12-24').reason).toBe('Betriebsferien')
    expect(dayHours(branch([{}]), '2026-12-24').reason).toBeNull()
  })
})

describe('what takes an appointment off', () => {
  const off = (at: BranchHours, start: string, minutes = 60, absences: Absence[] = []) =>
    isClosedDuring(at, absences, new Date(start), minutes)

  test('whatever reaches into a closed time; a usual week takes nothing', () => {
    const noon = branch([{ firstDay: '2026-12-01', times: { from: '12:00', to: '14:00' } }])
    expect(off(noon, '2026-12-01T10:00:00Z')).toBe(false)
    expect(off(noon, '2026-12-01T10:01:00Z')).toBe(true)
    expect(off(noon, '2026-12-01T13:00:00Z')).toBe(false)
    expect(off(branch(), '2026-11-29T10:00:00Z')).toBe(false)
    const short = branch([{ kind: 'open', firstDay: '2026-12-01', times: { from: '09:00', to: '12:00' } }])
    expect(off(short, '2026-12-01T10:30:00Z')).toBe(true)
  })

  test('over midnight the day on which it ends counts as well', () => {
    const next = branch([{ firstDay: '2026-12-02' }])
    expect(off(next, '2026-12-01T22:00:00Z')).toBe(false)
    expect(off(next, '2026-12-01T22:30:00Z')).toBe(true)
  })

  test('both clock changes: the closed day has 23 or 25 hours, and no neighbour loses one', () => {
    // 28 March 2027: CET midnight to CEST midnight.
    // The day after is Easter Monday.
    const spring = branch([{ firstDay: '2027-03-28' }], { federalState: null })
    expect(off(spring, '2027-03-27T22:59:00Z', 1)).toBe(false)
    expect(off(spring, '2027-03-27T23:00:00Z', 1)).toBe(true)
    expect(off(spring, '2027-03-28T21:59:00Z', 1)).toBe(true)
    expect(off(spring, '2027-03-28T22:00:00Z', 1)).toBe(false)
    const autumn = branch([{ firstDay: '2026-10-25' }])
    expect(off(autumn, '2026-10-24T21:59:00Z', 1)).toBe(false)
    expect(off(autumn, '2026-10-24T22:00:00Z', 1)).toBe(true)
    expect(off(autumn, '2026-10-25T22:59:00Z', 1)).toBe(true)
    expect(off(autumn, '2026-10-25T23:00:00Z', 1)).toBe(false)
  })

  test('a time that does not exist, or comes twice, closes all that may be meant', () => {
    const spring = branch([{ firstDay: '2027-03-28', times: { from: '01:00', to: '02:30' } }])
    expect(off(spring, '2027-03-28T01:00:00Z', 1)).toBe(true)
    expect(off(spring, '2027-03-28T02:00:00Z', 1)).toBe(false)
    const autumn = branch([{ firstDay: '2026-10-25', times: { from: '01:00', to: '02:30' } }])
    expect(off(autumn, '2026-10-25T01:29:00Z', 1)).toBe(true)
    expect(off(autumn, '2026-10-25T01:30:00Z', 1)).toBe(false)
  })

  test('an absence, of days or of part of each, and until when in a row', () => {
    const away = (firstDay: string, lastDay: string, times: Absence['times'] = null, endSpoken = true) => ({
      firstDay,
      lastDay,
      times,
      endSpoken,
    })
    const absences = [away('2026-11-30', '2026-12-02'), away('2026-12-03', '2026-12-05')]
    expect(off(branch(), '2026-12-04T10:00:00Z', 60, absences)).toBe(true)
    expect(absenceOn(absences, '2026-12-01', null)).toEqual({
      until: '2026-12-05',
      endSpoken: true,
      isWholeDay: true,
    })
    const mornings = [away('2026-11-30', '2026-12-02', { from: '08:00', to: '12:00' })]
    expect(off(branch(), '2026-12-01T10:00:00Z', 60, mornings)).toBe(true)
    expect(off(branch(), '2026-12-01T11:00:00Z', 60, mornings)).toBe(false)
    expect(absenceOn(mornings, '2026-12-01', null)).toBeNull()
    expect(absenceOn(mornings, '2026-12-01', '11:00')).toMatchObject({ isWholeDay: false })
  })
})
