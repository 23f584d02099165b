import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { callerNumber, isWithheld, normalisePhone } from '../../src/lib/phone.ts'

describe('normalisePhone', () => {
  test.each([
    '+49 30 12345678',
    '0049 30 12345678',
    '004930 12345678',
    '030 12345678',
    '4930 12345678',
    '493012345678',
    '+49 (0) 30 12345678',
    '030/123-456-78',
  ])('I-71: "%s" is one and the same number', (raw) => {
    expect(normalisePhone(raw)).toBe('+493012345678')
  })

  test.each([
    ['0151 23456789', '+4915123456789'],
    ['15123456789', '+4915123456789'],
    ['meine Nummer ist 0151 23456789', '+4915123456789'],
    ['null eins fünf eins zwo drei vier fünf sechs sieben acht neun', '+4915123456789'],
    ['null eins fünf eins doppel drei vier fünf sechs sieben acht neun', '+4915133456789'],
    ['plus vier neun eins fünf eins zwei drei vier fünf sechs sieben acht neun', '+4915123456789'],
    ['null eins sieben sechs einundzwanzig zweiunddreißig dreiundvierzig vierundfünfzig', '+4917621324354'],
    ['0176 zweimal die drei 45 67 89', '+4917633456789'],
  ])('"%s" is %s', (raw, e164) => {
    expect(normalisePhone(raw)).toBe(e164)
  })

  test.each([
    ['+43 664 1234567', '+436641234567'],
    ['0043 664 1234567', '+436641234567'],
    ['+41 79 123 45 67', '+41791234567'],
    ['+90 532 123 45 67', '+905321234567'],
    ['+1 202-555-0123', '+12025550123'],
  ])('the foreign "%s" is %s', (raw, e164) => {
    expect(normalisePhone(raw)).toBe(e164)
  })

  test.each([
    '0151 123456',
    '0151123456',
    '0123456789',
    '123456789',
    '1111111111',
    '0000000000',
    '110',
    '123',
    '',
    'abc',
    'anonymous',
    '+49',
    '030 12345678901234567890',
  ])('I-71, I-73: the dummy "%s" is no number', (raw) => {
    expect(normalisePhone(raw)).toBeNull()
  })

  test('every result is E.164 and stands for itself', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[+0-9 /()-]{0,24}$/), (raw) => {
        const number = normalisePhone(raw)
        if (number === null) return
        expect(number).toMatch(/^\+[1-9]\d{6,14}$/)
        expect(normalisePhone(number)).toBe(number)
      }),
    )
  })
})

describe('withheld numbers', () => {
  test.each([
    'anonymous',
    'Anonymous',
    'ANONYMOUS',
    'unknown',
    'private',
    'withheld',
    'restricted',
    'unavailable',
    'unterdrückt',
    'None',
    'null',
    '',
    ' ',
    '00000000',
    '+0000',
    '42',
    '**620',
    'anonymous@anonymous.invalid',
    'sip:anonymous@anonymous.invalid',
    '+266696687',
    null,
    undefined,
  ])('I-69: %s recognises nobody', (raw) => {
    expect(isWithheld(raw)).toBe(true)
    expect(callerNumber(raw)).toBeNull()
  })

  test.each([
    ['+4915123456789', '+4915123456789'],
    ['4915123456789', '+4915123456789'],
    ['030 12345678', '+493012345678'],
    ['sip:+493012345678@carrier.example', '+493012345678'],
    ['+436641234567', '+436641234567'],
  ])('the network number "%s" is %s', (raw, e164) => {
    expect(isWithheld(raw)).toBe(false)
    expect(callerNumber(raw)).toBe(e164)
  })

  test('a number of a range that the numbering plan does not know yet still identifies its caller', () => {
    expect(normalisePhone('+49151123456')).toBeNull()
    expect(callerNumber('+49151123456')).toBe('+49151123456')
  })
})
