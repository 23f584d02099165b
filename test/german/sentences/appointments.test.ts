import { describe, expect, test } from 'vitest'
import * as say from '../../../src/german/sentences/appointments.ts'

const today = '2026-11-24'
const cut: say.SpokenAppointment = {
  day: '2026-11-27',
  time: '14:30',
  today,
  service: 'Herrenhaarschnitt',
  staff: 'Anna Becker',
  branch: null,
  pending: false,
}
const colour: say.SpokenAppointment = {
  ...cut,
  day: '2026-11-25',
  time: '09:05',
  service: 'Färben',
  staff: null,
}
const many = [cut, colour, { ...cut, time: '15:00' }, { ...cut, time: '16:00' }]
const slots = [
  { day: '2026-11-27', time: '15:00' },
  { day: '2026-11-28', time: '10:00' },
]
const promise = say.willCallBack('morgen Vormittag')

const examples: Array<[string, string]> = [
  [
    say.appointmentIs(cut),
    'Ihr Termin für Herrenhaarschnitt ist am Freitag, den 27. November um 14 Uhr 30 bei Anna Becker.',
  ],
  [
    say.appointmentIs({ ...colour, branch: 'Nord', pending: true }),
    'Ihr Termin für Färben ist morgen um 9 Uhr 5 in unserer Filiale Nord. Unsere Zusage dafür steht noch aus.',
  ],
  [
    say.appointmentsAre([]),
    'Ich finde bei uns keinen kommenden Termin für Sie. Möchten Sie einen vereinbaren?',
  ],
  [
    say.appointmentsAre(many),
    'Sie haben 4 Termine. Die nächsten sind Herrenhaarschnitt am Freitag, den 27. November um 14 Uhr 30 und Färben morgen um 9 Uhr 5.',
  ],
  [
    say.nextAppointmentIs(colour, 2),
    'Ihr nächster Termin ist morgen um 9 Uhr 5 für Färben. Danach haben Sie noch 2 weitere Termine.',
  ],
  [
    say.whichAppointment([cut, { ...cut, time: '15:00' }]),
    'Welchen Termin meinen Sie: am Freitag, den 27. November um 14 Uhr 30 oder am Freitag, den 27. November um 15 Uhr?',
  ],
  [say.whichAppointment([colour]), 'Meinen Sie Ihren Termin morgen um 9 Uhr 5?'],
  [
    say.proveAppointment(['name', 'date', 'time'], 'withheld'),
    'Ihre Rufnummer ist unterdrückt. Bitte nennen Sie mir zu Ihrem Termin noch den Namen, den Tag und die Uhrzeit.',
  ],
  [
    say.cancelled(cut),
    'Ihr Termin für Herrenhaarschnitt am Freitag, den 27. November um 14 Uhr 30 ist storniert.',
  ],
  [
    say.tooLateToCancel(1, promise),
    'Absagen ist nur bis eine Stunde vor dem Termin möglich, Ihr Termin bleibt deshalb bestehen. Wir rufen Sie morgen Vormittag zurück.',
  ],
  [
    say.movedTooOften(1, promise),
    'Ein Termin lässt sich höchstens einmal verschieben. Wir rufen Sie morgen Vormittag zurück.',
  ],
  [
    say.moved({ ...colour, staff: 'Clara Yilmaz' }),
    'Ihr Termin für Färben ist verschoben auf morgen um 9 Uhr 5 bei Clara Yilmaz.',
  ],
  [
    say.moved({ ...cut, pending: true }),
    'Ich habe die Verlegung auf Freitag, den 27. November um 14 Uhr 30 bei Anna Becker angefragt. Unsere Zusage dafür steht noch aus.',
  ],
  [
    say.newTimeTaken({ day: '2026-11-27', time: '10:00' }, today, slots),
    'Am Freitag, den 27. November um 10 Uhr ist leider nichts frei, Ihr bisheriger Termin bleibt bestehen. Möchten Sie stattdessen um 15 Uhr oder am Samstag, den 28. November um 10 Uhr kommen?',
  ],
  [say.newClockTimeWanted('2026-11-25', today, []), 'Um wie viel Uhr möchten Sie morgen kommen?'],
  [
    say.newClockTimeWanted('2026-11-27', today, slots.slice(0, 1)),
    'Am Freitag, den 27. November wäre 15 Uhr frei. Passt Ihnen das?',
  ],
  [
    say.moveReady(colour, { day: '2026-11-24', time: '16:00' }),
    'Soll ich Ihren Termin morgen um 9 Uhr 5 auf heute um 16 Uhr verschieben?',
  ],
]

test.each(examples)('%s', (said, expected) => {
  expect(said).toBe(expected)
})

describe('every sentence', () => {
  const all = [
    ...examples.map(([said]) => said),
    say.noSuchAppointment([cut]),
    say.noSuchAppointment(many),
    say.appointmentWas(cut),
    say.appointmentIsCancelled(cut),
    say.whoseAppointment(),
    say.whichDay([]),
    say.whichDay(['Freitag, den 27. November', 'Freitag, den 4. Dezember']),
    say.secondFactWanted(),
    say.notProven(),
    say.lockedOut(),
    say.cancelNoted(cut),
    say.cancelStillNoted(cut),
    say.offerMove(cut),
    say.tooLateToMove(12, promise),
    say.movedTooOften(0, promise),
    say.alreadyBegun(cut),
    say.movedMeanwhile(cut, 'cancel'),
    say.movedMeanwhile(cut, 'move'),
    say.handedOver('cancel', promise),
    say.handedOver('move', say.callbackNumberWanted()),
    say.alreadyThen(cut),
    say.newTimeWanted(cut),
    say.newDayWanted(null),
    say.newDayWanted('15:00'),
    say.impossibleNewTime([]),
    say.newTimePast(),
    say.notMoved(),
    say.moveUnclear(promise),
    say.changeUnderWay(),
    say.cancelledCannotMove(cut),
    say.willCallBackInstead('morgen Vormittag'),
  ]

  test.each(all)('is short and speakable, and promises no booking (I-82): %s', (said) => {
    expect(said).toMatch(/^[A-ZÄÖÜ].*[.?]$/)
    expect(said).not.toMatch(/gebucht|bestätigt|\d:\d|\d{4}-\d|Cal\.com|API|System|undefined|null|\s\s/)
    // Ordinal dots do not end a sentence.
    const sentences = said.replace(/\d\./g, '').match(/[.?]/g) ?? []
    expect(sentences.length).toBeLessThanOrEqual(2)
    expect((said.match(/\?/g) ?? []).length).toBeLessThanOrEqual(1)
  })

  test('names from outside are cut and stripped of markup', () => {
    const said = say.appointmentIs({ ...cut, staff: `<b>${'x'.repeat(500)}</b>` })
    expect(said.length).toBeLessThan(200)
    expect(said).not.toMatch(/[<>]/)
  })
})
