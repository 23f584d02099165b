/** How the outcomes of booking are answered: fields for machines beside one or two sentences for the caller. Pure. */
import type { ErrorCode } from '../../error-codes.ts'
import { type ClockTime, germanDate, type LocalDay, sayWeekday } from '../../german/index.ts'
import { notFree } from '../../german/sentences/availability.ts'
import {
  alreadyBookedMessage,
  askAboutOwnAppointment,
  askBesideUnsure,
  askForTheYes,
  askThisDraft,
  askToConfirm,
  askWhichDraft,
  bookedMessage,
  bookedSentence,
  bookingSummary,
  calendarBusy,
  calendarUnavailable,
  cancelledSince,
  inProgressMessage,
  movedSince,
  nothingToConfirm,
  ownAppointmentInTheWay,
  pendingMessage,
  refusedAgain,
  refusedByCalendar,
  releasedMessage,
  releaseTooLate,
  type SpokenBooking,
  standsMessage,
  stillStandsMessage,
  takenMessage,
  unknownOutcome,
} from '../../german/sentences/booking.ts'
import { spokenPhone } from '../../lib/phone.ts'
import type { Attempt } from '../../services/attempts.ts'
import type { OwnFound } from '../../services/booking/own.ts'
import type { Confirmed, Done, NotFree, Started, Unsure } from '../../services/booking/types.ts'
import type { FunctionAnswer } from '../define.ts'
import { callbackFields, replyReasons } from './appointments.ts'
import { elsewhereFields, spokenElsewhere, understoodFields } from './times.ts'

/** Two of the alternatives are spoken, all are in the field. */
const spokenAlternatives = 2

/** The answer of start_booking. */
export function startAnswer(started: Started): FunctionAnswer {
  if (started.kind === 'not_free') return notFreeAnswer(started, 'check')
  if (started.kind === 'own_appointment') return ownAnswer(started.own)
  if (started.kind === 'unsure') return unsureAnswer(started)
  const { attempt, booking, again, filled, contact, otherLength } = started
  const phone = contact.phone === null ? null : spokenPhone(contact.phone)
  const ask = () => askToConfirm(booking, { phone, email: contact.email }, otherLength)
  const summary = bookingSummary(booking)
  const message = {
    no: ask,
    open: ask,
    in_progress: () => inProgressMessage(booking),
    booked: () => alreadyBookedMessage(booking),
  }[again]()
  return {
    success: true,
    message,
    booking_id: attempt.id,
    validation_status: 'valid',
    availability_confirmed: true,
    summary,
    requires_confirmation: true,
    expires_at: attempt.expiresAt?.toISOString() ?? null,
    status: again === 'booked' ? 'already_booked' : 'validating',
    next_action: again === 'booked' ? null : 'confirm_booking',
    ...bookingFields(booking),
    ...understoodFields(filled),
  }
}

/** The answer of confirm_booking and of everything that ends in it. Never throws once Cal.com has booked. */
export function confirmAnswer(confirmed: Confirmed): FunctionAnswer {
  switch (confirmed.kind) {
    case 'booked':
      return bookedAnswer(confirmed)
    case 'own_appointment':
      return { ...ownAnswer(confirmed.own), booking_id: confirmed.attempt.id }
    case 'unsure':
      return { ...unsureAnswer(confirmed), booking_id: confirmed.attempt.id }
    case 'standing':
      return refusal('booking_not_found', standsMessage(confirmed.spoken), {
        status: 'already_booked',
        next_action: 'start_booking',
        existing_appointment: confirmed.existing,
      })
    case 'slot_lost':
      return { ...notFreeAnswer(confirmed, 'race'), booking_id: confirmed.attempt.id }
    case 'moved_since':
      return {
        success: true,
        message: movedSince(confirmed.moment),
        status: 'rescheduled',
        ...doneFields(confirmed.attempt, confirmed.done),
        ...momentFields(confirmed.moment.day, confirmed.moment.time),
      }
    case 'released':
      return {
        success: true,
        message: releasedMessage,
        status: 'released',
        confirmed: false,
        booking_id: confirmed.attempt.id,
      }
    case 'not_agreed':
      return refusal('not_confirmed', askForTheYes(confirmed.booking, confirmed.reply), {
        status: 'awaiting_confirmation',
        // What the caller's last words were, as far as they could be told.
        reason: replyReasons[confirmed.reply],
        booking_id: confirmed.attempt.id,
        summary: bookingSummary(confirmed.booking),
        next_action: confirmed.reply === 'change' ? 'start_booking' : 'confirm_booking',
      })
    case 'cancelled_since':
      return refusal('booking_cancelled', cancelledSince, {
        booking_id: confirmed.attempt.id,
        status: 'cancelled',
      })
    case 'release_too_late':
      return refusal('already_booked', releaseTooLate(confirmed.booking), {
        booking_id: confirmed.attempt.id,
        status: 'already_booked',
        next_action: 'cancel_appointment',
      })
    case 'unknown':
      return refusal('booking_unknown', unknownOutcome(confirmed), {
        booking_id: confirmed.attempt.id,
        status: 'unknown',
        fallback: 'callback_request',
        callback_requested: confirmed.canCallBack && confirmed.promised,
      })
    case 'in_progress':
      return refusal('booking_in_progress', inProgressMessage(confirmed.booking), {
        booking_id: confirmed.attempt.id,
        status: 'in_progress',
        next_action: 'confirm_booking',
      })
    case 'calendar_busy':
      return refusal('calendar_busy', calendarBusy, {
        booking_id: confirmed.attempt.id,
        status: 'error',
        next_action: 'confirm_booking',
      })
    case 'calendar_unavailable':
    case 'refused':
      return refusal(
        confirmed.kind === 'refused' ? 'booking_refused' : 'calendar_unavailable',
        confirmed.kind === 'refused' ? refusedByCalendar : calendarUnavailable,
        { booking_id: confirmed.attempt.id, status: 'error', fallback: 'callback_request' },
      )
    case 'which':
      return refusal('ambiguous_booking', askWhichDraft(confirmed.drafts.map(({ booking }) => booking)), {
        status: 'awaiting_confirmation',
        bookings: confirmed.drafts.map(({ id, booking }) => ({
          booking_id: id,
          summary: bookingSummary(booking),
        })),
      })
    case 'this_one':
      return refusal('booking_not_found', askThisDraft(confirmed.booking), {
        status: 'awaiting_confirmation',
        next_action: 'confirm_booking',
        booking_id: confirmed.attempt.id,
        summary: bookingSummary(confirmed.booking),
      })
    case 'part':
    case 'nothing_open':
      return refusal('booking_not_found', nothingToConfirm, {
        status: 'missing_required_fields',
        next_action: 'start_booking',
        missing_fields: ['date', 'time'],
      })
  }
}

/** The answer of book_appointment and its like: both steps, or why not. */
export function bookAnswer(outcome: Confirmed | Exclude<Started, { kind: 'ready' }>): FunctionAnswer {
  if ('attempt' in outcome) return confirmAnswer(outcome)
  if (outcome.kind === 'own_appointment') return ownAnswer(outcome.own)
  if (outcome.kind === 'unsure') return unsureAnswer(outcome)
  return outcome.kind === 'not_free' ? notFreeAnswer(outcome, 'check') : confirmAnswer(outcome)
}

/** An earlier wish of the call may have been booked: whether another one is wanted all the same. */
export function unsureAnswer({ earlier }: Unsure): FunctionAnswer {
  return refusal('booking_unknown', askBesideUnsure(earlier), {
    status: 'unknown',
    validation_status: 'valid',
    availability_confirmed: false,
    requires_confirmation: false,
    next_steps:
      'Erst den Anrufer fragen. Will er trotzdem einen weiteren: noch einmal mit additional=true aufrufen.',
  })
}

/** The person has an appointment already: what it is, and whether this one is wanted besides. Nothing is held yet. */
export function ownAnswer({
  existing,
  spoken,
  mayMove,
  wanted,
  isFree,
  alternatives,
}: OwnFound): FunctionAnswer {
  const offers = alternatives.map(({ date, time }) => ({ day: date, time }))
  const message = isFree
    ? askAboutOwnAppointment(spoken, mayMove)
    : ownAppointmentInTheWay(spoken, mayMove, offers)
  return refusal('own_appointment', message, {
    status: 'own_appointment',
    validation_status: 'valid',
    available: isFree,
    availability_confirmed: false,
    requires_confirmation: false,
    requested_date: wanted.day,
    requested_time: wanted.time,
    existing_appointment: existing,
    alternatives,
    next_steps: isFree
      ? 'Erst den Anrufer fragen. Will er einen zusätzlichen Termin: noch einmal mit additional=true aufrufen. Will er verschieben: reschedule_appointment mit der id aus existing_appointment.'
      : 'Will der Anrufer verschieben: reschedule_appointment mit der id aus existing_appointment.',
  })
}

/** A wished time that cannot be had. `race`: it was free when we last looked. */
export function notFreeAnswer(
  { wanted, service, what, refusal: why, earliest, alternatives, elsewhere, callback }: NotFree,
  when: 'check' | 'race',
): FunctionAnswer {
  const offers = alternatives.slice(0, spokenAlternatives).map(({ date, time }) => ({ day: date, time }))
  const taken = why.reason === 'taken'
  const code = taken ? (when === 'race' ? 'slot_taken' : 'slot_unavailable') : why.reason
  const others = elsewhere.map(spokenElsewhere)
  const sorry = taken
    ? takenMessage(wanted, offers, what, others)
    : notFree(why, offers, what, wanted.today, others)
  return {
    success: false,
    error: code,
    message: callback ? refusedAgain(callback.say) : sorry,
    status: taken ? (when === 'race' ? 'slot_taken' : 'unavailable') : statusOf(why.reason),
    reason: when === 'race' && taken ? 'race_condition_detected' : why.reason,
    validation_status: 'valid',
    available: false,
    availability_confirmed: false,
    requires_confirmation: false,
    service: service.name,
    requested_date: wanted.day,
    requested_time: wanted.time,
    alternatives,
    ...elsewhereFields(elsewhere),
    ...(callback && {
      ...callbackFields(callback),
      callback_requested: callback.reachable && callback.promise !== null,
    }),
    ...(why.reason === 'booking_notice_violation' && { minimum_notice_minutes: why.noticeMinutes }),
    ...(earliest !== null && { earliest_bookable: earliest.toISOString() }),
  }
}

function bookedAnswer({
  attempt,
  booking,
  done,
  stands,
}: Extract<Confirmed, { kind: 'booked' }>): FunctionAnswer {
  const news = done.pending ? pendingMessage(booking) : bookedMessage(booking)
  const message = stands && !done.pending ? stillStandsMessage(booking) : news
  return {
    success: true,
    message,
    confirmation_message: done.pending || stands ? message : bookedSentence,
    status: done.pending ? 'pending' : 'confirmed',
    ...doneFields(attempt, done),
    ...bookingFields(booking),
  }
}

function doneFields(attempt: Attempt, done: Done) {
  return {
    booking_id: attempt.id,
    appointment_id: done.appointmentId,
    calcom_booking_id: done.calcomBookingId,
    calcom_uid: done.calcomUid,
    needs_confirmation_by_business: done.pending,
  }
}

export function bookingFields(booking: SpokenBooking) {
  return {
    customer_name: booking.customer,
    service: booking.service,
    service_name: booking.service,
    staff: booking.staff,
    ...momentFields(booking.day, booking.time),
  }
}

function momentFields(day: LocalDay, time: ClockTime) {
  return {
    date: day,
    time,
    formatted_date: germanDate(day),
    weekday: sayWeekday(day),
    appointment_time: `${day} ${time}`,
  }
}

function statusOf(reason: string): string {
  return reason === 'past_time' || reason === 'closed' ? reason : 'unavailable'
}

export function refusal(error: ErrorCode, message: string, fields: Record<string, unknown>): FunctionAnswer {
  return { success: false, error, message, ...fields }
}
