/**
 * The count of broken promises, once everything is whole again and the jobs have run: Cal.com's bookings, our rows, the mails that
 * arrived and what the callers were told must tell one story. Each broken one is named by ids, so that it can be looked up
 * in the log.
 */
import { DateTime } from 'luxon'
import { readSeatRef } from '../../src/calcom/seats.ts'
import type { BookingOutput } from '../../src/simulator/control.ts'
import type { Ledger, Wish } from './ledger.ts'
import { chainFrom, isLive, isOurs, metadataOf, startsOf } from './lives.ts'
import { doubleBookings, othersTouched, refusedButAlive, secondBookings } from './people.ts'
import { groupEventType, type World } from './world.ts'

export const counted = {
  doubleBookings: 'wishes with two live bookings',
  secondBookings: "second bookings of one person's time without a question",
  refusedButAlive: 'refusals spoken for bookings that live',
  othersTouched: 'bookings of others touched',
  appointmentsWithoutBooking: 'appointments without booking',
  ownBookingsWithoutAppointment: 'live bookings of ours without appointment',
  foreignBookingsWithoutAppointment: 'live bookings made on the web without appointment',
  toldBookedButNot: 'told "gebucht" for something that is not',
  toldNotBookedButIs: 'told "nicht gebucht" for something that is',
  toldCancelledButStands: 'told "storniert" for something that stands',
  toldMovedButNot: 'told "verschoben" for something that is not',
  unsettledAttempts: 'attempts nobody settled',
  jobsLeft: 'jobs that do not end',
  mailsLost: 'mails lost',
  mailsRepeatedUnderAnotherId: 'mails repeated under another Message-ID',
  customersLeftWithOldNews: 'customers whose last mail is not the truth',
} as const
export type Counted = keyof typeof counted

export interface Verdict {
  counts: Record<Counted, number>
  /** Some of what is behind each count. */
  examples: string[]
  facts: Record<string, number>
}

const examplesMax = 5

interface AppointmentRow extends Record<string, unknown> {
  id: string
  status: string
  calcom_uid: string | null
  appointment_datetime: Date
  customer_mailed: string | null
  source: string
  booking_attempt_id: string | null
  history: string | null
  ends_at: Date
}
interface MailRow extends Record<string, unknown> {
  id: string
  kind: string
  state: string
  message_id: string
  appointment_id: string | null
}

/** Looks at everything, changes nothing. */
export async function judge(world: World, ledger: Ledger, jobsLeft: string[]): Promise<Verdict> {
  const bookings = world.simulator.control.bookings()
  const byUid = new Map(bookings.map((booking) => [booking.uid, booking]))
  const appointments = await world.sql<AppointmentRow>(
    `SELECT id::text, status, calcom_uid, appointment_datetime, ends_at, attendee_email AS customer_mailed, source, booking_attempt_id,
            (SELECT string_agg(kind || ' by ' || actor, ', ' ORDER BY id) FROM appointment_changes
              WHERE appointment_id = appointments.id) AS history
       FROM appointments WHERE company_id = 1`,
  )
  const mails = await world.sql<MailRow>(
    `SELECT id::text, kind, state, message_id, appointment_id::text FROM mail_outbox ORDER BY created_at`,
  )
  const [attempts] = await world.sql<{ open: number; all: number }>(
    `SELECT count(*) FILTER (WHERE state IN ('executing', 'unknown') OR (state = 'draft' AND expires_at < $1))::int AS open,
            count(*)::int AS all FROM booking_attempts`,
    [world.now()],
  )
  const [queue] = await world.sql<{ dead: number }>(
    'SELECT count(*)::int AS dead FROM graphile_worker._private_jobs WHERE attempts >= max_attempts',
  )
  const [inbox] = await world.sql<{ all: number; dead: number }>(
    `SELECT count(*)::int AS all, count(*) FILTER (WHERE status = 'dead')::int AS dead FROM webhook_events`,
  )

  // Calls of which a person of the business was told that something is not as it was said.
  const callbacks = await world.sql<{ call_id: string | null; name: string | null; reason: string }>(
    `SELECT call_id, name, reason FROM callback_requests WHERE company_id = 1 AND kind = 'technical'`,
  )
  const promised = new Set(callbacks.map(({ call_id, name }) => call_id ?? name))

  const counts = Object.fromEntries(Object.keys(counted).map((name) => [name, 0])) as Verdict['counts']
  const examples: string[] = []
  const broken = (name: Counted, what: string) => {
    counts[name] += 1
    if (counts[name] <= examplesMax) examples.push(`${name}: ${what}`)
  }

  for (const what of doubleBookings(bookings, ledger)) broken('doubleBookings', what)
  for (const what of secondBookings(bookings, ledger)) broken('secondBookings', what)
  for (const what of refusedButAlive(bookings, ledger)) broken('refusedButAlive', what)
  for (const what of othersTouched(bookings, ledger)) broken('othersTouched', what)
  const tasks = callbacks.map(({ reason }) => reason)
  compareRows(world, bookings, byUid, appointments, tasks, broken)
  for (const wish of ledger.wishes) compareTold(wish, bookings, byUid, ledger, promised, broken)
  if (attempts!.open > 0) {
    counts.unsettledAttempts = attempts!.open
    examples.push('unsettledAttempts: see booking_attempts')
  }
  for (const name of jobsLeft) broken('jobsLeft', name)
  compareMails(world, appointments, mails, broken)

  return {
    counts,
    examples,
    facts: {
      calls: ledger.calls,
      'function calls': ledger.requests,
      'without any answer': ledger.unanswered,
      'told "gebucht"': ledger.wishes.filter(({ heard }) => heard === 'booked').length,
      'told honestly that it is unclear': ledger.wishes.filter(({ heard }) => heard === 'unclear').length,
      'told "verschoben"': ledger.wishes
        .flatMap(({ moves }) => moves)
        .filter(({ heard }) => heard === 'moved').length,
      'told "storniert"': ledger.wishes.filter(({ cancel }) => cancel === 'cancelled').length,
      'asked about an appointment of their own': ledger.ownAsked,
      'lines dropped in the middle': ledger.dropped,
      'refused as taken': ledger.refusals.length,
      'wanted besides': ledger.wishes.filter(({ agreed, heard }) => agreed && heard === 'booked').length,
      'bookings with other people in them': bookings.filter(({ attendees }) => attendees.length > 1).length,
      'callbacks for a technical reason': callbacks.length,
      'acts of the business': [...ledger.hostActs.values()].flat().length,
      'bookings at Cal.com': bookings.length,
      attempts: attempts!.all,
      'webhook events': inbox!.all,
      'webhook events given up': inbox!.dead,
      'jobs given up': queue!.dead,
      'mails received': world.mails.length,
      ...world.disasters,
    },
  }
}

type Broken = (name: Counted, what: string) => void

function compareRows(
  world: World,
  bookings: BookingOutput[],
  byUid: ReadonlyMap<string, BookingOutput>,
  appointments: AppointmentRow[],
  tasks: readonly string[],
  broken: Broken,
): void {
  const now = world.now().getTime()
  const standing = appointments.filter(({ status }) => status === 'scheduled' || status === 'pending')
  for (const row of standing) {
    if (row.appointment_datetime.getTime() < now) continue
    const booking = bookingOf(row, byUid)
    const expected = row.status === 'pending' ? 'pending' : 'accepted'
    if (
      !booking ||
      booking.status !== expected ||
      Date.parse(booking.start) !== row.appointment_datetime.getTime() ||
      Date.parse(booking.end) !== row.ends_at.getTime()
    )
      broken(
        'appointmentsWithoutBooking',
        `${describe(row)}; at Cal.com ${booking?.status} ${booking?.start} to ${booking?.end}, here ${row.appointment_datetime.toISOString()}`,
      )
  }
  const rows = new Set(standing.map((row) => seatOrBooking(row).bookingUid))
  for (const booking of bookings) {
    if (!isLive(booking) || Date.parse(booking.start) < now || rows.has(booking.uid)) continue
    // A group may live on without the one whose row was ours.
    if (booking.eventTypeId === groupEventType) continue
    // The second of two bookings of one wish, into which the business put somebody else before it was ended: a person has it.
    if (booking.attendees.length > 1 && tasks.some((task) => isAboutShared(task, booking))) continue
    broken(
      isOurs(booking) ? 'ownBookingsWithoutAppointment' : 'foreignBookingsWithoutAppointment',
      `${booking.uid} ${booking.status} ${String(metadataOf(booking).booking_id ?? '')}`,
    )
  }
}

/** The booking of a row; of a seat's row only while that seat is in it. */
function bookingOf(
  row: AppointmentRow,
  byUid: ReadonlyMap<string, BookingOutput>,
): BookingOutput | undefined {
  const { bookingUid, seatUid } = seatOrBooking(row)
  const booking = byUid.get(bookingUid)
  const isIn =
    seatUid === null || booking?.attendees.some((one) => 'seatUid' in one && one.seatUid === seatUid)
  return isIn ? booking : undefined
}

function seatOrBooking({ calcom_uid }: AppointmentRow): { bookingUid: string; seatUid: string | null } {
  const uid = calcom_uid ?? ''
  return readSeatRef(uid) ?? { bookingUid: uid, seatUid: null }
}

/** Whether name, day and time lead to both: nothing else tells a caller's appointments apart. */
function isNamedAlike(a: Wish, b: Wish): boolean {
  return a.from === b.from && a.person === b.person && a.bookedStart === b.bookedStart
}

/** Whether a person of the business was asked to look at a booking with several people in it. */
function isAboutShared(task: string, { start }: BookingOutput): boolean {
  const moment = DateTime.fromISO(start, { zone: 'Europe/Berlin' })
  return task.includes('mehreren Teilnehmern') && task.includes(moment.toFormat("dd.MM.yyyy', 'HH:mm"))
}

function compareTold(
  wish: Wish,
  bookings: BookingOutput[],
  byUid: ReadonlyMap<string, BookingOutput>,
  ledger: Ledger,
  promised: ReadonlySet<string | null>,
  broken: Broken,
): void {
  const who = `${wish.callId} ${wish.uid ?? ''}`
  if (wish.heard === 'refused') {
    // The same time taken after all, as an alternative: then that is what they were told last.
    const isToldSince = ledger.wishes.some(
      ({ callId, person, start, heard }) =>
        callId === wish.callId && person === wish.person && start === wish.start && heard === 'booked',
    )
    if (isToldSince) return
    const standing = bookings.find(
      (booking) =>
        isLive(booking) &&
        metadataOf(booking).call_id === wish.callId &&
        booking.attendees[0]?.name === wish.person &&
        Date.parse(booking.start) === wish.start,
    )
    if (standing) broken('toldNotBookedButIs', `${who} ${standing.uid}`)
    return
  }
  if (wish.heard !== 'booked' || wish.uid === null) return
  // Cal.com answered so shortly that it could not be seen what it had booked: taken back by a person's call.
  const excused = promised.has(wish.callId)
  const first = byUid.get(wish.uid)
  if (!first) {
    broken('toldBookedButNot', `${who} does not exist`)
    return
  }
  if (metadataOf(first).call_id !== wish.callId || first.attendees[0]?.name !== wish.person)
    broken('toldBookedButNot', `${who} belongs to ${String(metadataOf(first).call_id)}`)
  if (Date.parse(first.createdAt) > (wish.bookedAt ?? 0)) broken('toldBookedButNot', `${who} only later`)
  const chain = chainFrom(first, byUid)
  const last = chain.at(-1)!
  const acts = chain.flatMap(({ uid }) => ledger.hostActs.get(uid) ?? [])
  const ended = !isLive(last)
  const mayHaveEnded =
    acts.some(({ kind }) => kind === 'cancelled' || kind === 'rejected') ||
    ['cancelled', 'noted', 'unclear'].includes(wish.cancel)
  // Called off by the caller or the business before anybody could see that it was at another time than told.
  const isOver = ended && mayHaveEnded
  const toldStart = wish.bookedStart ?? wish.start
  if (!startsOf(first, ledger).includes(toldStart) && !excused && !isOver)
    broken('toldBookedButNot', `${who} is at ${first.start}`)
  if (ended && !mayHaveEnded && !excused) broken('toldBookedButNot', `${who} ${last.uid} ${last.status}`)
  // Noted, and then there were others in it: a person has it.
  const isPersons =
    wish.cancel === 'noted' &&
    acts.some(({ kind }) => kind === 'joined') &&
    (promised.has(wish.cancelCallId) || promised.has(wish.person))
  if (!ended && !isPersons && (wish.cancel === 'cancelled' || wish.cancel === 'noted'))
    broken('toldCancelledButStands', `${who} ${last.uid} ${wish.cancel}`)
  // A move by the business in the very same moment is the business's answer to the cancellation.
  const movedMeanwhile = acts.some(({ kind }) => kind === 'moved')
  if (
    ended &&
    !movedMeanwhile &&
    wish.cancelledAt !== null &&
    Date.parse(last.updatedAt ?? '') > wish.cancelledAt
  )
    broken('toldCancelledButStands', `${who} ${last.uid} ended only later`)
  for (const { to, heard, at } of wish.moves) {
    const arrived = chain.some(
      (booking) => startsOf(booking, ledger).includes(to) && Date.parse(booking.createdAt) <= (at ?? 0),
    )
    if (heard === 'moved' && !arrived) broken('toldMovedButNot', `${who} ${new Date(to).toISOString()}`)
  }
  // Two appointments of theirs at one time, wanted so: "the one at a quarter past eleven" may mean either.
  const moves = ledger.wishes.filter((other) => isNamedAlike(other, wish)).flatMap((other) => other.moves)
  const allowed = new Set([
    ...startsOf(first, ledger),
    ...moves.filter(({ heard }) => heard !== 'refused').map(({ to }) => to),
    ...acts.flatMap(({ start }) => (start === undefined ? [] : [start])),
  ])
  if (!ended && !allowed.has(Date.parse(last.start)))
    broken('toldMovedButNot', `${who} stands at ${last.start}, which nobody was told`)
}

function describe(row: AppointmentRow): string {
  const { id, status, source, calcom_uid, booking_attempt_id, history } = row
  return `appointment ${id} ${status} ${source} ${calcom_uid} ${booking_attempt_id} (${history})`
}

/** Every mail written has arrived, and the last one about an appointment says what is true. */
function compareMails(world: World, appointments: AppointmentRow[], mails: MailRow[], broken: Broken): void {
  const received = new Map<string, (typeof world.mails)[number]>()
  const sameNews = new Map<string, Set<string>>()
  const known = new Set(mails.map(({ message_id }) => message_id))
  for (const mail of world.mails) {
    const { messageId = '', subject = '', text = '' } = mail.parsed
    received.set(messageId, mail)
    if (!known.has(messageId)) broken('mailsRepeatedUnderAnotherId', `${messageId} is not ours`)
    const ics = icsOf(mail)
    if (ics === undefined) continue
    // Two appointments of one person at one time are two pieces of news, each with its own entry in the calendar.
    const entry = ics.match(/^(?:UID|SEQUENCE):.*$/gm)?.join('|')
    const news = `${mail.to.join()}|${subject}|${text}|${entry}`
    sameNews.set(news, (sameNews.get(news) ?? new Set()).add(messageId))
  }
  for (const ids of sameNews.values())
    if (ids.size > 1) broken('mailsRepeatedUnderAnotherId', [...ids].join(' '))
  for (const { id, state, message_id } of mails)
    if (state !== 'sent' || !received.has(message_id)) broken('mailsLost', `mail ${id} ${state}`)

  const lastOf = new Map(mails.filter((row) => row.appointment_id).map((row) => [row.appointment_id, row]))
  for (const row of appointments) {
    if (row.customer_mailed === null || !row.customer_mailed.endsWith('@kundenpost.de')) continue
    if (row.appointment_datetime < world.now()) continue
    const last = lastOf.get(row.id)
    // Who booked on the web was told by Cal.com; our mails begin with our first change.
    if (row.booking_attempt_id === null && last === undefined) continue
    const standing = row.status === 'scheduled' || row.status === 'pending'
    const mail = last && received.get(last.message_id)
    const ics = mail && icsOf(mail)
    const told = ics?.match(/^DTSTART;TZID=Europe\/Berlin:(\d{8}T\d{4})/m)?.[1]
    const right = standing
      ? ics?.includes('METHOD:REQUEST') && told === localStamp(row.appointment_datetime)
      : last === undefined || ics?.includes('METHOD:CANCEL')
    if (!right) broken('customersLeftWithOldNews', `${describe(row)}; last mail ${last?.kind ?? 'none'}`)
  }
}

function icsOf(mail: World['mails'][number]): string | undefined {
  const part = mail.parsed.attachments.find(({ mimeType }) => mimeType === 'text/calendar')
  if (!part) return undefined
  const { content } = part
  return (typeof content === 'string' ? content : new TextDecoder().decode(content)).replace(/\r?\n /g, '')
}

/** 'yyyyMMddTHHmm' in Berlin. */
function localStamp(instant: Date): string {
  const parts = instant.toLocaleString('sv-SE', { timeZone: 'Europe/Berlin' })
  return parts.slice(0, 16).replace(/[-:]/g, '').replace(' ', 'T')
}
