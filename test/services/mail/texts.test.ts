import { describe, expect, test } from 'vitest'
import {
  type AppointmentMailFacts,
  appointmentMail,
  type CallbackMailFacts,
  callbackMail,
} from '../../../src/german/sentences/mail.ts'
import { readMailFrom } from '../../../src/services/mail/from.ts'
import { renderInvitation } from '../../../src/services/mail/invitation.ts'
import { customerMailbox, oneMailbox } from '../../../src/services/mail/recipient.ts'
import { plain, renderHtml, renderText } from '../../../src/services/mail/render.ts'

const facts: AppointmentMailFacts = {
  name: 'Max Mustermann',
  company: 'Salon Sonnenschein',
  service: 'Herrenhaarschnitt',
  at: { day: '2026-11-27', time: '14:30' },
  before: { day: '2026-11-24', time: '09:00' },
  durationMinutes: 30,
  staff: 'Anna Becker',
  place: 'Mitte, Rosenthaler Straße 12, 10119 Berlin',
  phone: '+49 30 23125001',
  byCustomer: true,
}

describe('texts', () => {
  test('a confirmation names day, time, service, person, place and the number to call', () => {
    const mail = appointmentMail('confirmed', facts)
    expect(mail.subject).toBe('Ihr Termin am 27.11.2026, 14:30 Uhr')
    expect(renderText(mail)).toBe(`Guten Tag Max Mustermann,

Ihr Termin ist gebucht. Wir freuen uns auf Sie.

Termin: Freitag, 27. November 2026, 14:30 Uhr
Leistung: Herrenhaarschnitt
Dauer: 30 Minuten
Bei: Anna Becker
Ort: Mitte, Rosenthaler Straße 12, 10119 Berlin

Wenn Sie den Termin ändern oder absagen möchten, rufen Sie uns bitte an: +49 30 23125001.

Mit freundlichen Grüßen
Salon Sonnenschein
`)
  })

  test('a move says where the appointment was and where it is', () => {
    const text = renderText(appointmentMail('rescheduled', facts))
    expect(text).toContain('Ihr Termin vom Dienstag, 24. November 2026, 09:00 Uhr, wurde verschoben.')
    expect(text).toContain('Termin: Freitag, 27. November 2026, 14:30 Uhr')
  })

  test('a request is never called booked, a cancellation never invites', () => {
    expect(renderText(appointmentMail('requested', facts))).not.toMatch(/gebucht|freuen/)
    expect(renderText(appointmentMail('requested', facts))).toContain('erst, wenn wir ihn bestätigt haben')
    expect(renderText(appointmentMail('cancelled', facts))).toContain('Wie gewünscht')
    expect(renderText(appointmentMail('cancelled', { ...facts, byCustomer: false }))).not.toContain(
      'gewünscht',
    )
    expect(renderText(appointmentMail('rejected', { ...facts, name: null, phone: null }))).toMatch(
      /^Guten Tag,\n\nLeider/,
    )
  })

  test('a callback mail tells who, where, why and what was promised', () => {
    const callback: CallbackMailFacts = {
      kind: 'policy',
      company: 'Salon Sonnenschein',
      name: 'Eva Sommer',
      phone: '+49 151 12345678',
      reason: 'Möchte nach Ablauf der Frist absagen',
      wish: 'morgen Vormittag',
      promisedFrom: { day: '2026-11-25', time: '09:00' },
      promisedTo: { day: '2026-11-25', time: '12:00' },
      branch: 'Mitte',
      receivedAt: { day: '2026-11-24', time: '09:05' },
      completed: false,
    }
    const mail = callbackMail(callback)
    expect(mail.subject).toBe('Rückruf (Frist oder Regel): Eva Sommer')
    expect(renderText(mail)).toContain('Zugesagt: Mittwoch, 25. November 2026, 09:00 Uhr, bis 12:00 Uhr')
    expect(callbackMail({ ...callback, completed: true }).subject).toMatch(/^Ergänzt: /)
  })
})

describe('what strangers say stays text', () => {
  test('markup in a name or reason is escaped in HTML', () => {
    const html = renderHtml(
      appointmentMail('confirmed', {
        ...facts,
        name: '<img src=x onerror=alert(1)>',
        service: 'Schnitt & "Bart"',
      }),
    )
    expect(html).not.toContain('<img')
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;')
    expect(html).toContain('Schnitt &amp; &quot;Bart&quot;')
  })

  test('line breaks, control and direction characters are gone, long words are cut', () => {
    expect(plain('Max\r\nBcc: a@b.de\u0000\u202Ex\u2028y', 60)).toBe('Max Bcc: a@b.de x y')
    expect([...plain('ä'.repeat(100), 10)]).toHaveLength(10)
    expect(plain('👩‍🦰'.repeat(20), 5)).not.toMatch(/\uD83D$/)
  })
})

describe('recipients', () => {
  test.each(['max@web.de', 'Max.Muster+salon@sub.kunden.example', "o'brien@x-y.co.uk"])(
    '%s is one mailbox',
    (address) => {
      expect(oneMailbox(address)).toBe(address)
    },
  )

  test.each([
    null,
    '',
    'max',
    'max@localhost',
    'a@b.de, c@d.de',
    'a@b.de;c@d.de',
    'Max <a@b.de>',
    'a@b.de\r\nBcc: c@d.de',
    'a b@c.de',
    'a..b@c.de',
    '"a"@c.de',
    '4915112345678@sms.cal.com',
    'nobody@salon.invalid',
    `${'a'.repeat(70)}@b.de`,
  ])('%j is not mailed to', (address) => {
    expect(oneMailbox(address)).toBeNull()
  })

  test("the business's own mailbox and its sub-addresses are never a customer (incident I-73)", () => {
    const own = 'termine@salon.de'
    expect(customerMailbox('termine+temp_123_call_9@salon.de', own)).toBeNull()
    expect(customerMailbox('Termine@Salon.de', own)).toBeNull()
    expect(customerMailbox('max@salon.de', own)).toBe('max@salon.de')
  })

  test('MAIL_FROM is read with and without a name', () => {
    expect(readMailFrom('Terminservice <termine@salon.de>')).toEqual({
      name: 'Terminservice',
      address: 'termine@salon.de',
      domain: 'salon.de',
    })
    expect(readMailFrom('termine@localhost')).toMatchObject({ name: '', domain: 'localhost' })
    expect(() => readMailFrom('Terminservice')).toThrow('MAIL_FROM')
  })
})

describe('calendar entries', () => {
  const invitation = {
    method: 'REQUEST' as const,
    uid: 'uid-1',
    sequence: 2,
    startsAt: new Date('2026-11-27T13:30:00Z'),
    endsAt: new Date('2026-11-27T14:00:00Z'),
    zone: 'Europe/Berlin',
    title: 'Herrenhaarschnitt, Salon; Sonnenschein',
    notes: '',
    place: null,
    tentative: false,
    organizer: { name: 'Salon "Sonne"', address: 'termine@salon.de' },
    attendee: { name: 'Max\r\nMustermann', address: 'max@web.de' },
    now: new Date('2026-11-24T08:00:00Z'),
  }
  const lines = (input: Partial<typeof invitation>) =>
    renderInvitation({ ...invitation, ...input } as typeof invitation)
      .replace(/\r\n /g, '')
      .split('\r\n')

  test('times are local, with the zone beside them; the stamp is UTC', () => {
    expect(lines({})).toEqual(
      expect.arrayContaining([
        'METHOD:REQUEST',
        'UID:uid-1',
        'SEQUENCE:2',
        'DTSTART;TZID=Europe/Berlin:20261127T143000',
        'DTEND;TZID=Europe/Berlin:20261127T150000',
        'DTSTAMP:20261124T080000Z',
        'STATUS:CONFIRMED',
      ]),
    )
  })

  test('the zone knows both clock changes of the year', () => {
    const text = renderInvitation(invitation)
    expect(text).toContain(
      'BEGIN:DAYLIGHT\r\nDTSTART:20260329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:MESZ',
    )
    expect(text).toContain(
      'BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:MEZ',
    )
  })

  test.each([
    ['2026-03-28T23:30:00Z', '20260329T003000'],
    ['2026-03-29T01:30:00Z', '20260329T033000'],
    ['2026-10-25T02:30:00Z', '20261025T033000'],
  ])('%s is %s on a clock-change day', (startsAt, local) => {
    expect(lines({ startsAt: new Date(startsAt) })).toContain(`DTSTART;TZID=Europe/Berlin:${local}`)
  })

  test('names cannot break out of their parameter', () => {
    const text = lines({})
    expect(text.filter((line) => line.startsWith('ORGANIZER'))).toEqual([
      'ORGANIZER;CN="Salon Sonne":mailto:termine@salon.de',
    ])
    expect(text.find((line) => line.startsWith('ATTENDEE'))).toContain('CN="MaxMustermann"')
  })

  test('a cancellation and a request say so', () => {
    expect(lines({ method: 'CANCEL' } as never)).toEqual(
      expect.arrayContaining(['METHOD:CANCEL', 'STATUS:CANCELLED']),
    )
    expect(lines({ tentative: true })).toContain('STATUS:TENTATIVE')
  })
})
