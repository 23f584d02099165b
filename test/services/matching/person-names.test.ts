import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { comparePersonNames, readPersonName } from '../../../src/services/matching/index.ts'

describe('reading a name', () => {
  test.each([
    ['Max Mustermann', 'Max Mustermann'],
    ['max mustermann', 'Max Mustermann'],
    ['MAX MUSTERMANN', 'Max Mustermann'],
    ['Mein Name ist Anna Becker', 'Anna Becker'],
    ['ich heiße Müller', 'Müller'],
    ['hier ist der Peter', 'Peter'],
    ['Max Mustermann am Apparat', 'Max Mustermann'],
    ['Frau Anna Becker', 'Anna Becker'],
    ['die Frau Becker', 'Frau Becker'],
    ['Müller, Anna', 'Anna Müller'],
    ['M ü l l e r', 'Müller'],
    ['Meier mit a i', 'Maier'],
    ['Ludwig van Beethoven', 'Ludwig van Beethoven'],
    ["Sinéad O'Connor", "Sinéad O'Connor"],
    ['Jean-Luc Picard', 'Jean-Luc Picard'],
    ['Иван Петров', 'Иван Петров'],
    ['Robin Freitag', 'Robin Freitag'],
    ['Ng', 'Ng'],
    ['Jana Weiß', 'Jana Weiß'],
    ['Herr Weiß', 'Herr Weiß'],
    ['Weiss', 'Weiss'],
    ['Frau Morgen', 'Frau Morgen'],
    ['Herr Freitag', 'Herr Freitag'],
  ])('"%s" is %s', (spoken, name) => {
    expect(readPersonName(spoken)).toBe(name)
  })

  test.each([
    'Acht Uhr',
    'das weiß ich nicht',
    'Herr Termin',
    'acht',
    'Kunde',
    'Kundin',
    'anonym',
    'unknown',
    'Freitag',
    'morgen',
    'ja',
    'Test',
    'None',
    '',
    '0151',
    'Max2',
    'X',
    'test@example.com',
    'John Doe',
    'Frau',
    'ich möchte einen Termin buchen',
    '14:30',
  ])('"%s" is no name and is asked for again', (spoken) => {
    expect(readPersonName(spoken)).toBeNull()
  })

  test('I-18: an unresolved placeholder is no name', () => {
    expect(readPersonName('{{name}}')).toBeNull()
    expect(readPersonName('{{ customer_name }}')).toBeNull()
  })

  test("the agent's and the business's names are no caller's name, their namesakes' are", () => {
    const notNames = ['Clara', 'Salon Schön']
    expect(readPersonName('Clara', notNames)).toBeNull()
    expect(readPersonName('salon schoen', notNames)).toBeNull()
    expect(readPersonName('Clara Schumann', notNames)).toBe('Clara Schumann')
  })

  test('markup, control and direction characters never get into a name', () => {
    expect(readPersonName('<b>Max</b> Muster<script>')).toBe('Max Muster')
    expect(readPersonName('Max\u202e\u0007 Muster\u200b')).toBe('Max Muster')
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const name = readPersonName(text)
        return (
          name === null || (name.length <= 80 && /^[\p{L}\p{M}'’.\- ]+$/u.test(name) && name === name.trim())
        )
      }),
    )
  })

  test('a name that was read reads back to itself', () => {
    for (const spoken of ['ich heiße anna becker', 'Frau Becker', 'von der Heide', 'Dr. Hans-Peter Groß']) {
      const name = readPersonName(spoken)!
      expect(readPersonName(name)).toBe(name)
    }
  })
})

describe('comparing names', () => {
  test.each([
    ['Max Mustermann', 'mustermann max'],
    ['Jörg Müller', 'Joerg Mueller'],
    ['Hans-Peter Groß', 'Hans Peter Gross'],
    ['Dr. Weber', 'Frau Weber'],
    ['Yilmaz', 'Yılmaz'],
    ['Иван Петров', 'иван петров'],
  ])('"%s" and "%s" are the same', (a, b) => {
    expect(comparePersonNames(a, b)).toBe('same')
  })

  test.each([
    ['Anna Meier', 'Anna Mayr'],
    ['Stefan Becker', 'Stephan Bäcker'],
    ['Katharina Wolf', 'Catarina Wolff'],
    ['Anna Schmidt', 'Hanna Schmidt'],
    ['Mustermann', 'Max Mustermann'],
    ['A. Becker', 'Anna Becker'],
  ])('I-68: "%s" may be a mishearing or a short form of "%s"', (a, b) => {
    expect(comparePersonNames(a, b)).toBe('similar')
    expect(comparePersonNames(b, a)).toBe('similar')
  })

  test.each([
    ['Max Müller', 'Maria Müller'],
    ['Jan Müller', 'Jana Müller'],
    ['Martin Klein', 'Martina Klein'],
    ['Petra Meier', 'Peter Meier'],
    ['Tim Klein', 'Tom Klein'],
    ['Uwe Klein', 'Ute Klein'],
    ['Lena Vogel', 'Lea Vogel'],
    ['Anna Becker', 'Anna Schulz'],
    ['', 'Anna'],
  ])('"%s" and "%s" of one family are two people', (a, b) => {
    expect(comparePersonNames(a, b)).toBe('different')
    expect(comparePersonNames(b, a)).toBe('different')
  })

  test('comparison has no direction, and every name is the same as itself', () => {
    const word = fc.constantFrom(
      'anna',
      'hanna',
      'meier',
      'mayr',
      'maier',
      'jan',
      'jana',
      'max',
      'von',
      'becker',
      'backer',
      'paul',
      'paula',
    )
    const name = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '))
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(comparePersonNames(a, a)).toBe('same')
        expect(comparePersonNames(a, b)).toBe(comparePersonNames(b, a))
      }),
    )
  })
})
