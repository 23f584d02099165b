import { describe, expect, test } from 'vitest'
import type { UnderstoodTime } from '../../src/german/index.ts'
import {
  alternativesAre,
  askAboutTrouble,
  calendarUnavailable,
  dayHas,
  maybeOutdated,
  nextFree,
  notFree,
  nothingFreeSoon,
  type Refusal,
  spanHas,
  timeIsFree,
  tooFarAhead,
} from '../../src/german/sentences/availability.ts'
import {
  askService,
  serviceIs,
  servicesAre,
  staffCannot,
  unknownBranch,
  unknownService,
  unknownStaff,
} from '../../src/german/sentences/catalogue.ts'
import { dateIs, nowIs, whichReading } from '../../src/german/sentences/dates.ts'
import { openInTheWeek, openOn } from '../../src/german/sentences/opening-hours.ts'

const today = '2026-11-24'
const friday = '2026-11-27'
const afternoon: UnderstoodTime = {
  at: null,
  from: '13:00',
  to: '18:00',
  reading: 'part_of_day',
  part: 'afternoon',
}
const offers = [
  { day: friday, time: '13:30' },
  { day: friday, time: '15:05' },
]
const refusals: Refusal[] = [
  { reason: 'taken', day: friday },
  { reason: 'day_full', day: friday, window: null },
  { reason: 'day_full', day: today, window: afternoon },
  { reason: 'span_full' },
  { reason: 'closed', day: '2026-11-29' },
  { reason: 'outside_opening_hours', day: friday },
  { reason: 'past_time', day: today },
  { reason: 'booking_notice_violation', noticeMinutes: 90 },
]

const cut = { service: 'Herrenhaarschnitt', staff: 'Anna Becker' }

/** Everything that these areas can say. */
const said = [
  calendarUnavailable(),
  maybeOutdated(timeIsFree({ day: friday, time: '14:30' }, cut, today)),
  dayHas('2026-11-25', ['09:00'], null, cut, today),
  dayHas(friday, ['13:00', '13:15'], afternoon, cut, today),
  spanHas(offers, cut, today),
  nextFree({ day: today, time: '17:00' }, { service: 'Färben' }, today),
  nothingFreeSoon({ service: 'Färben', staff: 'Anna Becker', branch: 'Nord' }, 14),
  alternativesAre(offers, cut, today),
  alternativesAre([], cut, today),
  tooFarAhead,
  ...refusals.flatMap((refusal) => [notFree(refusal, offers, cut, today), notFree(refusal, [], cut, today)]),
  ...(
    [
      'impossible_date',
      'impossible_time',
      'weekday_mismatch',
      'past_day',
      'ambiguous_day',
      'far_away',
    ] as const
  ).flatMap((trouble) => [
    askAboutTrouble(trouble, []),
    askAboutTrouble(trouble, ['Freitag, den 27. November']),
  ]),
  askService(['Färben', 'Dauerwelle']),
  servicesAre([]),
  unknownService(['Färben']),
  unknownStaff(['Anna Becker']),
  unknownBranch(['Mitte', 'Nord']),
  staffCannot('Anna Becker', 'Dauerwelle', []),
  serviceIs({ name: 'Beratung', durationMinutes: 15, priceCents: 0 }),
  nowIs(today, '09:05'),
  dateIs({ from: friday, to: friday, reading: 'exact' }, afternoon, today),
]

describe('sentences about free times', () => {
  test.each(said)('%s', (sentence) => {
    // Whole sentences, one question at most, no machine forms, nothing promised.
    expect(sentence).toMatch(/^[A-ZÄÖÜ].*[.?]$/)
    expect(sentence.match(/\?/g)?.length ?? 0).toBeLessThanOrEqual(1)
    expect(sentence).not.toMatch(/\d:\d|\d{4}-\d\d|undefined|null|NaN| {2}|gebucht|bestätigt/)
  })

  test.each([
    [
      notFree(refusals[0]!, offers, cut, today),
      'Zu dieser Zeit ist am Freitag, den 27. November für Herrenhaarschnitt bei Anna Becker leider nichts frei. Passt es Ihnen um 13 Uhr 30 oder 15 Uhr 5?',
    ],
    [
      notFree(refusals[2]!, offers, cut, today),
      'Heute ist am Nachmittag für Herrenhaarschnitt bei Anna Becker leider nichts frei. Passt es Ihnen am Freitag, den 27. November um 13 Uhr 30 oder 15 Uhr 5?',
    ],
    [
      notFree(refusals[4]!, [], cut, today),
      'Am Sonntag haben wir geschlossen. An welchem anderen Tag passt es Ihnen?',
    ],
    [
      notFree(refusals[7]!, offers.slice(0, 1), cut, today),
      'So kurzfristig geht es leider nicht, wir brauchen eineinhalb Stunden Vorlauf. Passt es Ihnen für Herrenhaarschnitt bei Anna Becker am Freitag, den 27. November um 13 Uhr 30?',
    ],
    [
      dayHas('2026-11-07', ['14:00', '14:30', '15:00', '15:30', '16:00'], null, cut, '2026-11-01'),
      'Am Samstag, den 7. November sind für Herrenhaarschnitt bei Anna Becker folgende Zeiten verfügbar: 14 Uhr, 14 Uhr 30 und 15 Uhr. Welche passt Ihnen?',
    ],
    [
      dayHas('2026-11-25', ['09:00'], null, cut, today),
      'Morgen um 9 Uhr ist für Herrenhaarschnitt bei Anna Becker noch etwas frei. Passt Ihnen das?',
    ],
    [
      openInTheWeek({
        1: [
          { from: '08:00', to: '12:00' },
          { from: '13:00', to: '17:00' },
        ],
        2: [{ from: '08:00', to: '12:00' }],
      }),
      'Wir haben Montag von 8 Uhr bis 12 Uhr und von 13 Uhr bis 17 Uhr und Dienstag von 8 Uhr bis 12 Uhr geöffnet.',
    ],
    [
      notFree(
        { reason: 'taken', day: friday },
        [
          { day: friday, time: '15:00' },
          { day: '2026-11-28', time: '10:00' },
          { day: friday, time: '13:30' },
        ],
        cut,
        today,
      ),
      'Zu dieser Zeit ist am Freitag, den 27. November für Herrenhaarschnitt bei Anna Becker leider nichts frei. Passt es Ihnen am Freitag, den 27. November um 15 Uhr oder am Samstag, den 28. November um 10 Uhr?',
    ],
    [
      askAboutTrouble('impossible_time', ['Freitag, den 27. November']),
      'Diese Uhrzeit gibt es nicht. Zu welcher Uhrzeit passt es Ihnen am Freitag?',
    ],
    [
      unknownStaff(['Bernd Krause']),
      'Diese Person finde ich bei uns nicht. Das macht bei uns Bernd Krause. Ist Ihnen das recht?',
    ],
    [
      openOn(
        { day: '2026-11-29', spans: [], isSpecial: false, dayOff: null, reason: null, isUnsure: false },
        today,
        '09:00',
      ),
      'Am Sonntag haben wir geschlossen.',
    ],
    [
      whichReading(['Freitag, den 27. November', 'Freitag, den 4. Dezember']),
      'Meinen Sie Freitag, den 27. November oder Freitag, den 4. Dezember?',
    ],
    [
      dateIs({ from: today, to: today, reading: 'exact' }, null, today),
      'Das ist heute, Dienstag, den 24. November.',
    ],
  ])('%s', (sentence, expected) => {
    expect(sentence).toBe(expected)
  })
})
