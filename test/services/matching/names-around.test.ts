/** What is said around a name, again, or instead of one. */
import { expect, test } from 'vitest'
import { readPersonName } from '../../../src/services/matching/index.ts'

test.each([
  ['i bin d’frau häberle', 'Frau Häberle'],
  ['griaß eana gruber franz', 'Franz Gruber'],
  ['grüß sie, hier ist jana wolff', 'Jana Wolff'],
  ['stephan weber stephan mit p h', 'Stephan Weber'],
  ['stefan weber stephan mit p h', 'Stephan Weber'],
  ['claudia krause claudia mit c', 'Claudia Krause'],
  ['carsten vogt mit v und carsten mit c', 'Carsten Vogt'],
  ['frau kühn minus sander', 'Frau Kühn-Sander'],
  ['eva müller minus schmidt', 'Eva Müller-Schmidt'],
  ['für mei dochder die lea vogel', 'Lea Vogel'],
  ['ich ruf an für meinen mann der heißt rainer busch', 'Rainer Busch'],
  ['für meinen sohn, er heißt timo beck', 'Timo Beck'],
])('"%s" is %s', (said, name) => {
  expect(readPersonName(said)).toBe(name)
})

test.each([
  'Not provided',
  'not specified',
  'Unknown caller',
  'customer_name',
  'Kunde',
  'Anrufer 1',
  'ein unbekannter Anrufer',
  'N/A',
  'das möcht ich nicht sagen',
  'sag ich nicht',
  'mein name geht sie nichts an',
  'muss ich das sagen? lieber nicht',
])('"%s" is no name', (said) => {
  expect(readPersonName(said)).toBeNull()
})

test('what is corrected is not the same name once more', () => {
  expect(readPersonName('schmidt nein schmitt mit doppel t')).toBe('Schmitt')
})
