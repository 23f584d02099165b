/** How Cal.com writes things down: bookings, event types, lists, errors and webhook bodies. No decisions here. */
import { DateTime } from 'luxon'
import type { Booking, Hold } from './calendar.ts'
import { type EventType, type Team, teams } from './catalog.ts'

type Json = Record<string, unknown>

/** An instant as the API writes it. */
export function iso(millis: number): string {
  return new Date(millis).toISOString()
}

/** A phone-only attendee gets an address made of the digits. */
export function emailOf({ attendee }: Pick<Booking, 'attendee'>): string {
  return attendee.email ?? `${(attendee.phoneNumber ?? '').replace(/\D/g, '')}@sms.cal.com`
}

/** BookingOutput. Absent values are left out, as the API does. */
export function bookingOutput(booking: Booking): Json {
  const { type, host, attendee } = booking
  const email = emailOf(booking)
  return {
    id: booking.id,
    uid: booking.uid,
    title: `${type.title} between ${host.name} and ${attendee.name}`,
    description: String(booking.fields.notes ?? ''),
    hosts: [{ ...host, displayEmail: host.email, timeZone: 'Europe/Berlin' }],
    status: booking.status,
    cancellationReason: booking.cancellationReason ?? '',
    cancelledByEmail: '',
    ...(booking.reschedulingReason === undefined ? {} : { reschedulingReason: booking.reschedulingReason }),
    ...(booking.fromUid === undefined ? {} : { rescheduledFromUid: booking.fromUid }),
    ...(booking.toUid === undefined ? {} : { rescheduledToUid: booking.toUid }),
    start: iso(booking.start),
    end: iso(booking.end),
    duration: type.minutes,
    eventTypeId: type.id,
    eventType: { id: type.id, slug: type.slug },
    meetingUrl: type.address,
    location: type.address,
    absentHost: false,
    createdAt: iso(booking.createdAt),
    updatedAt: iso(booking.updatedAt),
    metadata: booking.metadata,
    icsUid: `${booking.uid}@Cal.com`,
    attendees: [
      {
        name: attendee.name,
        email,
        displayEmail: email,
        timeZone: attendee.timeZone,
        language: attendee.language ?? 'en',
        absent: false,
        ...(attendee.phoneNumber === undefined ? {} : { phoneNumber: attendee.phoneNumber }),
      },
      ...booking.guests.map((guest) => ({
        name: guest.split('@')[0],
        email: guest,
        displayEmail: guest,
        timeZone: attendee.timeZone,
        language: 'de',
        absent: false,
      })),
    ],
    guests: booking.guests,
    bookingFieldsResponses: {
      name: attendee.name,
      email,
      displayEmail: email,
      ...(attendee.phoneNumber === undefined ? {} : { attendeePhoneNumber: attendee.phoneNumber }),
      ...booking.fields,
      guests: booking.guests,
      displayGuests: booking.guests,
    },
  }
}

/** The data of a hold; `reservationDuration` only where it was made. */
export function holdOutput(hold: Hold, withDuration: boolean): Json {
  return {
    eventTypeId: hold.type.id,
    slotStart: iso(hold.start),
    slotEnd: iso(hold.end),
    slotDuration: hold.type.minutes,
    ...(withDuration ? { reservationDuration: hold.minutes } : {}),
    reservationUid: hold.uid,
    reservationUntil: iso(hold.until),
  }
}

/** Free times by day of the asked zone; without one in UTC with `Z`. */
export function slotsOutput(starts: readonly number[], zone: string | undefined, minutes?: number): Json {
  const days: Record<string, Json[]> = {}
  const write = (millis: number) =>
    zone === undefined ? iso(millis) : DateTime.fromMillis(millis, { zone }).toISO({ includeOffset: true })
  for (const start of starts) {
    const day = DateTime.fromMillis(start, { zone: zone ?? 'utc' }).toISODate() ?? ''
    days[day] ??= []
    days[day].push(
      minutes === undefined
        ? { start: write(start) }
        : { start: write(start), end: write(start + minutes * 60_000) },
    )
  }
  return days
}

/** A team's event type; email optional, phone visible: a caller need not have an email. */
export function eventTypeOutput(type: EventType): Json {
  const team = teams.get(type.teamId) as Team
  return {
    id: type.id,
    lengthInMinutes: type.minutes,
    title: type.title,
    slug: type.slug,
    description: type.description,
    locations: [{ type: 'address', address: type.address, public: true }],
    bookingFields: [
      { type: 'name', label: 'your_name', placeholder: '', isDefault: true, slug: 'name', required: true },
      {
        ...{ type: 'email', label: 'email_address', placeholder: '', isDefault: true, slug: 'email' },
        ...{ required: false, hidden: false },
      },
      {
        ...{ type: 'phone', slug: 'attendeePhoneNumber', label: 'phone_number', placeholder: '' },
        ...{ required: false, hidden: false, isDefault: true },
      },
      { type: 'textarea', slug: 'notes', required: false, hidden: false, isDefault: true, label: 'notes' },
    ],
    disableGuests: false,
    slotInterval: null,
    minimumBookingNotice: 0,
    beforeEventBuffer: 0,
    afterEventBuffer: 0,
    recurrence: null,
    metadata: {},
    price: 0,
    currency: 'eur',
    lockTimeZoneToggleOnBookingPage: false,
    seatsPerTimeSlot: null,
    forwardParamsSuccessRedirect: null,
    successRedirectUrl: null,
    isInstantEvent: false,
    scheduleId: null,
    hidden: false,
    bookingRequiresAuthentication: false,
    teamId: type.teamId,
    ownerId: null,
    parentEventTypeId: null,
    hosts: type.hosts.map(({ id, name }) => ({
      userId: id,
      mandatory: type.hosts.length === 1,
      priority: 'medium',
      name,
      avatarUrl: null,
    })),
    assignAllTeamMembers: false,
    schedulingType: type.hosts.length === 1 ? 'collective' : 'roundRobin',
    team: {
      ...{ id: team.id, slug: team.slug, name: team.name, bannerUrl: '', logoUrl: '', weekStart: 'Monday' },
      ...{ brandColor: '#292929', darkBrandColor: '#fafafa', theme: 'light' },
    },
  }
}

/** Pagination of a list. */
export function pagination(total: number, skip: number, take: number, returned: number): Json {
  return {
    totalItems: total,
    remainingItems: Math.max(0, total - skip - returned),
    returnedItems: returned,
    itemsPerPage: take,
    currentPage: Math.floor(skip / take) + 1,
    totalPages: Math.ceil(total / take),
    hasNextPage: skip + returned < total,
    hasPreviousPage: skip > 0,
  }
}

const statusNames: Record<number, [string, string]> = {
  400: ['BadRequestException', 'Bad Request'],
  401: ['UnauthorizedException', 'Unauthorized'],
  403: ['ForbiddenException', 'Forbidden'],
  404: ['NotFoundException', 'Not Found'],
  409: ['ConflictException', 'Conflict'],
  422: ['UnprocessableEntityException', 'Unprocessable Entity'],
}

/** Error shape A: the envelope. */
export function errorEnvelope(path: string, status: number, message: string, details?: unknown): Json {
  const [code, error] = statusNames[status] ?? ['InternalServerError', 'Internal Server Error']
  return {
    status: 'error',
    timestamp: iso(Date.now()),
    path,
    error: { code, message, details: details ?? { message, error, statusCode: status } },
  }
}

/** Error shape of the throttler, whose details are a string. */
export function throttled(path: string): Json {
  const message = 'CustomThrottlerGuard - Too many requests. Please try again later.'
  const error = { code: 'ThrottlerException', message, details: message }
  return { status: 'error', timestamp: iso(Date.now()), path, error }
}

/** Error shape B: bare. */
export function bareError(statusCode: number, message: string): Json {
  return { statusCode, message }
}

/** The body of a booking event. */
export function webhookBody(
  trigger: string,
  booking: Booking,
  old?: { start: number; end: number; id: number; uid: string },
): Json {
  const { type, host, attendee } = booking
  const cancelled = trigger === 'BOOKING_CANCELLED'
  const person = { timeZone: 'Europe/Berlin', language: { locale: 'de' }, utcOffset: 60 }
  const time = (millis: number) => iso(millis).replace('.000Z', cancelled ? '+00:00' : 'Z')
  return {
    triggerEvent: trigger,
    createdAt: iso(Date.now()),
    payload: {
      bookerUrl: 'https://cal.com',
      type: type.slug,
      title: `${type.title} between ${host.name} and ${attendee.name}`,
      description: String(booking.fields.notes ?? ''),
      additionalNotes: String(booking.fields.notes ?? ''),
      startTime: time(booking.start),
      endTime: time(booking.end),
      organizer: { ...host, ...person, timeFormat: 'HH:mm' },
      attendees: [
        {
          ...{ name: attendee.name, email: emailOf(booking), firstName: '', lastName: '', ...person },
          ...(attendee.phoneNumber === undefined ? {} : { phoneNumber: attendee.phoneNumber }),
        },
        ...booking.guests.map((email) => ({ name: '', firstName: '', lastName: '', email, ...person })),
      ],
      responses: {
        name: { label: 'your_name', value: attendee.name, isHidden: false },
        email: { label: 'email_address', value: emailOf(booking), isHidden: false },
      },
      userFieldsResponses: {},
      location: type.address,
      destinationCalendar: null,
      requiresConfirmation: false,
      eventTypeId: type.id,
      seatsShowAttendees: true,
      seatsPerTimeSlot: null,
      iCalUID: `${booking.uid}@Cal.com`,
      iCalSequence: 0,
      uid: booking.uid,
      bookingId: booking.id,
      eventTitle: type.title,
      eventDescription: type.description,
      price: 0,
      currency: 'eur',
      length: type.minutes,
      status: cancelled ? 'CANCELLED' : 'ACCEPTED',
      ...(cancelled
        ? { cancellationReason: booking.cancellationReason ?? '', requestReschedule: false }
        : { metadata: booking.metadata }),
      ...(old && {
        rescheduleId: old.id,
        rescheduleUid: old.uid,
        rescheduleStartTime: iso(old.start),
        rescheduleEndTime: iso(old.end),
      }),
    },
  }
}
