/** How the outcomes of visits are answered: the fields of a single booking for the first part, and each part in `appointments`. Pure. */
import { calendarBusy, calendarUnavailable, type SpokenBooking } from '../../german/sentences/booking.ts'
import {
  askForTheYesToVisit,
  askToConfirmVisit,
  type SpokenVisit,
  visitBooked,
  visitBookedSentence,
  visitCancelledSince,
  visitInProgress,
  visitNotMade,
  visitPartlyStands,
  visitPending,
  visitReleased,
  visitReleaseTooLate,
  visitStands,
  visitSummary,
  visitUnknown,
} from '../../german/sentences/visits.ts'
import { spokenPhone } from '../../lib/phone.ts'
import type { Confirmed, Started } from '../../services/booking/types.ts'
import type { BookedPart, SpokenPart, VisitConfirmed, VisitStarted } from '../../services/visits/types.ts'
import type { FunctionAnswer } from '../define.ts'
import { replyReasons } from './appointments.ts'
import {
  bookAnswer,
  bookingFields,
  confirmAnswer,
  notFreeAnswer,
  ownAnswer,
  refusal,
  startAnswer,
  unsureAnswer,
} from './booking.ts'
import { understoodFields } from './times.ts'

type Parts<P extends SpokenPart = SpokenPart> = readonly [P, ...P[]]

/** The answer of what starts one booking or several. */
export function startedAnswer(
  started: { visit: VisitStarted } | { visit: null; single: Started },
): FunctionAnswer {
  return started.visit ? visitStartAnswer(started.visit) : startAnswer(started.single)
}

/** The answer of what confirms one booking or several. */
export function confirmedAnswer(
  confirmed: { visit: VisitConfirmed } | { visit: null; single: Confirmed },
): FunctionAnswer {
  return confirmed.visit ? visitConfirmAnswer(confirmed.visit) : confirmAnswer(confirmed.single)
}

/** The answer of what does both. */
export function madeAnswer(
  made: { visit: VisitConfirmed } | { visit: null; single: Confirmed | Exclude<Started, { kind: 'ready' }> },
): FunctionAnswer {
  return made.visit ? visitConfirmAnswer(made.visit) : bookAnswer(made.single)
}

function visitStartAnswer(started: VisitStarted): FunctionAnswer {
  if (started.kind === 'not_free') return notFreeAnswer(started, 'check')
  if (started.kind === 'own_appointment') return ownAnswer(started.own)
  if (started.kind === 'unsure') return unsureAnswer(started)
  const { parts, again, filled, contact } = started
  const spoken = spokenOf(parts)
  const phone = contact.phone === null ? null : spokenPhone(contact.phone)
  const ask = () => askToConfirmVisit(spoken, { phone, email: contact.email })
  const message = {
    no: ask,
    open: ask,
    in_progress: () => visitInProgress(spoken),
    booked: () => visitStands(spoken),
  }[again]()
  return {
    success: true,
    message,
    booking_id: parts[0].attempt.id,
    validation_status: 'valid',
    availability_confirmed: true,
    summary: visitSummary(spoken),
    requires_confirmation: true,
    expires_at: parts[0].attempt.expiresAt?.toISOString() ?? null,
    status: again === 'booked' ? 'already_booked' : 'validating',
    next_action: again === 'booked' ? null : 'confirm_booking',
    ...fieldsOf(parts),
    ...understoodFields(filled),
  }
}

/** Never throws once Cal.com has booked. */
function visitConfirmAnswer(confirmed: VisitConfirmed): FunctionAnswer {
  if (confirmed.kind === 'anew') return anewAnswer(confirmed.started)
  const booking_id = confirmed.parts[0]?.attempt.id
  const spoken = spokenOf(confirmed.parts)
  switch (confirmed.kind) {
    case 'booked':
      return bookedAnswer(confirmed.parts, confirmed.again)
    case 'not_free':
      return { ...notFreeAnswer(confirmed, 'race'), booking_id }
    case 'own_appointment':
      return { ...ownAnswer(confirmed.own), booking_id }
    case 'released':
      return { success: true, message: visitReleased, status: 'released', confirmed: false, booking_id }
    case 'not_agreed':
      return refusal('not_confirmed', askForTheYesToVisit(spoken, confirmed.reply), {
        status: 'awaiting_confirmation',
        reason: replyReasons[confirmed.reply],
        booking_id,
        summary: visitSummary(spoken),
        next_action: confirmed.reply === 'change' ? 'start_booking' : 'confirm_booking',
      })
    case 'cancelled_since':
      return refusal('booking_cancelled', visitCancelledSince, { booking_id, status: 'cancelled' })
    case 'release_too_late':
      return refusal('already_booked', visitReleaseTooLate(spoken), {
        booking_id,
        status: 'already_booked',
        next_action: 'cancel_appointment',
      })
    case 'unknown':
      return refusal('booking_unknown', visitUnknown(confirmed), {
        booking_id,
        status: 'unknown',
        fallback: 'callback_request',
        callback_requested: confirmed.canCallBack && confirmed.promised,
      })
    case 'in_progress':
      return refusal('booking_in_progress', visitInProgress(spoken), {
        booking_id,
        status: 'in_progress',
        next_action: 'confirm_booking',
      })
    case 'calendar_busy':
      return refusal('calendar_busy', calendarBusy, {
        booking_id,
        status: 'error',
        next_action: 'confirm_booking',
      })
    case 'calendar_unavailable':
      return refusal('calendar_unavailable', calendarUnavailable, {
        booking_id,
        status: 'error',
        fallback: 'callback_request',
      })
    case 'undone':
      return refusal(confirmed.why === 'refused' ? 'booking_refused' : 'calendar_unavailable', visitNotMade, {
        booking_id,
        status: 'error',
        fallback: 'callback_request',
      })
    case 'partly':
      return refusal('booking_refused', visitPartlyStands(spokenOf(confirmed.standing)), {
        booking_id,
        status: 'partly_booked',
        callback_requested: true,
        appointments: confirmed.standing.map(partFields),
      })
  }
}

/** Planned again: what can be had is read back, and asked for once more. */
function anewAnswer(started: VisitStarted): FunctionAnswer {
  const answer = visitStartAnswer(started)
  if (started.kind !== 'ready') return answer
  const { success: _, message, ...fields } = answer
  return refusal('not_confirmed', message, { ...fields, status: 'awaiting_confirmation' })
}

function bookedAnswer(parts: Parts<BookedPart>, again: boolean): FunctionAnswer {
  const spoken = spokenOf(parts)
  const isPending = parts.some(({ done }) => done.pending)
  const message = isPending ? visitPending(spoken) : visitBooked(spoken)
  const [{ attempt, done }] = parts
  return {
    success: true,
    message,
    confirmation_message: isPending ? message : visitBookedSentence,
    status: isPending ? 'pending' : 'confirmed',
    booking_id: attempt.id,
    appointment_id: done.appointmentId,
    calcom_booking_id: done.calcomBookingId,
    calcom_uid: done.calcomUid,
    needs_confirmation_by_business: isPending,
    ...(again && { already_booked: true }),
    ...fieldsOf(parts),
    appointments: parts.map((part) => ({
      ...partFields(part),
      appointment_id: part.done.appointmentId,
      calcom_uid: part.done.calcomUid,
    })),
  }
}

/** Root fields: the first part's, with the services of all. */
function fieldsOf(parts: Parts) {
  return {
    ...bookingFields(parts[0].booking),
    services: parts.map(({ booking }) => booking.service),
    appointments: parts.map(partFields),
  }
}

function partFields({ attempt, booking }: SpokenPart) {
  const { service, staff, date, time, formatted_date, weekday } = bookingFields(booking)
  return { booking_id: attempt.id, service, staff, date, time, formatted_date, weekday }
}

function spokenOf(parts: Parts): SpokenVisit {
  const [first, ...rest] = parts.map(({ booking }): SpokenBooking => booking)
  return [first!, ...rest]
}
