import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readSlots } from '../../src/calcom/slots.ts'

const berlin = 'Europe/Berlin'
const day = {
  start: new Date('2026-11-30T23:00:00Z'),
  end: new Date('2026-12-01T23:00:00Z'),
  timeZone: berlin,
}
const week = { ...day, end: new Date('2026-12-07T23:00:00Z') }
const iso = (slots: Date[] | undefined) => slots?.map((slot) => slot.toISOString())
const nine = '2026-12-01T08:00:00.000Z'
const half = '2026-12-01T08:30:00.000Z'

test.each([
  [
    'published, with offset',
    {
      data: {
        '2026-12-01': [
          { start: '2026-12-01T09:00:00.000+01:00' },
          { start: '2026-12-01T09:30:00.000+01:00' },
        ],
      },
    },
  ],
  [
    'published, ranges',
    {
      data: {
        '2026-12-01': [
          { start: nine, end: half },
          { start: half, end: '2026-12-01T09:00:00.000Z' },
        ],
      },
    },
  ],
  ['guide', { data: { slots: { '2026-12-01': [{ time: '2026-12-01T08:00:00Z' }, { time: half }] } } }],
  [
    'guide, ranges',
    {
      data: {
        slots: {
          '2026-12-01': [
            { startTime: nine, endTime: half },
            { startTime: half, endTime: 'x' },
          ],
        },
      },
    },
  ],
  [
    'a list of ranges',
    { data: { slots: [{ start: '2026-12-01T09:00:00+01:00' }, { start: '2026-12-01T09:30:00+01:00' }] } },
  ],
  ['a list of instants in data', { data: [nine, half] }],
  ['a bare list of instants', [nine, half]],
  ['days of instants', { data: { '2026-12-01': [nine, half] } }],
  ['days of clock times, local to the zone asked for', { data: { '2026-12-01': ['09:00', '09:30'] } }],
  ['a bare list of clock times when one day was asked for', ['09:00', '09:30']],
  [
    'without seconds',
    { data: { '2026-12-01': [{ start: '2026-12-01T09:00+01:00' }, { start: '2026-12-01T09:30+01:00' }] } },
  ],
])('%s: the same two instants', (_name, answer) => {
  expect(iso(readSlots(answer, day))).toEqual([nine, half])
})

test.each([
  ['published', { status: 'success', data: {} }],
  ['guide', { status: 'success', data: { slots: {} } }],
  ['an empty day', { data: { '2026-12-01': [] } }],
  ['an empty list', { data: [] }],
])('nothing free (%s) is an empty list, not a failure', (_name, answer) => {
  expect(readSlots(answer, day)).toEqual([])
})

test.each([
  ['no JSON object', 'maintenance'],
  ['nothing', undefined],
  ['no data', { status: 'success' }],
  ['data of another kind', { data: 'none' }],
  ['keys that are no days', { data: { message: [] } }],
  ['an error inside a success', { data: { error: 'boom' } }],
  ['slots without a time', { data: { '2026-12-01': [{ begin: nine }] } }],
  ['one time that is none among good ones', { data: { '2026-12-01': [{ start: nine }, { start: 'soon' }] } }],
  ['times without an offset', { data: { '2026-12-01': [{ start: '2026-12-01T09:00:00' }] } }],
])('what is not understood is never "nothing free": %s', (_name, answer) => {
  expect(readSlots(answer, day)).toBeUndefined()
})

test('clock times without their day are not guessed when several days were asked for', () => {
  expect(readSlots(['09:00'], week)).toBeUndefined()
})

test('slots are sorted, single, and inside the range: its start counts, its end does not', () => {
  const answer = {
    data: {
      '2026-12-01': [
        { start: half },
        { start: nine },
        { start: '2026-12-01T09:00:00.000+01:00' },
        { start: day.start.toISOString() },
      ],
      '2026-12-02': [{ start: day.end.toISOString() }],
      '2026-11-30': [{ start: '2026-11-30T22:59:59.000Z' }],
    },
  }
  expect(iso(readSlots(answer, day))).toEqual([day.start.toISOString(), nine, half])
})

test('a seated slot without seats left is not free', () => {
  const answer = {
    data: {
      '2026-12-01': [
        { start: nine, seatsRemaining: 0 },
        { start: half, seatsRemaining: 2 },
      ],
    },
  }
  expect(iso(readSlots(answer, day))).toEqual([half])
})

const payload = new URL('../fixtures/payloads/calcom-slots.json', import.meta.url)

describe('answers seen in production', () => {
  const cases = Object.fromEntries(
    JSON.parse(readFileSync(payload, 'utf8')).cases.map(
      ({ label, body }: { label: string; body: unknown }) => [label.replace('calcom-slots.', ''), body],
    ),
  )
  const on = (date: string, hours = 24) => ({
    start: new Date(`${date}T00:00:00Z`),
    end: new Date(new Date(`${date}T00:00:00Z`).getTime() + hours * 3_600_000),
    timeZone: berlin,
  })

  test('all are read', () => {
    expect(readSlots(cases['grouped-by-date'], on('2025-11-11'))).toHaveLength(4)
    expect(readSlots(cases['dst-change-day'], on('2025-10-26'))).toHaveLength(5)
    expect(readSlots(cases.empty, on('2025-11-11'))).toEqual([])
    const { array_of_start_end, time_only_strings, list_of_iso_strings, missing_slots_key } =
      cases['alternate-shapes']
    expect(iso(readSlots(array_of_start_end, on('2025-11-11')))).toEqual(['2025-11-11T08:00:00.000Z'])
    expect(iso(readSlots(list_of_iso_strings, on('2025-11-14')))).toEqual(['2025-11-14T21:15:00.000Z'])
    expect(readSlots(missing_slots_key, on('2025-11-11'))).toEqual([])
    expect(iso(readSlots(time_only_strings, { ...day }))).toEqual([
      '2026-12-01T12:15:00.000Z',
      '2026-12-01T13:30:00.000Z',
    ])
  })

  test('on the day the clocks go back 8:30 UTC is half past nine in Berlin (I-29)', () => {
    const slots = readSlots(cases['dst-change-day'], on('2025-10-26'))
    expect(
      slots?.[1]?.toLocaleTimeString('de-DE', { timeZone: berlin, hour: '2-digit', minute: '2-digit' }),
    ).toBe('09:30')
  })
})
