/**
 * The demonstration salon for tests of existing appointments: real PostgreSQL, real HTTP to the simulated Cal.com, a pinned
 * clock, and the six functions called with the context that the dispatcher would give them.
 */
import { Client } from 'pg'
import type { z } from 'zod'
import type { CalcomClient } from '../../src/calcom/client.ts'
import { composeServices } from '../../src/compose-services.ts'
import type { Database } from '../../src/db/database.ts'
import type { Tx } from '../../src/db/tenancy.ts'
import type { FunctionAnswer, TenantContext, TenantFunction } from '../../src/functions/define.ts'
import { instantOf, localDayOf } from '../../src/german/index.ts'
import { MemoryCache } from '../../src/lib/cache/memory-cache.ts'
import { Deadline } from '../../src/lib/deadline.ts'
import { type Catalogue, servicesAt } from '../../src/services/catalogue.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { openCalcom } from './calcom.ts'
import { testClock } from './clock.ts'
import { heldToContract } from './contract.ts'
import { createTestDatabase, openTestDatabase } from './database.ts'
import { testLog } from './log.ts'

const zone = 'Europe/Berlin'
export const max = '+4915112345678'
export const stranger = '+4915112345699'

export interface BookWish {
  /** 'YYYY-MM-DD HH:mm', Berlin. */
  at: string
  name?: string
  phone?: string | null
  service?: string
  callId?: string | null
  /** Not at Cal.com, only in the database. */
  localOnly?: boolean
}

export interface Who {
  callId?: string | null
  from?: string | null
  /** Real milliseconds the function has. */
  budgetMs?: number
}

export type Salon = Awaited<ReturnType<typeof openSalon>>

/** Starts everything; `close` in afterAll, `reset` before each test. */
export async function openSalon() {
  const clock = testClock()
  const simulator = await startSimulator({ rateLimit: null, clock: () => clock.now() })
  const testDatabase = await createTestDatabase()
  const database: Database = await openTestDatabase(testDatabase.url, 6)
  const owner = new Client({ connectionString: testDatabase.url })
  await owner.connect()
  const { log, lines } = testLog()
  const { tenancy } = database
  const cache = new MemoryCache({ clock })
  const { connections } = await openCalcom(simulator.url, {}, { clock, log })
  const calcom = (): Promise<CalcomClient> => connections.get('default')
  const services = composeServices(
    { tenancy, cache, calcom, clock, log },
    { mailServer: true, minimumNoticeMinutes: 15 },
  )
  const { catalogues, availability, callbacks, actions, appointments: finder, booking } = services
  const { attempts } = booking
  const { recorder } = actions
  const deps = {
    tenancy,
    catalogues,
    finder,
    attempts,
    recorder,
    callbacks,
    availability,
    calcom,
    clock,
    log,
  }
  let calls = 0

  const run = <T>(work: (tx: Tx) => Promise<T>) => tenancy.run(1, work)
  const instant = (at: string) => instantOf(at.slice(0, 10), at.slice(11), zone)!

  /** A call with its row, and the context of a function in it. */
  async function context({ callId, from = max, budgetMs = 8_000 }: Who = {}): Promise<TenantContext> {
    calls += 1
    const id = callId === undefined ? `call_test_${calls}` : callId
    const catalogue: Catalogue = await catalogues.load(1)
    const branch = catalogue.branches.find((one) => one.name === 'Mitte')!
    if (id !== null)
      await run((tx) =>
        // Two requests of one call may come at once.
        tx.call.createMany({
          data: { retellCallId: id, companyId: 1, branchId: branch.id, fromNumber: from },
          skipDuplicates: true,
        }),
      )
    const now = clock.now()
    return {
      now,
      timeZone: branch.timeZone,
      today: localDayOf(now, branch.timeZone),
      deadline: new Deadline({ clock: { now: () => new Date() }, budgetMs }),
      log,
      call: {
        callId: id,
        companyId: 1,
        branchId: branch.id,
        phoneNumberId: null,
        customerId: null,
        timeZone: branch.timeZone,
        agentId: null,
        callerNumber: from,
      },
      catalogue,
      branch,
      services,
    }
  }

  return {
    clock,
    simulator,
    database,
    attempts,
    actions,
    finder,
    callbacks,
    availability,
    recorder,
    cache,
    lines,
    catalogues,
    deps,
    run,
    instant,
    context,

    /** Calls a function as the dispatcher would, arguments already cleaned. */
    async ask<I extends z.ZodType>(
      definition: TenantFunction<I>,
      args: Record<string, unknown> = {},
      who: Who = {},
    ): Promise<FunctionAnswer> {
      const answer = await definition.handler(definition.input.parse(args), await context(who))
      return heldToContract(definition.name, answer)
    },

    /** An appointment as booking leaves it: at Cal.com and in the database. */
    async book(wish: BookWish) {
      const { at, name = 'Max Mustermann', phone = max, service = 'Herrenhaarschnitt', callId = null } = wish
      const catalogue = await catalogues.load(1)
      const branch = catalogue.branches.find((one) => one.name === 'Mitte')!
      const offered = servicesAt(catalogue, branch.id).find((one) => one.name === service)!
      const start = instant(at)
      const attendee = {
        name,
        email: 'kunde@kunden.example',
        phoneNumber: phone ?? undefined,
        timeZone: zone,
      }
      const booking = wish.localOnly
        ? null
        : await (await calcom()).createBooking(
            { eventTypeId: offered.calcomEventTypeId!, start, attendee, metadata: { company_id: '1' } },
            {
              deadline: new Deadline({ clock: { now: () => new Date() }, budgetMs: 5_000 }),
              priority: 'call',
            },
          )
      return run(async (tx) => {
        const known = await tx.customer.findFirst({ where: { companyId: 1, name, phone } })
        const customer = known ?? (await tx.customer.create({ data: { companyId: 1, name, phone } }))
        return tx.appointment.create({
          data: {
            companyId: 1,
            branchId: branch.id,
            customerId: customer.id,
            serviceId: offered.id,
            staffId: catalogue.staff.find((one) => one.calcomUserId === booking?.hosts[0]?.id)?.id ?? null,
            appointmentDatetime: start,
            endsAt: new Date(start.getTime() + offered.durationMinutes * 60_000),
            durationMinutes: offered.durationMinutes,
            calcomUid: booking?.uid ?? `local_${start.getTime()}_${name.length}`,
            calcomBookingId: booking?.id ?? null,
            calcomEventTypeId: offered.calcomEventTypeId,
            attendeeName: name,
            callId,
          },
        })
      })
    },

    appointment: (id: bigint) =>
      run((tx) => tx.appointment.findFirstOrThrow({ where: { companyId: 1, id } })),
    changes: (id: bigint) =>
      run((tx) =>
        tx.appointmentChange.findMany({ where: { companyId: 1, appointmentId: id }, orderBy: { id: 'asc' } }),
      ),
    callbackRows: () =>
      run((tx) => tx.callbackRequest.findMany({ where: { companyId: 1 }, orderBy: { id: 'asc' } })),
    attemptRows: () =>
      run((tx) => tx.bookingAttempt.findMany({ where: { companyId: 1 }, orderBy: { createdAt: 'asc' } })),
    misses: async (callId: string) =>
      (await run((tx) => tx.call.findUniqueOrThrow({ where: { retellCallId: callId } }))).identityMisses,

    /** Waiting background jobs: task and payload. */
    async jobs(task?: string): Promise<Array<{ task: string; payload: Record<string, unknown> }>> {
      const { rows } = await owner.query(
        `SELECT t.identifier AS task, j.payload FROM graphile_worker._private_jobs j
         JOIN graphile_worker._private_tasks t ON t.id = j.task_id ORDER BY j.id`,
      )
      return rows.filter((row) => task === undefined || row.task === task)
    },

    /** Live bookings at Cal.com. */
    live: () => simulator.control.bookings().filter((booking) => booking.status === 'accepted'),

    /** Changes the company's own settings as its owner would. */
    async setCompany(data: { secondFactRequired: boolean }) {
      await database.tenancy.asSystem((tx) => tx.company.update({ where: { id: 1 }, data }))
      catalogues.forget()
    },

    /** Runs SQL as the owner of the tables, for what no code of ours does. */
    sql: (text: string, values: unknown[] = []) => owner.query(text, values),

    async reset() {
      // A new client: breaker, budget and pauses of the test before are forgotten.
      connections.forget('default')
      simulator.control.reset()
      clock.set('2026-11-24T08:00:00Z')
      await owner.query(`TRUNCATE agent_releases, calcom_drift, console_sessions, console_links, console_memberships, console_users, erasure_marks, call_evidence, company_files, closures, absences, answered_bodies, identity_misses, appointment_changes, mail_outbox, callback_requests, booking_attempts, visits, appointments,
        function_calls, call_figures, function_figures, figures_due, call_sessions, calls, customers RESTART IDENTITY CASCADE; DELETE FROM graphile_worker._private_jobs;
        UPDATE companies SET second_fact_required = false`)
      catalogues.forget()
      lines.length = 0
    },

    async close() {
      await connections.close()
      await cache.close()
      await owner.end()
      await database.close()
      await simulator.close()
      await testDatabase.drop()
    },
  }
}
