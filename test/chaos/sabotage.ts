/**
 * One safeguard of the gateway taken out at a time, to show that the suite notices. Done to the classes from outside, in the
 * process under test: production code has no switch for it.
 */
import { randomBytes } from 'node:crypto'
import { CalcomClient } from '../../src/calcom/client.ts'
import { CalcomError } from '../../src/calcom/errors.ts'
import { AttemptStore, type Claim } from '../../src/services/attempts.ts'
import { BookingService } from '../../src/services/booking/booking.ts'
import { BookingExecutor } from '../../src/services/booking/execute.ts'
import { WishMemory } from '../../src/services/booking/wish-memory.ts'
import { MailSender } from '../../src/services/mail/sender.ts'
import { SmtpServer } from '../../src/services/mail/smtp.ts'
import { Consistency } from '../../src/services/sync/consistency.ts'
import { WebhookInbox } from '../../src/services/sync/inbox.ts'
import { Reconciler } from '../../src/services/sync/reconcile.ts'
import { AttemptSettling } from '../../src/services/sync/settling.ts'
import type { Counted } from './verdict.ts'

interface Sabotage {
  /** What is missing then. */
  what: string
  /** Counts of which at least one must show it. */
  shows: readonly Counted[]
  apply(): void
}

/** Replaces a method; the replacement gets the original. */
function replace<T extends object, K extends keyof T>(
  type: { prototype: T },
  name: K,
  by: (original: T[K]) => T[K],
) {
  type.prototype[name] = by(type.prototype[name])
}

const mayHaveActed = (error: unknown) => error instanceof CalcomError && error.mayHaveActed

export const sabotages: Record<string, Sabotage> = {
  'anyone-may-execute': {
    what: 'an attempt is not taken, and not written down as executing, before Cal.com is asked',
    shows: ['doubleBookings'],
    apply() {
      replace(
        AttemptStore,
        'claim',
        () =>
          async function (this: AttemptStore, companyId, id) {
            const attempt = await this.load(companyId, id)
            if (!attempt) return { kind: 'absent', attempt: null }
            return { kind: attempt.state === 'booked' ? 'done' : 'claimed', attempt }
          },
      )
    },
  },
  'wishes-not-recognised': {
    what: 'the same wish, asked for again, is a new one',
    shows: ['doubleBookings'],
    apply() {
      replace(
        AttemptStore,
        'create',
        (original) =>
          function (this: AttemptStore, tx, attempt) {
            return original.call(this, tx, { ...attempt, wishKey: randomBytes(20).toString('hex') })
          },
      )
    },
  },
  'answers-believed-unread': {
    what: "Cal.com's answer is not checked for being about our own request (incident I-45)",
    shows: ['toldBookedButNot'],
    apply() {
      replace(
        CalcomClient,
        'createBooking',
        (original) =>
          async function (this: CalcomClient, input, options) {
            const booking = await original.call(this, input, options)
            return { ...booking, metadata: input.metadata, start: input.start }
          },
      )
    },
  },
  'unknown-is-refused': {
    what: 'a booking without an answer counts as failed',
    shows: ['toldNotBookedButIs'],
    apply() {
      replace(
        BookingExecutor,
        'book',
        (original) =>
          async function (this: BookingExecutor, ...args) {
            const execution = await original.apply(this, args)
            return execution.kind === 'unknown' ? { kind: 'refused', reason: execution.reason } : execution
          },
      )
    },
  },
  'unknown-is-booked': {
    what: 'a booking without an answer counts as done',
    shows: ['toldBookedButNot'],
    apply() {
      replace(
        BookingExecutor,
        'book',
        (original) =>
          async function (this: BookingExecutor, attempt, ...more) {
            const execution = await original.call(this, attempt, ...more)
            if (execution.kind !== 'unknown') return execution
            const uid = `assumed_${attempt.id}`
            const start = attempt.startAt ?? undefined
            return {
              kind: 'made',
              booking: { uid, status: 'accepted', start, hosts: [], attendees: [], hostAbsent: false },
            }
          },
      )
    },
  },
  'cancelled-when-unknown': {
    what: 'a cancellation without an answer counts as done',
    shows: ['toldCancelledButStands'],
    apply() {
      replace(
        CalcomClient,
        'cancelBooking',
        (original) =>
          async function (this: CalcomClient, ...args) {
            await original.apply(this, args).catch((error: unknown) => {
              if (!mayHaveActed(error)) throw error
            })
          },
      )
    },
  },
  'moved-when-unknown': {
    what: 'a move without an answer counts as done',
    shows: ['toldMovedButNot'],
    apply() {
      replace(
        CalcomClient,
        'rescheduleBooking',
        (original) =>
          async function (this: CalcomClient, wish, options) {
            return original.call(this, wish, options).catch((error: unknown) => {
              if (!mayHaveActed(error)) throw error
              const { uid, start } = wish
              return {
                uid: `moved_${uid}`,
                status: 'accepted',
                start,
                hosts: [],
                attendees: [],
                hostAbsent: false,
              }
            })
          },
      )
    },
  },
  'own-time-booked-again': {
    what: 'nobody is asked about an appointment that they have at that time already',
    shows: ['secondBookings'],
    apply() {
      replace(
        AttemptStore,
        'claim',
        (original) =>
          function <Obstacle>(this: AttemptStore, companyId: number, id: string) {
            return original.call(this, companyId, id) as Promise<Claim<Obstacle>>
          },
      )
      replace(WishMemory, 'isAnswered', () => async () => true)
    },
  },
  'refusals-believed': {
    what: '"taken" is said without looking whether it is our own request that has the time',
    shows: ['refusedButAlive'],
    apply() {
      replace(BookingExecutor, 'lookUp', () => async () => ({ kind: 'absent', others: [] }))
      replace(
        BookingExecutor,
        'book',
        (original) =>
          async function (this: BookingExecutor, ...args) {
            const execution = await original.apply(this, args)
            const isUnclear = execution.kind === 'unknown' && execution.reason === 'refused_unclear'
            return isUnclear ? { kind: 'taken', reason: 'slot_unavailable' } : execution
          },
      )
    },
  },
  'others-not-seen': {
    what: 'a booking is cancelled or moved without seeing who else is in it',
    shows: ['othersTouched'],
    apply() {
      replace(
        CalcomClient,
        'fetchBooking',
        (original) =>
          async function (this: CalcomClient, ...args) {
            const booking = await original.apply(this, args)
            return { ...booking, attendees: booking.attendees.slice(0, 1) }
          },
      )
    },
  },
  'nobody-settles': {
    what: 'attempts whose worker died, or whose outcome is unknown, are left alone',
    shows: ['unsettledAttempts'],
    apply() {
      replace(AttemptSettling, 'settle', () => async () => 'nothing')
    },
  },
  'drafts-live-for-ever': {
    what: 'drafts are not ended when their time is over',
    shows: ['unsettledAttempts'],
    apply() {
      replace(BookingService, 'expireDrafts', () => async () => 0)
    },
  },
  'no-comparison': {
    what: 'Cal.com and the database are never compared: webhooks alone must do',
    shows: [
      'appointmentsWithoutBooking',
      'ownBookingsWithoutAppointment',
      'foreignBookingsWithoutAppointment',
    ],
    apply() {
      replace(Reconciler, 'run', () => async () => ({ companies: 0, bookings: 0, changed: 0, failed: 0 }))
      replace(Consistency, 'repair', () => async () => ({ found: 0, repaired: 0 }))
    },
  },
  'no-comparison-no-webhooks': {
    what: 'what happens in Cal.com is heard neither by webhook nor by comparison',
    shows: ['appointmentsWithoutBooking', 'foreignBookingsWithoutAppointment'],
    apply() {
      sabotages['no-comparison']!.apply()
      replace(WebhookInbox, 'process', () => async () => ({ kind: 'ignored', reason: 'sabotage' }))
    },
  },
  'mails-tried-once': {
    what: 'a mail that could not be sent at once is not tried again',
    shows: ['mailsLost'],
    apply() {
      replace(MailSender, 'sendDue', () => async () => ({}))
    },
  },
  'mails-noted-unsent': {
    what: 'a mail is noted as sent whatever the mail server says',
    shows: ['mailsLost'],
    apply() {
      replace(
        SmtpServer,
        'deliver',
        (original) =>
          async function (this: SmtpServer, mail) {
            await original.call(this, mail)
            return { kind: 'accepted' }
          },
      )
    },
  },
  'mails-without-identity': {
    what: 'a repeated mail has a Message-ID of its own',
    shows: ['mailsRepeatedUnderAnotherId'],
    apply() {
      replace(
        SmtpServer,
        'deliver',
        (original) =>
          function (this: SmtpServer, mail) {
            return original.call(this, {
              ...mail,
              messageId: `<${randomBytes(8).toString('hex')}@askpro.example>`,
            })
          },
      )
    },
  },
}
