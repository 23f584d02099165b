import { describe, expect, test } from 'vitest'
import { matchStaff } from '../../../src/services/matching/index.ts'

const team = [
  { id: 1, firstName: 'Anna', lastName: 'Becker' },
  { id: 2, firstName: 'Clara', lastName: 'Meier' },
  { id: 3, firstName: 'Jürgen', lastName: 'Mayer' },
  { id: 4, firstName: 'Hans-Peter', lastName: 'Özdemir' },
  { id: 5, firstName: 'Sophie', lastName: 'Schmidt' },
]
const said = (spoken: string) => {
  const match = matchStaff(spoken, team)
  if (match.kind === 'match') return match.staff.firstName
  return match.kind === 'ambiguous' ? match.candidates.map((person) => person.firstName) : match.kind
}

describe('staff', () => {
  test.each([
    ['bei der Anna', 'Anna'],
    ['Frau Becker', 'Anna'],
    ['am liebsten wieder bei der Klara', 'Clara'],
    ['Clara Meier', 'Clara'],
    ['dem Jürgen bitte', 'Jürgen'],
    ['Juergen', 'Jürgen'],
    ['Hans Peter', 'Hans-Peter'],
    ['Herr Ösdemir', 'Hans-Peter'],
    ['die Sofie', 'Sophie'],
    ['Frau Schmitt', 'Sophie'],
    ['Annabecker', 'Anna'],
  ])('I-67: "%s" is %s', (spoken, firstName) => {
    expect(said(spoken)).toBe(firstName)
  })

  test('I-67: a name or an id in the same argument are both understood', () => {
    expect(said('Anna')).toBe('Anna')
    expect(said('3')).toBe('Jürgen')
    expect(said('99')).toBe('none')
  })

  test.each([
    'egal',
    'das ist mir egal',
    'wer gerade frei ist',
    'keine Präferenz',
    'irgendjemand',
    'wer als erstes Zeit hat',
    'mir gleich',
  ])('"%s" means anyone', (spoken) => {
    expect(said(spoken)).toBe('anyone')
  })

  test.each(['', 'None', 'null', '{{mitarbeiter}}'])('no wish ("%s") means anyone', (spoken) => {
    expect(said(spoken)).toBe('anyone')
  })

  test('a name beside "egal" is the wish', () => {
    expect(said('Anna, sonst egal')).toBe('Anna')
  })

  test('surnames that sound alike are asked about, a first name decides', () => {
    expect(said('Frau Meier')).toEqual(['Clara', 'Jürgen'])
    expect(said('Jürgen Maier')).toBe('Jürgen')
  })

  test('two names give both to choose from', () => {
    expect(said('Anna oder Klara')).toEqual(['Anna', 'Clara'])
  })

  test('somebody who is not wanted is not taken', () => {
    expect(said('nicht bei Anna')).toEqual(['Clara', 'Jürgen', 'Hans-Peter', 'Sophie'])
  })

  test.each(['Bernd', 'Frau Müller', 'Petra', 'Tina'])('nobody is put in the place of "%s"', (spoken) => {
    expect(said(spoken)).toBe('none')
  })

  test('two of one first name are told apart by surname or initial, else asked about', () => {
    const annas = [
      { id: 1, firstName: 'Anna', lastName: 'Becker' },
      { id: 2, firstName: 'Anna', lastName: 'Schulz' },
    ]
    expect(matchStaff('Anna', annas)).toMatchObject({ kind: 'ambiguous' })
    expect(matchStaff('Anna Schulz', annas)).toMatchObject({ kind: 'match', staff: { id: 2 } })
    expect(matchStaff('Anna B.', annas)).toMatchObject({ kind: 'match', staff: { id: 1 } })
  })

  test('of two similar first names the one that was said is taken', () => {
    const both = [
      { id: 1, firstName: 'Anna', lastName: 'A' },
      { id: 2, firstName: 'Hanna', lastName: 'B' },
    ]
    expect(matchStaff('Hanna', both)).toMatchObject({ kind: 'match', staff: { id: 2 } })
    expect(matchStaff('Anna', both)).toMatchObject({ kind: 'match', staff: { id: 1 } })
  })
})
