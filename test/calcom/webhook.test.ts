import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCalcomWebhook } from '../../src/calcom/webhook.ts'

const created = {
  triggerEvent: 'BOOKING_CREATED',
  createdAt: '2026-11-22T10:00:01.700Z',
  payload: {
    type: 'beratung',
    title: 'Beratung between Dr. Anna Beispiel and Erika Muster',
    startTime: '2026-12-01T08:00:00Z',
    endTime: '2026-12-01T08:30:00Z',
    organizer: {
      id: 501,
      name: 'Dr. Anna Beispiel',
      email: 'anna@praxis.example',
      timeZone: 'Europe/Berlin',
    },
    attendees: [
      {
        name: 'Erika Muster',
        email: '4915112345678@sms.cal.com',
        phoneNumber: '+4915112345678',
        timeZone: 'Europe/Berlin',
      },
    ],
    responses: {
      name: { label: 'your_name', value: 'Erika Muster', isHidden: false },
      notes: 'bar',
      guests: { value: [] },
      empty: { value: '' },
    },
    location: 'Hauptstr. 1',
    eventTypeId: 123456,
    uid: 'bFJe',
    bookingId: 9876543,
    metadata: { booking_id: 'temp_1', attempt: 2 },
    status: 'ACCEPTED',
  },
}

test('a new booking is read with everything that identifies it', () => {
  expect(parseCalcomWebhook(created)).toEqual({
    kind: 'created',
    trigger: 'BOOKING_CREATED',
    sentAt: new Date('2026-11-22T10:00:01.700Z'),
    uid: 'bFJe',
    bookingId: 9876543,
    eventTypeId: 123456,
    title: 'Beratung between Dr. Anna Beispiel and Erika Muster',
    status: 'accepted',
    start: new Date('2026-12-01T08:00:00Z'),
    end: new Date('2026-12-01T08:30:00Z'),
    organizer: { id: 501, name: 'Dr. Anna Beispiel', email: 'anna@praxis.example' },
    attendees: [
      {
        name: 'Erika Muster',
        email: '4915112345678@sms.cal.com',
        phoneNumber: '+4915112345678',
        timeZone: 'Europe/Berlin',
        noShow: undefined,
      },
    ],
    responses: { name: 'Erika Muster', notes: 'bar', guests: '[]' },
    metadata: { booking_id: 'temp_1', attempt: '2' },
    location: 'Hauptstr. 1',
    cancellationReason: undefined,
    rescheduleRequested: false,
    rescheduledFromUid: undefined,
  })
})

test('a move names the booking it replaces', () => {
  const event = parseCalcomWebhook({
    ...created,
    triggerEvent: 'BOOKING_RESCHEDULED',
    payload: { ...created.payload, uid: 'NEW', rescheduleUid: 'OLD', rescheduleId: 1 },
  })
  expect(event).toMatchObject({ kind: 'rescheduled', uid: 'NEW', rescheduledFromUid: 'OLD' })
})

test('a cancellation has no metadata, its times carry an offset, and it may ask for another time', () => {
  const { metadata, ...payload } = created.payload
  expect(metadata).toBeDefined()
  const event = parseCalcomWebhook({
    ...created,
    triggerEvent: 'BOOKING_CANCELLED',
    payload: {
      ...payload,
      startTime: '2026-12-01T08:00:00+00:00',
      status: 'CANCELLED',
      cancellationReason: 'krank',
      requestReschedule: true,
    },
  })
  expect(event).toMatchObject({
    kind: 'cancelled',
    status: 'cancelled',
    start: new Date('2026-12-01T08:00:00Z'),
    cancellationReason: 'krank',
    rescheduleRequested: true,
  })
  expect(event?.metadata).toBeUndefined()
})

test("a meeting that ended comes flat; its createdAt is the booking's and not the message's", () => {
  const event = parseCalcomWebhook({
    triggerEvent: 'MEETING_ENDED',
    id: 9876543,
    uid: 'bFJe',
    eventTypeId: 123456,
    startTime: '2026-12-01T08:00:00.000Z',
    endTime: '2026-12-01T08:30:00.000Z',
    createdAt: '2026-11-22T10:00:01.123Z',
    status: 'ACCEPTED',
    metadata: null,
    attendees: [{ name: 'Erika Muster', email: 'e@example.test' }],
    user: { name: 'Anna', email: 'anna@praxis.example' },
  })
  expect(event).toMatchObject({
    kind: 'meeting_ended',
    uid: 'bFJe',
    bookingId: 9876543,
    organizer: { name: 'Anna' },
  })
  expect(event?.sentAt).toBeUndefined()
})

test('a no-show names its booking by bookingUid and who was absent', () => {
  const event = parseCalcomWebhook({
    triggerEvent: 'BOOKING_NO_SHOW_UPDATED',
    createdAt: created.createdAt,
    payload: {
      bookingUid: 'bFJe',
      bookingId: 9876543,
      attendees: [{ email: 'e@example.test', noShow: true }],
      message: 'x',
    },
  })
  expect(event).toMatchObject({ kind: 'no_show', uid: 'bFJe', attendees: [{ noShow: true }] })
})

test.each([
  ['booking.created', 'created'],
  ['BOOKING.CREATED', 'created'],
  ['booking_created', 'created'],
  ['booking.cancelled', 'cancelled'],
  ['booking.rescheduled', 'rescheduled'],
  ['BOOKING_REQUESTED', 'requested'],
  ['BOOKING_REJECTED', 'rejected'],
  ['BOOKING_CONFIRMED', 'confirmed'],
  ['MEETING_STARTED', 'meeting_started'],
  ['ping', 'ping'],
  ['PING', 'ping'],
  ['FORM_SUBMITTED', 'other'],
])('%s is understood as %s (I-75)', (triggerEvent, kind) => {
  expect(parseCalcomWebhook({ ...created, triggerEvent })?.kind).toBe(kind)
})

test("the dashboard's test button is a ping, whatever else it contains", () => {
  const event = parseCalcomWebhook({
    triggerEvent: 'PING',
    createdAt: created.createdAt,
    payload: { type: 'Test', title: 'Test trigger event', startTime: created.createdAt },
  })
  expect(event).toMatchObject({ kind: 'ping' })
  expect(event?.uid).toBeUndefined()
})

test('one odd field does not lose the event', () => {
  const event = parseCalcomWebhook({
    ...created,
    payload: {
      ...created.payload,
      startTime: 'soon',
      attendees: 'none',
      bookingId: 'x',
      status: 'NEW_STATUS',
      organizer: null,
      location: { type: 'phone' },
    },
  })
  expect(event).toMatchObject({ kind: 'created', uid: 'bFJe', attendees: [] })
  expect(event?.start).toBeUndefined()
  expect(event?.status).toBeUndefined()
})

test.each([false, null, undefined, 'x', 7, [], {}, { payload: {} }, { triggerEvent: '' }])(
  '%j is no webhook',
  (body) => {
    expect(parseCalcomWebhook(body)).toBeUndefined()
  },
)

test('no body whatever makes it throw', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (payload, createdAt) => {
      parseCalcomWebhook({ triggerEvent: 'BOOKING_CREATED', createdAt, payload })
      parseCalcomWebhook(payload)
    }),
    { numRuns: 500 },
  )
})

const payloads = new URL('../fixtures/payloads/', import.meta.url)

describe('webhooks seen in production', () => {
  test('are read, own echo and foreign booking alike', () => {
    const files = readdirSync(payloads).filter((name) => name.startsWith('calcom-wh-'))
    expect(files).not.toHaveLength(0)
    for (const name of files) {
      const event = parseCalcomWebhook(JSON.parse(readFileSync(new URL(name, payloads), 'utf8')))
      expect(event).toMatchObject({ kind: 'created', status: 'accepted', eventTypeId: 4100063 })
      expect(event?.responses.phone).toMatch(/^\+49/)
      expect(event?.metadata?.call_id === undefined).toBe(name.includes('external'))
    }
  })
})
