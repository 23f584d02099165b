/**
 * Plays whole calls as the agent makes them and grades them on three things: what was said, what is in PostgreSQL, what is in
 * the (simulated) Cal.com. Every scenario has a gateway of its own; what must hold for any answer is checked for every answer.
 */
import { expect, test } from 'vitest'
import {
  type Answer,
  type GatewayOptions,
  newCallId,
  salon,
  startGateway,
  type TestGateway,
} from '../helpers/gateway.ts'

export interface Caller {
  from?: string | null
  to?: string
  callId?: string
}

export interface Scene {
  gateway: TestGateway
  /** A new call; every call has its own id. */
  ring(caller?: Caller): Conversation
  /** Live bookings in Cal.com, earliest first. */
  bookings(): Array<{
    uid: string
    start: string
    attendee: string
    host: string
    eventTypeId: number
    status: string
  }>
  /** Appointments in PostgreSQL, in the order they were made. */
  appointments(companyId?: number): Promise<AppointmentRow[]>
  /** Callback requests, in the order they were made. */
  callbacks(): Promise<Array<{ kind: string; phone: string | null; reason: string | null }>>
  /** Changes the salon's settings; every process hears of it. */
  company(data: Record<string, unknown>): Promise<void>
}

export interface AppointmentRow {
  id: number
  status: string
  at: string
  service: string
  customer: string
  staff: string | null
  uid: string | null
  source: string
}

export class Conversation {
  readonly #gateway: TestGateway
  readonly caller: Required<Caller>
  /** Whether anything was booked, cancelled or moved with success: only then may it be said. */
  #booked = false

  constructor(gateway: TestGateway, caller: Caller) {
    this.#gateway = gateway
    this.caller = { from: '+4915112345678', to: salon.mitte, callId: newCallId(), ...caller }
  }

  /** The agent calls a function; the answer has passed what every answer must pass. */
  async asks(name: string, args: Record<string, unknown> = {}): Promise<Answer> {
    const answer = await this.#gateway.call(name, args, this.caller)
    this.#booked ||= answer.success === true && answer.appointment_id !== undefined
    checkAnswer(name, answer, this.#booked)
    return answer
  }

  /** Both steps of a booking; the confirmation's answer. */
  async books(wish: Record<string, unknown>): Promise<Answer> {
    const started = await this.asks('start_booking', {
      name: 'Jana Weiß',
      service: 'Herrenhaarschnitt',
      ...wish,
    })
    expect(started).toMatchObject({ success: true, validation_status: 'valid' })
    return this.asks('confirm_booking', { booking_id: started.booking_id, confirmed: true })
  }
}

/** Defines a scenario: a title that is a guarantee, and the calls. Consistency is checked at its end. */
export function scenario(
  title: string,
  play: (scene: Scene) => Promise<void>,
  options: GatewayOptions & { inconsistent?: boolean } = {},
): void {
  test(title, async () => {
    const gateway = await startGateway(options)
    try {
      await play(sceneOf(gateway))
      if (!options.inconsistent) await checkConsistency(gateway)
    } finally {
      await gateway.close()
    }
  })
}

function sceneOf(gateway: TestGateway): Scene {
  const { database, simulator } = gateway
  return {
    gateway,
    ring: (caller = {}) => new Conversation(gateway, caller),
    bookings: () =>
      simulator.control
        .bookings()
        .filter(({ status }) => status === 'accepted' || status === 'pending')
        .map((one) => ({
          uid: one.uid,
          start: one.start,
          attendee: one.attendees[0]?.name ?? '',
          host: one.hosts[0]?.name ?? '',
          eventTypeId: one.eventTypeId,
          status: one.status,
        }))
        .sort((a, b) => a.start.localeCompare(b.start)),
    async appointments(companyId = 1) {
      const rows = await database.tenancy.run(
        companyId,
        (tx) => tx.$queryRaw<Array<Omit<AppointmentRow, 'at' | 'id'> & { at: Date; id: bigint }>>`
          SELECT a.id, a.status, a.appointment_datetime AS at, s.name AS service, c.name AS customer,
                 p.first_name AS staff, a.calcom_uid AS uid, a.source
          FROM appointments a
          JOIN services s ON s.id = a.service_id
          JOIN customers c ON c.id = a.customer_id
          LEFT JOIN staff p ON p.id = a.staff_id
          ORDER BY a.id`,
      )
      return rows.map((row) => ({ ...row, id: Number(row.id), at: row.at.toISOString() }))
    },
    callbacks: () =>
      database.tenancy.run(1, (tx) =>
        tx.callbackRequest.findMany({
          orderBy: { id: 'asc' },
          select: { kind: true, phone: true, reason: true },
        }),
      ),
    async company(data) {
      await database.tenancy.asSystem((tx) => tx.company.update({ where: { id: 1 }, data }))
      gateway.clock.advance(61_000)
    },
  }
}

const promises = /gebucht|bestätigt/i
/** The dot of "24. Dezember" ends none. */
const sentenceEnd =
  /[.?!](?=\s|$)(?!\s(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b)/
const unspeakable =
  /\{\{|\}\}|<|>|undefined|null|NaN|\[object|\d{4}-\d{2}-\d{2}|\d:\d\d|\d\.\d\d\.|Cal\.com|API|call_|temp_|error|slot/i

/** What holds for any answer of any function. */
function checkAnswer(name: string, answer: Answer, booked: boolean): void {
  const context = `${name}: ${answer.message}`
  expect(typeof answer.success, context).toBe('boolean')
  expect(answer.message, context).toMatch(/\p{L}{2,}.*[.?!]$/u)
  expect(answer.message, context).not.toMatch(unspeakable)
  expect(
    answer.message.split(sentenceEnd).filter((part) => part.trim() !== '').length,
    context,
  ).toBeLessThanOrEqual(4)
  expect((answer.message.match(/ Uhr/g) ?? []).length, context).toBeLessThanOrEqual(7)
  if (!booked) expect(answer.message, context).not.toMatch(promises)
  if (!answer.success) expect(answer.error, context).toMatch(/^[a-z_]+$/)
}

/** Appointments and live bookings are the same set, no attempt hangs, and no hold is left of a finished one. */
async function checkConsistency(gateway: TestGateway): Promise<void> {
  await gateway.settle()
  const { database, simulator } = gateway
  const live = simulator.control
    .bookings()
    .filter(({ status }) => status === 'accepted' || status === 'pending')
  const rows = await database.tenancy.asSystem((tx) =>
    tx.appointment.findMany({ where: { status: { in: ['scheduled', 'pending'] } } }),
  )
  expect(rows.map((row) => `${row.calcomUid} ${row.appointmentDatetime.toISOString()}`).sort()).toEqual(
    live.map((one) => `${one.uid} ${new Date(one.start).toISOString()}`).sort(),
  )
  const hanging = await database.tenancy.asSystem((tx) =>
    tx.bookingAttempt.findMany({ where: { state: { in: ['executing', 'unknown'] } } }),
  )
  expect(hanging).toEqual([])
  const drafts = await database.tenancy.asSystem((tx) =>
    tx.bookingAttempt.findMany({ where: { state: 'draft' } }),
  )
  const held = new Set(drafts.map((draft) => draft.reservationUid))
  expect(simulator.control.reservations().filter(({ uid }) => !held.has(uid))).toEqual([])
}
