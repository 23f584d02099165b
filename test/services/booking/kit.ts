/** The demonstration salon with its booking service, as often as there are processes. */
import { composeServices } from '../../../src/compose-services.ts'
import type { BookingDeps } from '../../../src/services/booking/booking.ts'
import type { BookingWish, Confirmed, Started } from '../../../src/services/booking/types.ts'
import { openCalcom } from '../../helpers/calcom.ts'
import { openSalon, type Who } from '../../helpers/salon.ts'

export type Ready = Extract<Started, { kind: 'ready' }>

export const wish: BookingWish = {
  name: 'Max Mustermann',
  date: '27.11.2026',
  time: '14:00',
  service: 'Herrenhaarschnitt',
}

export async function openBooking() {
  const salon = await openSalon()
  // Opens the pool's connections, so that no test of concurrency waits for them.
  await Promise.allSettled([1, 2, 3, 4, 5].map(() => salon.run((tx) => tx.$queryRaw`SELECT pg_sleep(0.05)`)))
  const { tenancy, clock, log } = salon.deps
  // Connections of our own, so that a test's pauses and open breakers can be forgotten before the next one.
  const { connections } = await openCalcom(salon.simulator.url, {}, { clock, log })
  const calcom = (id: string) => connections.get(id)
  const compose = (changes: Partial<BookingDeps> = {}) =>
    composeServices(
      { tenancy, cache: salon.cache, calcom, clock, log },
      {
        mailServer: true,
        minimumNoticeMinutes: 15,
        // Two looks after a refusal, without the real seconds between them.
        booking: { refusalPausesMs: [20], ...changes },
      },
    )
  /** A service as another process has it: nothing shared but database, cache and Cal.com. */
  const process = (changes: Partial<BookingDeps> = {}) => compose(changes).booking
  const { booking, customers, availability } = compose()
  let calls = 0

  return {
    ...salon,
    booking,
    customers,
    availability,
    process,
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
    /** A call of its own. */
    newCall(from: string | null = '+4915112345678'): { callId: string; from: string | null } {
      calls += 1
      return { callId: `call_booking_${calls}_${clock.now().getTime()}`, from }
    },
    async start(who: Who, changes: BookingWish = {}): Promise<Ready> {
      const started = await booking.start(await salon.context(who), { ...wish, ...changes })
      if (started.kind !== 'ready') throw new Error(`Expected a draft, got ${started.kind}`)
      return started
    },
    async confirm(who: Who, bookingId?: string, service = booking): Promise<Confirmed> {
      const confirmed = await service.confirm(await salon.context(who), { bookingId })
      await service.idle()
      return confirmed
    },
    posts: () => salon.simulator.control.requests('createBooking').length,
    appointments: () =>
      salon.run((tx) => tx.appointment.findMany({ where: { companyId: 1 }, orderBy: { id: 'asc' } })),
    attempt: async (id: string) => (await salon.attempts.load(1, id))!,
    /** A booking of an attempt that reached Cal.com although we know nothing of it. */
    async arriveLate(attempt: Ready['attempt']) {
      const client = await connections.get('default')
      return client.createBooking(
        {
          eventTypeId: attempt.eventTypeId!,
          start: attempt.startAt!,
          attendee: { name: attempt.customerName!, phoneNumber: '+4915112345678', timeZone: 'Europe/Berlin' },
          metadata: { booking_id: attempt.id, call_id: attempt.callId ?? '', company_id: '1' },
        },
        { deadline: (await salon.context({ budgetMs: 5_000 })).deadline, priority: 'call' },
      )
    },
  }
}
