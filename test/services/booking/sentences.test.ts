/** What callers hear while booking, word for word where it matters. */
import { describe, expect, test } from 'vitest'
import { sayTimes } from '../../../src/german/sentences/availability.ts'
import * as sentences from '../../../src/german/sentences/booking.ts'
import { sayName } from '../../../src/german/sentences/naming.ts'

const today = '2026-11-24'
const friday = { day: '2026-11-27', time: '14:30', today }
const booking = { ...friday, customer: 'Max Mustermann', service: 'Herrenhaarschnitt', staff: null }

test('the summary names person, day without year, time and service', () => {
  expect(sentences.bookingSummary(booking)).toBe(
    'Termin für Max Mustermann am Freitag, den 27. November um 14 Uhr 30: Herrenhaarschnitt',
  )
  expect(
    sentences.bookingSummary({ ...booking, day: '2026-11-25', time: '09:00', staff: 'Anna Becker' }),
  ).toBe('Termin für Max Mustermann morgen um 9 Uhr: Herrenhaarschnitt bei Anna Becker')
})

test('the done booking is told with day, time and who serves', () => {
  expect(sentences.bookedMessage({ ...booking, day: today, staff: 'Clara Yilmaz' })).toBe(
    'Ihr Termin wurde erfolgreich gebucht! Herrenhaarschnitt heute um 14 Uhr 30 bei Clara Yilmaz.',
  )
})

test('a time lost meanwhile is regretted and two others are offered, each with its day', () => {
  expect(
    sentences.takenMessage(
      friday,
      [
        { day: '2026-11-27', time: '15:00' },
        { day: '2026-11-28', time: '10:00' },
        { day: '2026-11-28', time: '11:00' },
      ],
      booking,
    ),
  ).toBe(
    'Der Termin am Freitag, den 27. November um 14 Uhr 30 für Herrenhaarschnitt ist leider nicht mehr frei. Passt es Ihnen am Freitag, den 27. November um 15 Uhr oder am Samstag, den 28. November um 10 Uhr?',
  )
  expect(sentences.takenMessage(friday, [], booking)).toMatch(/An welchem anderen Tag passt es Ihnen\?$/)
})

test('a dictated name is shortened and freed of markup before it is spoken', () => {
  expect(sayName('<b>Max</b> {{system}} Mustermann')).toBe('b Max b system Mustermann')
  expect(sayName(`${'Anna '.repeat(40)}Becker`).length).toBeLessThanOrEqual(60)
  expect(sayName('O’Brien-Müller, Dr. Jürgen')).toBe('O’Brien-Müller, Dr. Jürgen')
})

test('a moved appointment is told with its new day', () => {
  expect(sentences.movedSince(friday)).toBe(
    'Dieser Termin wurde inzwischen verlegt, und zwar auf Freitag, den 27. November um 14 Uhr 30.',
  )
  expect(sentences.movedSince({ ...friday, day: '2026-11-25' })).toMatch(/auf morgen um 14 Uhr 30\.$/)
})

describe('I-82 nothing is called booked before it is', () => {
  const early: Record<string, string> = {
    askToConfirm: sentences.askToConfirm(booking),
    pendingMessage: sentences.pendingMessage(booking),
    inProgressMessage: sentences.inProgressMessage(booking),
    takenMessage: sentences.takenMessage(friday, [], booking),
    askWhichDraft: sentences.askWhichDraft([booking, booking]),
    askThisDraft: sentences.askThisDraft(booking),
    unknownOutcome: sentences.unknownOutcome({ canCallBack: true, promised: true }),
    unreachable: sentences.unknownOutcome({ canCallBack: false, promised: true }),
    nobodyTold: sentences.unknownOutcome({ canCallBack: true, promised: false }),
    releasedMessage: sentences.releasedMessage,
    cancelledSince: sentences.cancelledSince,
    calendarBusy: sentences.calendarBusy,
    calendarUnavailable: sentences.calendarUnavailable,
    refusedByCalendar: sentences.refusedByCalendar,
    slotHeldMessage: sentences.slotHeldMessage(friday),
    nothingToConfirm: sentences.nothingToConfirm,
    askTime: sentences.askTime('2026-11-27', today),
    askOfferedDay: sentences.askOfferedDay([friday, { ...friday, day: '2026-11-28' }]),
  }
  test.each(Object.entries(early))('%s', (_, sentence) => {
    expect(sentence).not.toMatch(/gebucht|bestätigt/i)
    // Speakable: no clock with a colon, no ISO date, no technical word, at most three sentences.
    expect(sentence).not.toMatch(/\d:\d|\d{4}-\d\d|API|Cal\.com|System|booking|undefined|null/)
    expect(sentence.split(/[.?!](?=\s|$)/).filter((part) => part.trim() !== '').length).toBeLessThanOrEqual(4)
  })
})

test('offered times are said once per day', () => {
  expect(
    sayTimes(
      [
        { day: friday.day, time: '15:00' },
        { day: friday.day, time: '16:00' },
      ],
      today,
      'oder',
    ),
  ).toBe('am Freitag, den 27. November um 15 Uhr oder 16 Uhr')
})
