import { describe, expect, test } from 'vitest'
import { instantOf, type OpeningHours, understand, understandWish } from '../../src/german/index.ts'

const zone = 'Europe/Berlin'
const at = (ref: string, openingHours?: OpeningHours) => ({
  now: instantOf(ref.slice(0, 10), ref.slice(11, 16), zone)!,
  zone,
  ...(openingHours ? { openingHours } : {}),
})
const tuesday = at('2025-11-04T10:00')

test('two clocks without a joint are both told, so that the second is not lost; one said twice is one', () => {
  const { time, alternatives } = understand('um drei, ach, da hol ich die Kleine ab, also halb vier', tuesday)
  expect(time).toMatchObject({ at: '15:00' })
  expect(alternatives).toContainEqual(expect.objectContaining({ time: '15:30', reason: 'also_named' }))
  expect(understand('um halb vier, also 15 Uhr 30', tuesday).alternatives).not.toContainEqual(
    expect.objectContaining({ reason: 'also_named' }),
  )
})

describe('years and dates a model invents (I-20, I-21)', () => {
  test('a past year moves to the next such date if that is near', () => {
    expect(understand('10.11.2023', tuesday)).toMatchObject({ day: { from: '2025-11-10' }, trouble: null })
    expect(understand('05.11.2023', tuesday)).toMatchObject({ day: { from: '2025-11-05' }, trouble: null })
  })

  test('a past year whose date is far away is asked about', () => {
    expect(understand('26.10.2023', tuesday).trouble).toBe('far_away')
    expect(understand('2024-06-17', tuesday).trouble).toBe('far_away')
  })

  test('a date without year keeps its time and is never tomorrow', () => {
    const saturdayNight = at('2025-11-08T22:36')
    const wish = understandWish({ date: '10.11.', time: '07:00' }, saturdayNight)
    expect(wish).toMatchObject({
      day: { from: '2025-11-10', to: '2025-11-10' },
      time: { at: '07:00' },
      trouble: null,
    })
  })

  test('a day just past is asked about, with next year as the other reading', () => {
    const { trouble, alternatives } = understand('am 1. November', tuesday)
    expect(trouble).toBe('past_day')
    expect(alternatives.map(({ day }) => day)).toEqual(['2026-11-01'])
  })
})

describe('a date without its year that lies most of a year ahead', () => {
  const november = at('2026-11-24T09:30')

  test('stays the next one, but is asked about, with the day just missed beside it', () => {
    const { day, trouble, alternatives } = understand('am 7.11.', november)
    expect([day?.from, trouble, alternatives[0]?.day]).toEqual(['2027-11-07', 'past_day', '2026-11-07'])
  })

  test('is the missed one if the weekday says so, and the next one if that agrees', () => {
    expect(understand('Samstag, 7.11.', november)).toMatchObject({
      day: { from: '2026-11-07' },
      trouble: 'past_day',
    })
    expect(understand('Sonntag, 7.11.', november)).toMatchObject({
      day: { from: '2027-11-07' },
      trouble: null,
    })
  })

  test('is asked about for a holiday just over, too', () => {
    expect(understand('an Heiligabend', at('2026-12-27T11:00'))).toMatchObject({
      day: { from: '2027-12-24' },
      trouble: 'past_day',
    })
  })
})

describe('words that point back', () => {
  const tuesdayIn2026 = at('2026-11-24T09:30')
  test.each([
    ['nicht diesen Freitag, sondern den darauf', '2026-12-04'],
    ['nicht nächste Woche, sondern die Woche drauf', '2026-12-07'],
    ['nicht am Freitag, sondern eine Woche später', '2026-12-04'],
    ['am Wochenende drauf', '2026-12-05'],
  ])('"%s" counts from the day named before', (text, day) => {
    expect(understand(text, tuesdayIn2026).day?.from).toBe(day)
  })
})

describe('weekday and date that disagree (I-23)', () => {
  test('are both offered, and the caller is asked', () => {
    const understood = understand('Mittwoch, den 11. November', at('2025-11-10T09:00'))
    expect(understood).toMatchObject({ day: { from: '2025-11-11' }, trouble: 'weekday_mismatch' })
    expect(understood.alternatives[0]).toMatchObject({
      day: '2025-11-12',
      say: 'Mittwoch, den 12. November',
    })
  })

  test('"morgen" and another date disagree as well', () => {
    expect(understand('morgen, am 7.11.', tuesday)).toMatchObject({
      trouble: 'weekday_mismatch',
      day: { from: '2025-11-07' },
    })
  })
})

describe('weekdays (I-24)', () => {
  test('named on their own day they mean today while the time is ahead, with next week beside it', () => {
    const monday = at('2025-11-10T12:00')
    expect(understand('Montag um 15 Uhr', monday)).toMatchObject({ day: { from: '2025-11-10' } })
    expect(understand('Montag um 15 Uhr', monday).alternatives[0]).toMatchObject({
      day: '2025-11-17',
      time: '15:00',
    })
    expect(understand('Montag um 9 Uhr', monday)).toMatchObject({ day: { from: '2025-11-17' } })
  })

  test('the time argument decides too whether today is still possible', () => {
    const monday = at('2025-11-10T12:00')
    expect(understandWish({ date: 'Montag', time: '9 Uhr' }, monday).day?.from).toBe('2025-11-17')
  })

  test('after closing time their own day is next week', () => {
    const hours: OpeningHours = { 2: [{ from: '09:00', to: '13:00' }] }
    expect(understand('am Dienstag', at('2025-11-04T13:30', hours)).day?.from).toBe('2025-11-11')
    expect(understand('am Dienstag', at('2025-11-04T12:30', hours)).day?.from).toBe('2025-11-04')
  })

  test('a day of this week that is over is asked about, with next week beside it', () => {
    const { trouble, alternatives } = understand('diese Woche Freitag', at('2025-11-09T14:00'))
    expect([trouble, alternatives[0]?.day]).toEqual(['past_day', '2025-11-14'])
  })

  test('"nächsten Freitag" on a Tuesday has two readings, on a Saturday one', () => {
    const { day, alternatives } = understand('nächsten Freitag', tuesday)
    expect([day?.from, ...alternatives.map((other) => other.day)]).toEqual(['2025-11-07', '2025-11-14'])
    expect(understand('nächsten Freitag', at('2025-11-08T10:00')).alternatives).toEqual([])
  })
})

describe('bare hours', () => {
  test('one to seven are the afternoon, the morning stays as the other reading', () => {
    expect(understand('Freitag um fünf', tuesday)).toMatchObject({
      time: { at: '17:00', reading: 'exact' },
      alternatives: [{ day: '2025-11-07', time: '05:00', reason: 'morning' }],
    })
  })

  test('for today the reading that is still ahead is meant', () => {
    expect(understand('heute um acht', at('2025-11-04T19:30'))).toMatchObject({
      time: { at: '20:00' },
      alternatives: [{ time: '08:00' }],
    })
    expect(understand('heute um acht', at('2025-11-04T07:30')).time?.at).toBe('08:00')
    expect(understand('heute um 08:00', at('2025-11-04T19:30')).time?.at).toBe('08:00')
  })

  test('opening hours decide where they are known', () => {
    const bakery: OpeningHours = { 5: [{ from: '05:00', to: '13:00' }] }
    expect(understand('Freitag um fünf', at('2025-11-04T10:00', bakery)).time?.at).toBe('05:00')
    const bar: OpeningHours = { 5: [{ from: '17:00', to: '23:59' }] }
    expect(understand('Freitag um neun', at('2025-11-04T10:00', bar)).time?.at).toBe('21:00')
  })

  test('the hours of the named day count, not those of another', () => {
    const hours: OpeningHours = { 4: [{ from: '06:00', to: '12:00' }], 5: [{ from: '12:00', to: '20:00' }] }
    expect(understand('Donnerstag um sieben', at('2025-11-04T10:00', hours)).time?.at).toBe('07:00')
    expect(understand('Freitag um sieben', at('2025-11-04T10:00', hours)).time?.at).toBe('19:00')
  })

  test('"halb drei" is 14:30, and 02:30 only if the night is said (I-27)', () => {
    expect(understand('halb drei', tuesday).time?.at).toBe('14:30')
    expect(understand('nachts um halb drei', tuesday).time?.at).toBe('02:30')
  })
})

describe('windows stay windows (I-26)', () => {
  test('"morgen" and "vormittags" give no exact time', () => {
    expect(understandWish({ date: 'morgen', time: 'vormittags' }, tuesday)).toMatchObject({
      day: { from: '2025-11-05', to: '2025-11-05' },
      time: { at: null, from: '09:00', to: '12:00', reading: 'part_of_day', part: 'morning' },
    })
  })

  test('"diese Woche" is a span from today on, without a time', () => {
    expect(understand('diese Woche', tuesday)).toMatchObject({
      day: { from: '2025-11-04', to: '2025-11-09', reading: 'span' },
      time: null,
    })
  })

  test('no words, no day', () => {
    expect(understandWish({}, tuesday)).toMatchObject({
      day: null,
      time: null,
      alternatives: [],
      trouble: null,
    })
  })
})

describe('date and time as two arguments', () => {
  test('either may hold both; the time argument wins for the time', () => {
    expect(understandWish({ date: 'morgen um drei' }, tuesday)).toMatchObject({
      day: { from: '2025-11-05' },
      time: { at: '15:00' },
    })
    expect(understandWish({ date: 'morgen um drei', time: '16:00' }, tuesday).time?.at).toBe('16:00')
    expect(understandWish({ time: 'Freitag um zehn' }, tuesday)).toMatchObject({
      day: { from: '2025-11-07' },
      time: { at: '10:00' },
    })
  })

  test('a bare number in the time argument is an hour', () => {
    expect(understandWish({ date: 'morgen', time: 'drei' }, tuesday).time?.at).toBe('15:00')
    expect(understandWish({ date: 'morgen', time: '10' }, tuesday).time?.at).toBe('10:00')
    expect(understandWish({ date: 'morgen', time: '10.10' }, tuesday).time?.at).toBe('10:10')
    expect(understandWish({ date: 'morgen', time: '9-12' }, tuesday).time).toMatchObject({
      from: '09:00',
      to: '12:00',
    })
  })

  test('an ISO date and time in either gives both', () => {
    const exact = { day: { from: '2025-11-10' }, time: { at: '15:00' }, trouble: null }
    expect(understandWish({ date: 'Montag', time: '2025-11-10T15:00:00+01:00' }, tuesday)).toMatchObject(
      exact,
    )
    expect(understandWish({ date: '2025-11-10', time: '2025-11-10T15:00:00' }, tuesday)).toMatchObject(exact)
    expect(understandWish({ date: '2025-11-10T14:00:00Z' }, tuesday)).toMatchObject(exact)
  })

  test('midnight in an ISO date is no time', () => {
    expect(understandWish({ date: '2025-11-10T00:00:00.000Z', time: '9' }, tuesday)).toMatchObject({
      time: { at: '09:00' },
    })
    expect(understand('2025-11-10T00:00:00', tuesday)).toMatchObject({
      day: { from: '2025-11-10' },
      time: null,
    })
  })

  test('the part of day of one is the morning or evening of the other', () => {
    expect(understandWish({ date: 'Freitag Abend', time: 'acht' }, tuesday).time?.at).toBe('20:00')
    expect(understandWish({ date: 'Freitag um acht', time: 'abends' }, tuesday).time?.at).toBe('20:00')
  })

  test('two different days are asked about', () => {
    const wish = understandWish({ date: 'Freitag', time: 'Samstag um zehn' }, tuesday)
    expect(wish).toMatchObject({ trouble: 'ambiguous_day', day: { from: '2025-11-07' } })
    expect(wish.alternatives.map(({ day }) => day)).toContain('2025-11-08')
  })

  test('days that complete each other are one', () => {
    const wednesday = understandWish({ date: 'nächste Woche', time: 'Mittwoch um zehn' }, tuesday)
    expect(wednesday).toMatchObject({ day: { from: '2025-11-12' }, time: { at: '10:00' }, trouble: null })
    const exact = understandWish({ date: 'nächste Woche', time: 'am 13.11. um zehn' }, tuesday)
    expect(exact).toMatchObject({ day: { from: '2025-11-13', to: '2025-11-13' }, trouble: null })
  })

  test('the same day twice is no question', () => {
    const wish = understandWish({ date: '2025-11-05', time: '2025-11-05 10:00' }, tuesday)
    expect(wish).toMatchObject({ trouble: null, day: { from: '2025-11-05' }, time: { at: '10:00' } })
    expect(understandWish({ date: '05.11.2025', time: 'morgen um 10' }, tuesday).trouble).toBeNull()
  })

  test('unfilled placeholders are absent (I-18)', () => {
    expect(understandWish({ date: '{{current_date}}', time: '10:00' }, tuesday)).toMatchObject({
      day: null,
      time: { at: '10:00' },
    })
  })
})

describe('clock changes', () => {
  test('a time that the clocks skip is asked about, in the zone of the branch', () => {
    const march = at('2026-03-24T09:00')
    expect(understand('am 29.3. um 02:30', march).trouble).toBe('impossible_time')
    expect(understand('am 29.3. um 02:30', { ...march, zone: 'America/New_York' }).trouble).toBeNull()
  })

  test('an instant with its offset is told in local time', () => {
    expect(understand('2025-11-14T21:15:00.000Z', tuesday)).toMatchObject({
      day: { from: '2025-11-14' },
      time: { at: '22:15' },
    })
    expect(understand('in zwei Stunden', at('2025-10-26T01:30')).time?.at).toBe('02:30')
  })
})

test('the machine’s own zone changes nothing', () => {
  const before = process.env.TZ
  try {
    process.env.TZ = 'Pacific/Auckland'
    expect(understand('morgen um drei', at('2025-11-04T23:30'))).toMatchObject({
      day: { from: '2025-11-05' },
      time: { at: '15:00' },
    })
  } finally {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  }
})

test('alternatives come with words for a question back, and never repeat the main reading', () => {
  const { alternatives } = understand('Montag oder Dienstag nächste Woche um drei', tuesday)
  expect(alternatives[0]).toMatchObject({
    day: '2025-11-11',
    time: '15:00',
    say: 'Dienstag, den 11. November um 15 Uhr',
  })
  expect(alternatives.some(({ day, time }) => day === '2025-11-10' && time === '15:00')).toBe(false)
})
