/**
 * Bodies of Cal.com's webhooks (version 2021-10-20). Their oddities are kept on purpose: cancellations write instants
 * with "+00:00" and carry no metadata, a reschedule names the new booking, MEETING_ENDED is flat and dated by the booking.
 */
import { everybodyIn } from './seats.ts'
import type { SimulatorState } from './state.ts'
import type { Attendee, Booking, Host } from './types.ts'
import { offsetMinutes } from './zone.ts'

export type Trigger =
  | 'BOOKING_CREATED'
  | 'BOOKING_REQUESTED'
  | 'BOOKING_REJECTED'
  | 'BOOKING_RESCHEDULED'
  | 'BOOKING_CANCELLED'
  | 'BOOKING_NO_SHOW_UPDATED'
  | 'MEETING_STARTED'
  | 'MEETING_ENDED'

const zulu = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`
const plusZero = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}+00:00`

function organizerOf(host: Host | undefined, at: number) {
  if (!host) return null
  return {
    id: host.id,
    name: host.name,
    email: host.email,
    username: host.username,
    timeZone: host.timeZone,
    language: { locale: 'de' },
    timeFormat: 'HH:mm',
    utcOffset: offsetMinutes(host.timeZone, at),
  }
}

/** The labelled answers of the booking form. */
function responsesOf(booking: Booking) {
  const labels: Record<string, string> = {
    name: 'your_name',
    email: 'email_address',
    attendeePhoneNumber: 'phone_number',
    notes: 'additional_notes',
  }
  const entries = Object.entries(booking.responses).filter(([slug]) => !slug.startsWith('display'))
  return Object.fromEntries(
    entries.map(([slug, value]) => [slug, { label: labels[slug] ?? slug, value, isHidden: false }]),
  )
}

function commonPayload(state: SimulatorState, booking: Booking, text: (ms: number) => string) {
  const eventType = state.eventTypes.get(booking.eventTypeId)
  const [organizerId] = booking.hostIds
  return {
    bookerUrl: 'https://cal.com',
    type: eventType?.slug,
    title: booking.title,
    description: booking.description,
    additionalNotes: booking.description,
    customInputs: {},
    startTime: text(booking.start),
    endTime: text(booking.end),
    organizer: organizerOf(state.hosts.get(organizerId ?? 0), booking.start),
    attendees: everybodyIn(booking).map(({ name, email, timeZone, language, phoneNumber }) => ({
      name,
      firstName: '',
      lastName: '',
      email,
      timeZone,
      phoneNumber: phoneNumber ?? null,
      language: { locale: language },
      utcOffset: offsetMinutes(timeZone, booking.start),
    })),
    responses: responsesOf(booking),
    userFieldsResponses: {},
    location: booking.location,
    destinationCalendar: null,
    hideCalendarNotes: false,
    hideCalendarEventDetails: false,
    requiresConfirmation: eventType?.requiresConfirmation ?? false,
    eventTypeId: booking.eventTypeId,
    seatsShowAttendees: true,
    seatsPerTimeSlot: eventType?.seatsPerTimeSlot ?? null,
    iCalUID: booking.icsUid,
    iCalSequence: booking.icsSequence,
    uid: booking.uid,
    eventTitle: eventType?.title,
    eventDescription: null,
    price: eventType?.price ?? 0,
    currency: eventType?.currency ?? 'usd',
    length: Math.round((booking.end - booking.start) / 60_000),
    bookingId: booking.id,
    status: booking.status.toUpperCase(),
  }
}

/** CREATED, REQUESTED and REJECTED. */
export function bookingBody(state: SimulatorState, trigger: Trigger, booking: Booking, at: Date) {
  const payload = { ...commonPayload(state, booking, zulu), metadata: booking.metadata }
  const rejection = trigger === 'BOOKING_REJECTED' ? { rejectionReason: booking.cancellationReason } : {}
  return { triggerEvent: trigger, createdAt: at.toISOString(), payload: { ...payload, ...rejection } }
}

/** One seat of a group: the group's uid, the seat's person and metadata. */
export function seatBody(state: SimulatorState, trigger: Trigger, group: Booking, seat: Attendee, at: Date) {
  const { metadata = {}, responses = {} } = seat
  return bookingBody(state, trigger, { ...group, attendee: seat, more: [], metadata, responses }, at)
}

/** RESCHEDULED (or REQUESTED, when the new time waits for confirmation): the new booking, with the old one's data. */
export function rescheduledBody(
  state: SimulatorState,
  trigger: Trigger,
  booking: Booking,
  previous: Booking,
  at: Date,
) {
  const body = bookingBody(state, trigger, booking, at)
  const payload = {
    ...body.payload,
    rescheduleId: previous.id,
    rescheduleUid: previous.uid,
    rescheduleStartTime: zulu(previous.start),
    rescheduleEndTime: zulu(previous.end),
    rescheduledBy: booking.rescheduledByEmail,
  }
  return { ...body, payload }
}

/** CANCELLED: sent while the booking still reads as accepted, without metadata. */
export function cancelledBody(
  state: SimulatorState,
  booking: Booking,
  more: { cancellationReason: string; requestReschedule: boolean; cancelledBy?: string },
  at: Date,
) {
  const payload = { ...commonPayload(state, booking, plusZero), ...more, status: 'CANCELLED' }
  payload.iCalSequence += 1
  return { triggerEvent: 'BOOKING_CANCELLED', createdAt: at.toISOString(), payload }
}

export function noShowBody(booking: Booking, at: Date) {
  const { email, absent } = booking.attendee
  const payload = {
    bookingUid: booking.uid,
    bookingId: booking.id,
    attendees: [{ email, noShow: absent }],
    message: `${email} ${absent ? 'marked' : 'unmarked'} as no-show`,
  }
  return { triggerEvent: 'BOOKING_NO_SHOW_UPDATED', createdAt: at.toISOString(), payload }
}

/** MEETING_STARTED and MEETING_ENDED: the booking's columns at the top level, no payload. */
export function meetingBody(trigger: 'MEETING_STARTED' | 'MEETING_ENDED', booking: Booking) {
  return {
    triggerEvent: trigger,
    id: booking.id,
    uid: booking.uid,
    userId: booking.hostIds[0],
    eventTypeId: booking.eventTypeId,
    title: booking.title,
    description: booking.description,
    startTime: new Date(booking.start).toISOString(),
    endTime: new Date(booking.end).toISOString(),
    createdAt: new Date(booking.createdAt).toISOString(),
    updatedAt: new Date(booking.updatedAt).toISOString(),
    status: booking.status.toUpperCase(),
    location: booking.location,
    metadata: booking.metadata,
    responses: booking.responses,
    iCalUID: booking.icsUid,
    iCalSequence: booking.icsSequence,
  }
}

/** The dashboard's test button. */
export function pingBody(at: Date) {
  const startTime = at.toISOString()
  const person = { name: 'John Doe', email: 'john.doe@example.com', timeZone: 'Europe/London' }
  const payload = {
    type: 'Test',
    title: 'Test trigger event',
    description: '',
    startTime,
    endTime: startTime,
  }
  return {
    triggerEvent: 'PING',
    createdAt: startTime,
    payload: { ...payload, organizer: person, attendees: [{ ...person, language: { locale: 'en' } }] },
  }
}
