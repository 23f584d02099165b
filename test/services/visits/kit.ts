/** The demonstration salon for visits: functions as an agent calls them, jobs as the runner does, and the process dying where a test says. */

import type { CalcomClient } from '../../../src/calcom/client.ts'
import { composeServices } from '../../../src/compose-services.ts'
import { confirmBooking } from '../../../src/functions/confirm-booking.ts'
import { startBooking } from '../../../src/functions/start-booking.ts'
import { AppointmentMails } from '../../../src/services/mail/appointment-mails.ts'
import { readMailFrom } from '../../../src/services/mail/from.ts'
import { AttemptSettling } from '../../../src/services/sync/settling.ts'
import { openCalcom } from '../../helpers/calcom.ts'
import { openSalon, type Who } from '../../helpers/salon.ts'

export const both = {
  name: 'Max Mustermann',
  date: '27.11.2026',
  time: '10:00',
  service: 'Färben und Damenhaarschnitt',
}

/** `transcript`: what was said so far, as Retell writes it. */
type Caller = Who & { transcript?: string }

export async function openVisits() {
  const salon = await openSalon()
  const { tenancy, clock, log } = salon.deps
  const { connections } = await openCalcom(salon.simulator.url, {}, { clock, log })
  const compose = () =>
    composeServices(
      { tenancy, cache: salon.cache, calcom: (id: string) => connections.get(id), clock, log },
      { mailServer: true, minimumNoticeMinutes: 15, booking: { refusalPausesMs: [20] } },
    )
  const services = compose()
  const { booking, visits, actions } = services
  const settling = new AttemptSettling({
    tenancy,
    attempts: booking.attempts,
    booking,
    actions,
    visits,
    clock,
    log,
  })
  let calls = 0

  /** Services of a process that dies at its nth step towards the database or Cal.com, before or after it. */
  function mortal(dieAt: number, phase: 'before' | 'after') {
    let step = 0
    let isDead = false
    let die = () => {}
    const death = new Promise<'died'>((resolve) => {
      die = () => {
        isDead = true
        resolve('died')
      }
    })
    const never = () => new Promise<never>(() => {})
    const live = async <T>(work: () => Promise<T>): Promise<T> => {
      if (isDead) return never()
      step += 1
      const isLast = step === dieAt
      if (isLast && phase === 'before') {
        die()
        return never()
      }
      try {
        const result = await work()
        if (isLast) die()
        return isDead ? never() : result
      } catch (error) {
        if (isLast) die()
        if (isDead) return never()
        throw error
      }
    }
    const mortalTenancy = {
      run: ((id, work, ...rest) => live(() => tenancy.run(id, work, ...rest))) as typeof tenancy.run,
      asSystem: ((work, ...rest) => live(() => tenancy.asSystem(work, ...rest))) as typeof tenancy.asSystem,
    }
    const calcom = async (id: string) => {
      const client = await connections.get(id)
      return new Proxy(client, {
        get(target, name) {
          const method = Reflect.get(target, name) as unknown
          return typeof method === 'function'
            ? (...args: unknown[]) => live(() => method.apply(target, args) as Promise<unknown>)
            : method
        },
      }) as CalcomClient
    }
    const services = composeServices(
      { tenancy: mortalTenancy, cache: salon.cache, calcom, clock, log },
      { mailServer: true, minimumNoticeMinutes: 15, booking: { refusalPausesMs: [20] } },
    )
    return { services, death }
  }
  const context = async ({ transcript, ...who }: Caller) => {
    const plain = await salon.context(who)
    return { ...plain, call: { ...plain.call, transcript: transcript ?? null }, services }
  }

  return {
    ...salon,
    services,
    booking,
    visits,
    compose,
    async start(who: Caller, changes: Record<string, unknown> = {}) {
      const answer = await startBooking.handler(
        startBooking.input.parse({ ...both, ...changes }),
        await context(who),
      )
      await booking.idle()
      return answer
    },
    async confirm(who: Caller, args: Record<string, unknown> = { confirmed: true }) {
      const answer = await confirmBooking.handler(confirmBooking.input.parse(args), await context(who))
      await booking.idle()
      return answer
    },
    /** The yes, in a process that dies at a step: its answer, or 'died'. */
    async confirmDying(who: Who, dieAt: number, phase: 'before' | 'after') {
      const { services: dying, death } = mortal(dieAt, phase)
      const scope = { ...(await salon.context(who)), services: dying }
      return Promise.race([
        death,
        confirmBooking.handler(confirmBooking.input.parse({ confirmed: true }), scope),
      ])
    },
    newCall(from: string | null = '+4915112345678'): { callId: string; from: string | null } {
      calls += 1
      return { callId: `call_visit_${calls}_${clock.now().getTime()}`, from }
    },
    /** What the jobs do until nothing is left: each minute, for two hours. */
    async runJobs(minutes = 8) {
      for (let minute = 0; minute < minutes; minute += 1) {
        clock.advance(61_000)
        await settling.settleExpired()
        await settling.pushAll()
      }
    },
    /** From now on every chair of the branch is taken in that time. */
    takeAll(start: string, end: string) {
      for (const hostId of [501, 502, 503]) salon.simulator.control.addBusyTime({ hostId, start, end })
    },
    /** A new client: pauses after a 429 and open breakers are forgotten. */
    forgetPauses: () => connections.forget('default'),
    /** What a webhook about the booking of an attempt does. */
    async bookingNews(attemptId: string) {
      const { calcomConnectionId } = (await salon.catalogues.load(1)).company
      const api = await connections.get(calcomConnectionId)
      const uid = salon.live().find(({ metadata }) => metadata?.booking_id === attemptId)!.uid
      const { deadline } = await salon.context()
      const seen = await api.fetchBooking({ uid }, { deadline, priority: 'background' })
      return booking.adopt(1, attemptId, seen)
    },
    /** Runs the jobs that write mails to customers, once each. */
    async mailReports() {
      const mails = new AppointmentMails({
        tenancy,
        clock,
        from: readMailFrom('Salon <salon@salon.example>'),
      })
      const reports: string[] = []
      for (const { payload } of await salon.jobs('appointment_notifications')) {
        const { appointmentId, kind } = payload as { appointmentId: number; kind: 'booked' | 'cancelled' }
        reports.push(await mails.write(1, appointmentId, kind))
      }
      return reports
    },
    visitRows: () =>
      salon.run((tx) => tx.visit.findMany({ where: { companyId: 1 }, orderBy: { id: 'asc' } })),
    standing: () =>
      salon.run((tx) =>
        tx.appointment.findMany({
          where: { companyId: 1, status: { in: ['scheduled', 'pending'] } },
          orderBy: { appointmentDatetime: 'asc' },
        }),
      ),
    async reset() {
      await booking.idle()
      connections.forget('default')
      await salon.reset()
    },
    async close() {
      await booking.idle()
      await connections.close()
      await salon.close()
    },
  }
}
