/** The pure rules of booking: email, phone, who is meant, what somebody usually books. */
import { describe, expect, test } from 'vitest'
import {
  contactEmail,
  contactPhone,
  mailboxAddress,
  planEmail,
} from '../../../src/services/booking/attendee.ts'
import { wishKey } from '../../../src/services/booking/wish-key.ts'
import { findPerson, habitOf } from '../../../src/services/customers.ts'

describe('how Cal.com gets an email', () => {
  const phone = '+4915112345678'
  test.each([
    [
      'a real one is always used',
      'ask',
      null,
      true,
      { email: 'a@b.de', phone },
      { kind: 'own', email: 'a@b.de' },
    ],
    ['ask', 'ask', 'm@s.de', false, { email: null, phone }, { kind: 'ask', field: 'email' }],
    ['own mailbox', 'own_mailbox', 'm@s.de', false, { email: null, phone }, { kind: 'mailbox' }],
    ['own mailbox, but none is set', 'own_mailbox', null, false, { email: null, phone }, { kind: 'none' }],
    [
      'phone only, and the event type takes it',
      'phone_only',
      'm@s.de',
      false,
      { email: null, phone },
      { kind: 'none' },
    ],
    [
      'phone only, but the event type insists',
      'phone_only',
      'm@s.de',
      true,
      { email: null, phone },
      { kind: 'mailbox' },
    ],
    [
      'phone only, insists, no mailbox',
      'phone_only',
      null,
      true,
      { email: null, phone },
      { kind: 'ask', field: 'email' },
    ],
    [
      'phone only without a phone',
      'phone_only',
      null,
      false,
      { email: null, phone: null },
      { kind: 'ask', field: 'phone' },
    ],
  ] as const)('%s', (_, missingEmail, mailbox, emailRequired, contact, plan) => {
    expect(planEmail({ missingEmail, mailbox }, { emailRequired }, contact)).toEqual(plan)
  })

  test('I-45 each booking has an address of its own, which mail servers accept', () => {
    const ids = [
      'temp_1762785226627_call_ca978112ca1bbdcafac231b39a2',
      'temp_1762785226628_call_ca978112ca1bbdcafac231b39a2',
    ]
    const addresses = ids.map((id) => mailboxAddress('termine@salon.de', id))
    expect(addresses[0]).toBe(`termine+${ids[0]}@salon.de`)
    expect(new Set(addresses).size).toBe(2)
    const long = mailboxAddress('terminvergabe-rezeption@salon.de', `${ids[0]}-und-noch-etwas mehr`)
    expect(long.indexOf('@')).toBeLessThanOrEqual(64)
    expect(long).toMatch(/^terminvergabe-rezeption\+[a-z0-9_-]+@salon\.de$/)
  })

  test('an address that was not understood never replaces a known one', () => {
    expect(contactEmail('irgendwas', 'alt@bekannt.de')).toEqual({ email: 'alt@bekannt.de', unclear: true })
    expect(contactEmail(undefined, 'alt@bekannt.de')).toEqual({ email: 'alt@bekannt.de', unclear: false })
    expect(contactEmail('test@example.com', null)).toEqual({ email: null, unclear: false })
  })
})

test('I-73 I-71 an invented number gives way to the caller’s, a real one in any spelling is taken', () => {
  expect(contactPhone('0151123456', '+491701234567')).toEqual({ phone: '+491701234567', unclear: false })
  expect(contactPhone('0049 30 23125000', '+491701234567')).toEqual({
    phone: '+493023125000',
    unclear: false,
  })
  expect(contactPhone(undefined, null)).toEqual({ phone: null, unclear: false })
  expect(contactPhone('dieselbe Nummer', '+491701234567').phone).toBe('+491701234567')
  expect(contactPhone('null eins sieben blau', '+491701234567')).toEqual({ phone: null, unclear: true })
})

describe('people on one number', () => {
  const people = [{ name: 'Petra Winter' }, { name: 'Klaus Winter' }]
  test.each([
    ['Petra Winter', 'Petra Winter'],
    ['petra  winter', 'Petra Winter'],
    ['Klaus', 'Klaus Winter'],
    ['Winter', undefined],
    ['Sabine Winter', undefined],
  ])('I-68 “%s” is %s', (name, expected) => {
    expect(findPerson(people, name)?.name).toBe(expected)
  })
})

test('I-63 a habit needs two visits, and staff only counts when they repeat', () => {
  const visit = (serviceId: number, staffId: number | null) => ({
    id: 1,
    startsAt: new Date(0),
    serviceId,
    staffId,
    status: 'completed',
  })
  expect(habitOf([])).toBeNull()
  expect(habitOf([visit(1, 1)])).toBeNull()
  expect(habitOf([visit(1, 1), visit(1, 2), visit(2, 1)])).toEqual({
    serviceId: 1,
    confidence: 0.67,
    staffId: null,
  })
  expect(habitOf([visit(1, 2), visit(1, 2)])).toEqual({ serviceId: 1, confidence: 1, staffId: 2 })
})

test('a wish is call, person, service and start: one key for one wish, and nothing personal in it', () => {
  const wish = {
    callId: 'call_1',
    person: 'Max Mustermann',
    serviceId: 1,
    startAt: new Date('2026-11-27T13:00:00Z'),
  }
  expect(wishKey({ ...wish, person: ' max  MUSTERMANN ' })).toBe(wishKey(wish))
  for (const other of [
    { callId: 'call_2' },
    { person: 'Mia Mustermann' },
    { serviceId: 2 },
    { startAt: new Date(0) },
  ])
    expect(wishKey({ ...wish, ...other })).not.toBe(wishKey(wish))
  expect(wishKey({ ...wish, callId: null })).not.toBe(wishKey({ ...wish, callId: null }))
  expect(wishKey(wish)).not.toMatch(/muster/i)
})
