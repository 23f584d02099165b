import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readEmail } from '../../../src/services/matching/index.ts'

describe('dictated mail addresses', () => {
  test.each([
    ['max punkt muster ät gmx punkt de', 'max.muster@gmx.de'],
    ['max muster at gmail punkt com', 'maxmuster@gmail.com'],
    ['MAX@GMX.DE', 'max@gmx.de'],
    ['max @ gmx.de', 'max@gmx.de'],
    ['max.muster @ t-online . de', 'max.muster@t-online.de'],
    ['m-a-x at gmx punkt de', 'max@gmx.de'],
    ['M A X at g m x punkt de', 'max@gmx.de'],
    ['M wie Martha A wie Anton X wie Xanthippe at gmx punkt de', 'max@gmx.de'],
    ['Doppel-M aier at web Punkt de', 'mmaier@web.de'],
    ['anna unterstrich b ät web punkt de', 'anna_b@web.de'],
    ['anna bindestrich b minus c klammeraffe t online punkt de', 'anna-b-c@t-online.de'],
    ['max at-Zeichen gmx punkt at', 'max@gmx.at'],
    ['max neunundachtzig ät gmx punkt de', 'max89@gmx.de'],
    ['max eins zwo drei ät gmx punkt net', 'max123@gmx.net'],
    ['max muster neunzehnhundertachtzig at googlemail punkt com', 'maxmuster1980@googlemail.com'],
    ['max ät gmx de', 'max@gmx.de'],
    ['jürgen.müller@web.de', 'juergen.mueller@web.de'],
    ['Meine E-Mail-Adresse ist anna.becker@web.de', 'anna.becker@web.de'],
    ['also das ist max punkt muster alles klein geschrieben ät gmx punkt de', 'max.muster@gmx.de'],
    ['maximilian at icloud punkt com danke', 'maximilian@icloud.com'],
    ['mailto:max@gmx.de', 'max@gmx.de'],
    ['info@salon-schoen.de', 'info@salon-schoen.de'],
  ])('I-73: "%s" is %s', (spoken, email) => {
    expect(readEmail(spoken)).toEqual({ email })
  })

  test.each([
    '',
    ' ',
    'None',
    'null',
    '{{email}}',
    'keine',
    'ich habe keine E-Mail',
    'nein danke',
    'unbekannt',
  ])('I-73: "%s" means that none was given', (spoken) => {
    expect(readEmail(spoken)).toEqual({ email: null, reason: 'absent' })
  })

  test.each([
    'test@example.com',
    'anna.becker@example.de',
    'max@mail.example.org',
    'max@test.de',
    'test@gmail.com',
    'kunde@email.de',
    'john.doe@gmail.com',
    'noreply@gmx.de',
    'max@firma.invalid',
  ])('I-73: the made-up "%s" is dropped', (spoken) => {
    expect(readEmail(spoken)).toEqual({ email: null, reason: 'invented' })
  })

  test.each([
    'max punkt muster',
    'max..muster@gmx.de',
    'max@gmx',
    'max@@gmx.de',
    'max ät muster ät gmx punkt de',
    'Herrenhaarschnitt',
  ])('"%s" makes no address and is asked for again', (spoken) => {
    expect(readEmail(spoken)).toEqual({ email: null, reason: 'unclear' })
  })

  test('a written address comes back unchanged, dictated sign by sign too', () => {
    const part = fc.stringMatching(/^[bcfgkpqrtvwxyz]{4,8}$/)
    fc.assert(
      fc.property(part, part, part, (a, b, domain) => {
        const email = `${a}.${b}@${domain}.de`
        expect(readEmail(email)).toEqual({ email })
        expect(readEmail(`${a} punkt ${b} ät ${domain} punkt de`)).toEqual({ email })
      }),
    )
  })

  test('whatever is said, the result is an address in lower-case ASCII or none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const { email } = readEmail(text)
        return (
          email === null || (/^[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}$/.test(email) && email.length <= 254)
        )
      }),
    )
  })
})
