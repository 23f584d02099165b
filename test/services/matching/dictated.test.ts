/** Addresses and numbers with hints, corrections and talk between their parts. */
import { expect, test } from 'vitest'
import { normalisePhone } from '../../../src/lib/phone.ts'
import { readEmail } from '../../../src/services/matching/index.ts'

test.each([
  ['also das wär hartwig minus bau at t minus online punkt de', 'hartwig-bau@t-online.de'],
  ['franz gruber ohne punkt dazwischen at gmx punkt at', 'franzgruber@gmx.at'],
  ['franz gruber mit punkt dazwischen at gmx punkt at', 'franz.gruber@gmx.at'],
  ['mit doppel m hammer at web punkt de', 'hammer@web.de'],
  ['katrin schuster äh nein mit punkt katrin punkt schuster at web punkt de', 'katrin.schuster@web.de'],
  ['katrin at gmx nein at web punkt de', 'katrin@web.de'],
  ['jonas beck at gmx punkt de nein punkt net', 'jonasbeck@gmx.net'],
])('"%s" is %s', (said, email) => {
  expect(readEmail(said)).toEqual({ email })
})

test.each([
  ['null eins siemn vier neun null neun eins drei eins siemn', '+491749091317'],
  ['null oans siebn vier neun null neun oans drei oans siebn', '+491749091317'],
  ['null eens söven veer negen null negen eens dree eens söven', '+491749091317'],
  ['null eins sieben vier neun null neun eins drei eins acht äh nein sieben am ende', '+491749091317'],
  ['null eins sieben eins drei neun zwei haben sie null null vier eins', '+491713920041'],
  [
    'null eins sieben vier warten sie ich muss nachschauen ja neun null neun eins drei eins sieben',
    '+491749091317',
  ],
])('"%s" is %s', (said, number) => {
  expect(normalisePhone(said)).toBe(number)
})

test('a correction in the middle stays a question, and talk is no digit', () => {
  expect(normalisePhone('null eins sieben vier neun nein acht neun eins drei eins sieben acht')).toBeNull()
  expect(normalisePhone('null eins sieben vier neun null neun eins drei eins sieben ans handy bitte')).toBe(
    '+491749091317',
  )
})
