/** The caller's answer to a read-back, in words; and the measure: 172 endings of calls written by somebody who knew no rule. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Consent, type ReadBack, readConsent } from '../../src/german/consent.ts'
import { understand } from '../../src/german/index.ts'

const endings: ReadonlyArray<readonly [words: string, meant: Consent, readBack?: ReadBack]> = [
  ['Ja.', 'yes'],
  ['Ja bitte', 'yes'],
  ['Jo passt', 'yes'],
  ['ja genau so', 'yes'],
  ['Perfekt, danke', 'yes'],
  ['Ja, tragen Sie ein', 'yes'],
  ['Gerne', 'yes'],
  ['Das passt mir gut', 'yes'],
  ['Okay, machen Sie das', 'yes'],
  ['Können Sie so eintragen', 'yes'],
  ['Ja, ja, das ist gut', 'yes'],
  ['Kein Problem, ja', 'yes'],
  ['Warum nicht', 'yes'],
  ['Ha jo', 'yes'],
  ['Freilich', 'yes'],
  ['Basst scho', 'yes'],
  ['Moment … ja, das geht', 'yes'],
  ['Ja, absagen bitte', 'yes', 'cancel'],
  ['Sagen Sie ihn ab', 'yes', 'cancel'],
  ['Ja verschieben Sie', 'yes', 'move'],
  ['ja ich freue mich', 'yes'],
  ['Ja, Freitag um zehn ist gut', 'yes'],
  ['Na klar', 'yes'],
  ['Einverstanden', 'yes'],
  ['Alles klar, buchen Sie das', 'yes'],
  ['Ja, nehm ich', 'yes'],
  ['Jawohl, so machen wirs', 'yes'],
  ['Ja, vielen Dank, auf Wiederhören', 'yes'],
  ['Nein', 'no'],
  ['Nein danke', 'no'],
  ['Nee, doch nicht', 'no'],
  ['Lieber nicht', 'no'],
  ['Das passt mir nicht', 'no'],
  ['Ja, ach nein, doch nicht', 'no'],
  ['Nö', 'no'],
  ['Lassen Sie das mal', 'no'],
  ['Stopp, falsch', 'no'],
  ['Auf keinen Fall', 'no'],
  ['Naa, des geht ned', 'no'],
  ['Nein, lassen Sie ihn stehen', 'no', 'cancel'],
  ['Ich will den Termin nicht', 'no'],
  ['Das hat sich erledigt', 'no'],
  ['Ja, aber lieber um drei', 'change'],
  ['Nein, am Donnerstag meinte ich', 'change'],
  ['Können wir das auf später legen', 'change'],
  ['Bei Anna wäre mir lieber', 'change'],
  ['Ja, aber nur bei Anna', 'change'],
  ['Doch besser am Montag', 'change'],
  ['Ich möchte ihn lieber verschieben', 'change', 'cancel'],
  ['Nicht Herrenhaarschnitt, sondern Färben', 'change'],
  ['Geht auch eine andere Uhrzeit', 'change'],
  ['Moment', 'unclear'],
  ['Moment, ich muss erst meine Frau fragen', 'unclear'],
  ['Was kostet das denn?', 'unclear'],
  ['Ja, was kostet das?', 'unclear'],
  ['Hm', 'unclear'],
  ['Ich weiß nicht', 'unclear'],
  ['Vielleicht', 'unclear'],
  ['Wie bitte?', 'unclear'],
  ['Ich schau mal in meinen Kalender', 'unclear'],
  ['Können Sie das nochmal sagen?', 'unclear'],
  ['Ist das bei Anna?', 'unclear'],
  ['Ja, und wo ist das genau?', 'unclear'],
  ['Hallo? Sind Sie noch da?', 'unclear'],
  ['Ich überlege noch', 'unclear'],
  ['Da bin ich mir nicht sicher', 'unclear'],
  ['Äh', 'unclear'],
  ['Danke', 'yes'],
  ['Ja, vielen Dank, das war alles', 'yes'],
  ['[Rauschen]', 'unclear'],
  ['Der Name ist Möller mit ö', 'change'],

  ['Nein, das ist richtig so, tragen Sie es ein', 'yes'],
  ['Nein, auf nächste Woche bitte', 'change'],
  ['Sekunde noch, bitte', 'unclear'],
  ['Ja, und den Bart bitte auch noch', 'change'],
  ['Ja, nur bitte bei der Clara', 'change'],
  ['Das passt viel besser', 'yes'],
  ['Ist in Ordnung so', 'yes'],
  ['Ja, leider bin ich krank', 'yes', 'cancel'],
  ['', 'unclear'],
]

test.each(endings.map(([words, meant, readBack = 'book']) => ({ words, meant, readBack })))(
  '$words → $meant',
  ({ words, meant, readBack }) => expect(readConsent(words, readBack)).toBe(meant),
)

test('172 endings: no plain yes is refused, and at least 97 of 100 others are no yes', () => {
  const at = { now: new Date('2026-11-25T09:20:00Z'), zone: 'Europe/Berlin' }
  const lines = readFileSync('test/heldout/calls-endings.jsonl', 'utf8').split('\n').filter(Boolean)
  const read = lines.map((line) => {
    const {
      agent,
      user,
      expect: meant,
    } = JSON.parse(line) as { agent: string; user: string; expect: Consent }
    const readBack = /absagen|stornier/i.test(agent)
      ? 'cancel'
      : /verschieb|verleg/i.test(agent)
        ? 'move'
        : 'book'
    const told = understand(agent, at)
    const isElsewhere = (clause: string) => {
      const { day, time } = understand(clause, at)
      const otherDay =
        day !== null && told.day !== null && (told.day.from < day.from || told.day.from > day.to)
      return otherDay || (!!time?.at && !!told.time?.at && time.at !== told.time.at)
    }
    return { user, meant, got: readConsent(user, readBack, isElsewhere) }
  })
  const plain = read.filter(({ meant }) => meant === 'yes')
  const others = read.filter(({ meant }) => meant !== 'yes')
  expect(read.length).toBeGreaterThanOrEqual(150)
  expect(plain.filter(({ got }) => got !== 'yes').map(({ user }) => user)).toEqual([])
  const booked = others.filter(({ got }) => got === 'yes').map(({ user }) => user)
  expect(booked.length, booked.join(' | ')).toBeLessThanOrEqual(others.length * 0.03)
})
