/**
 * The judgement: the stand-in's own state and the transcripts against the gateway's rows. Knows the gateway only by its
 * answers and by the columns of its tables.
 */
import { Client } from 'pg'
import type { StandIn } from './calcom.ts'
import type { Booking } from './calendar.ts'
import type { Driver } from './driver.ts'
import type { Claim, Person } from './ledger.ts'
import type { PhoneCall, Step } from './retell.ts'

export type Row = {
  id: string
  company_id: number
  status: string
  calcom_uid: string | null
  start: Date
  attendee_name: string | null
  source: string
  sync_state: string
  call_id: string | null
}
export type Callback = {
  call_id: string | null
  phone: string | null
  kind: string
  status: string
  reason: string | null
}

/** One thing that must not be, with what is needed to look into it. */
export type Finding = { count: CountName; text: string; person?: Person; uids: string[] }

export const countNames = [
  'second live booking of one person and time',
  'said booked, nothing there, nobody told',
  'refused as taken, but ours lives',
  'told booked for another time than asked',
  'lives, but nobody asked for it',
  'said moved, but not at the new time',
  'said cancelled, but lives',
  'live booking of ours without its row',
  'row without its live booking',
  "others' bookings cancelled or moved",
  'answers 5xx',
  'no answer while the gateway ran',
  'answers neither 200 nor 5xx',
  'attempts still open after quiet',
  'webhooks not processed after quiet',
  'Cal.com contract violations',
] as const
export type CountName = (typeof countNames)[number]

type Rows = {
  appointments: Row[]
  callbacks: Callback[]
  openAttempts: { id: string; kind: string; state: string }[]
  openWebhooks: { id: string; event_type: string; status: string; last_error: string | null }[]
}

/** Reads what is judged; as superuser, so that row-level security hides nothing. */
export async function loadRows(databaseUrl: string): Promise<Rows> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const appointments = await client.query<Row>(
      `SELECT id, company_id, status, calcom_uid, appointment_datetime AS start, attendee_name, source, sync_state, call_id
       FROM appointments`,
    )
    const callbacks = await client.query<Callback>(
      'SELECT call_id, phone, kind, status, reason FROM callback_requests',
    )
    const attempts = await client.query(
      `SELECT id, kind, state FROM booking_attempts WHERE state IN ('executing', 'unknown')`,
    )
    const webhooks = await client.query(
      `SELECT id, event_type, status, last_error FROM webhook_events WHERE status NOT IN ('processed', 'ignored')`,
    )
    return {
      appointments: appointments.rows,
      callbacks: callbacks.rows,
      openAttempts: attempts.rows,
      openWebhooks: webhooks.rows,
    }
  } finally {
    await client.end()
  }
}

export function judge(standIn: StandIn, driver: Driver, rows: Rows): Finding[] {
  const findings: Finding[] = []
  const add = (count: CountName, text: string, person?: Person, ...uids: string[]) =>
    findings.push({ count, text, person, uids })
  const ours = [...standIn.calendar.bookings.values()].filter(({ origin }) => origin === 'api')
  const byPerson = new Map<Person | undefined, Booking[]>()
  for (const booking of ours) {
    const person = driver.ledger.find(booking.attendee.name)
    byPerson.set(person, [...(byPerson.get(person) ?? []), booking])
  }

  for (const person of driver.ledger.people.values())
    judgePerson(person, byPerson.get(person) ?? [], rows.callbacks, add)
  for (const booking of byPerson.get(undefined) ?? [])
    if (booking.status === 'accepted')
      add('lives, but nobody asked for it', `for "${booking.attendee.name}"`, undefined, booking.uid)

  judgeRows(ours, standIn, rows.appointments, driver, add)
  for (const { operation, uid, at } of standIn.othersTouched)
    add(
      "others' bookings cancelled or moved",
      `${operation} at ${new Date(at).toISOString()}`,
      undefined,
      uid ?? '',
    )
  judgeAnswers(driver, add)
  for (const { id, kind, state } of rows.openAttempts)
    add('attempts still open after quiet', `${kind} ${state} ${id}`)
  for (const { id, event_type, status, last_error } of rows.openWebhooks)
    add('webhooks not processed after quiet', `${event_type} ${id} ${status} ${last_error ?? ''}`)
  for (const [what, times] of standIn.checks.violations)
    add('Cal.com contract violations', `${times}× ${what}`)
  return findings
}

type Add = (count: CountName, text: string, person?: Person, ...uids: string[]) => void

function judgePerson(
  person: Person,
  bookings: readonly Booking[],
  callbacks: readonly Callback[],
  add: Add,
): void {
  const live = bookings.filter(({ status }) => status === 'accepted')
  const touched = bookings.some(({ touchedByWeb }) => touchedByWeb)
  const callIds = new Set(person.calls.map(({ id }) => id))
  const told = callbacks.some(
    ({ call_id, phone }) => (call_id !== null && callIds.has(call_id)) || phone === person.phone,
  )

  for (const [index, one] of live.entries())
    for (const other of live.slice(index + 1))
      if (one.start < other.end && other.start < one.end && !touched)
        add('second live booking of one person and time', at(one.start), person, one.uid, other.uid)
  // What the business has changed is not what the caller was told; the rows are compared in any case.
  if (touched) return
  for (const [start, claim] of person.claims) {
    const there = live.filter((booking) => booking.start === start)
    const text = `${at(start)}: ${claim.how}`
    const uids = bookings.map(({ uid }) => uid)
    if (claim.otherTime) add('told booked for another time than asked', text, person, ...uids)
    const count = judgeClaim(claim, there.length > 0, told)
    if (count) add(count, text, person, ...uids)
  }
  if (told) return
  for (const booking of live)
    if (!person.claims.has(booking.start))
      add('lives, but nobody asked for it', at(booking.start), person, booking.uid)
}

function judgeClaim({ word, moved }: Claim, lives: boolean, told: boolean): CountName | undefined {
  if (word === 'live' && !lives && !told)
    return moved ? 'said moved, but not at the new time' : 'said booked, nothing there, nobody told'
  if (word === 'gone' && lives) return 'said cancelled, but lives'
  if (word === 'refused' && lives && !told) return 'refused as taken, but ours lives'
  return undefined
}

function judgeRows(
  ours: readonly Booking[],
  standIn: StandIn,
  rows: readonly Row[],
  driver: Driver,
  add: Add,
): void {
  const active = rows.filter(({ status }) => status === 'scheduled' || status === 'pending')
  for (const booking of ours) {
    if (booking.status !== 'accepted') continue
    const row = active.find(({ calcom_uid }) => calcom_uid === booking.uid)
    const person = driver.ledger.find(booking.attendee.name)
    const text = `${at(booking.start)}${booking.touchedByWeb ? ', changed by the business' : ''}`
    if (!row)
      add(
        'live booking of ours without its row',
        `${text}: no row with its uid is scheduled`,
        person,
        booking.uid,
      )
    else if (row.start.getTime() !== booking.start)
      add(
        'live booking of ours without its row',
        `${text}: row ${row.id} says ${at(row.start.getTime())}`,
        person,
        booking.uid,
      )
    else if (row.company_id !== booking.type.companyId)
      add(
        'live booking of ours without its row',
        `${text}: row ${row.id} is another company's`,
        person,
        booking.uid,
      )
  }
  for (const row of active) {
    const booking = row.calcom_uid === null ? undefined : standIn.calendar.bookings.get(row.calcom_uid)
    if (booking?.status === 'accepted') continue
    const person = driver.ledger.find(row.attendee_name ?? '')
    const text = `row ${row.id} (${row.status}, ${row.source}, ${row.sync_state}) ${at(row.start.getTime())}: ${booking ? 'booking is cancelled' : 'no such booking'}`
    add('row without its live booking', text, person, row.calcom_uid ?? '')
  }
}

function judgeAnswers(driver: Driver, add: Add): void {
  for (const person of driver.ledger.people.values()) {
    for (const call of person.calls) {
      if (person.phone !== call.from) continue
      for (const step of call.steps) judgeStep(step, call, person, driver, add)
    }
  }
}

function judgeStep(step: Step, call: PhoneCall, person: Person, { downs, ledger }: Driver, add: Add): void {
  const { status, body } = step.reply
  // Siblings share their calls; each is looked at once.
  if (ledger.find(person.name)?.calls !== person.calls || person.name.includes('-Kind ')) return
  const text = `${call.id} ${step.name}: ${status} ${JSON.stringify(body).slice(0, 300)} after ${step.ms} ms`
  if (status === 'none') {
    const dropped = step.ms < 2_000
    const wasDown = downs.some(({ from, to }) => step.at <= to && step.at + step.ms >= from)
    if (!dropped && !wasDown) add('no answer while the gateway ran', text, person)
  } else if (status >= 500) add('answers 5xx', text, person)
  else if (status !== 200) add('answers neither 200 nor 5xx', text, person)
}

function at(millis: number): string {
  return new Date(millis).toISOString()
}
