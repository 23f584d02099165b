/** How often Cal.com is asked: the budget of a key is 120 requests a minute, whatever we do with them. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Part, Scene } from './report.ts'
import { Agent, nextCaller, nextCallId } from './retell.ts'

const callersAtOnce = 200
const callersInFiveMinutes = 50
const readsPerCaller = 3
const bookingShare = 0.3
const requestsPerBookedCallMax = 4.5
const savedMin = 0.8

interface Seen {
  operation: string
}

async function requestsDuring(stack: Scene['stack'], work: () => Promise<void>): Promise<Seen[]> {
  await stack.calcom.control('requests', undefined, 'DELETE')
  await work()
  return (await stack.calcom.control('requests')) as Seen[]
}

function dayAhead(days: number): string {
  const day = new Date(Date.now() + days * 86_400_000)
  while (![2, 3, 4, 5].includes(day.getUTCDay())) day.setUTCDate(day.getUTCDate() + 1)
  return day.toISOString().slice(0, 10)
}

/** One request whatever the range, and one for any number of callers. */
export const ranges: Part = async ({ stack }) => {
  const server = await stack.startServer()
  const agent = new Agent(server.url, callersAtOnce)
  try {
    const callId = nextCallId()
    await agent.call('parse_date', { date: 'heute' }, callId)
    const alternatives = await requestsDuring(stack, async () => {
      await agent.call(
        'get_alternatives',
        { date: dayAhead(10), time: '14:00', service: 'Herrenhaarschnitt' },
        callId,
      )
    })
    const next = await requestsDuring(stack, async () => {
      await agent.call('find_next_available', { service: 'Damenhaarschnitt' }, callId)
    })
    const ids = Array.from({ length: callersAtOnce }, () => nextCallId())
    for (const id of ids) await agent.call('parse_date', { date: 'heute' }, id)
    let free = 0
    const together = await requestsDuring(stack, async () => {
      const wish = { date: dayAhead(140), time: '14:00', service: 'Bartpflege' }
      const answers = await Promise.all(ids.map((id) => agent.call('check_availability', wish, id)))
      free = answers.filter((answer) => answer.success).length
    })
    return [
      {
        what: 'get_alternatives, find_next_available: Cal.com requests',
        measured: `${alternatives.length}, ${next.length}`,
        yardstick: 'the guide: 5',
        target: '1, whatever the range',
        ok: alternatives.length === 1 && next.length === 1,
        numbers: { alternatives: alternatives.length, next: next.length },
      },
      {
        what: `${callersAtOnce} callers at once, one uncached day: Cal.com requests`,
        measured: `${together.length} (${free} answered)`,
        target: '1',
        ok: together.length === 1 && free === callersAtOnce,
        numbers: { requests: together.length, answered: free },
      },
    ]
  } finally {
    await agent.close()
    await server.child.stop()
  }
}

/** An afternoon of one company, its five minutes pressed into seconds: freshness is five minutes, so none is lost by that. */
export const fiveMinutes: Part = async ({ stack, quick }) => {
  const server = await stack.startServer()
  const agent = new Agent(server.url, 20)
  const spanMs = quick ? 8_000 : 25_000
  const random = seeded(20_261_124)
  const days = Array.from({ length: 14 }, (_, index) => dayAhead(155 + index))
  const five = [...new Set(days)].slice(0, 5)
  const times = ['09:00', '10:00', '11:00', '13:00', '14:00', '15:00', '16:00', '17:00']
  let reads = 0
  let booked = 0
  try {
    const caller = async (index: number) => {
      await pause((spanMs * index) / callersInFiveMinutes)
      const callId = nextCallId()
      const from = nextCaller()
      await agent.event('call_started', callId, { from_number: from })
      const books = index % 10 < bookingShare * 10
      let wish = {}
      let isFree = false
      for (
        let read = 0;
        read < readsPerCaller || (books && !isFree && read < readsPerCaller * 3);
        read += 1
      ) {
        wish = {
          date: five[Math.floor(random() * five.length)]!,
          time: times[Math.floor(random() * times.length)]!,
          service: 'Herrenhaarschnitt',
        }
        const answer = await agent.call('check_availability', wish, callId, from)
        isFree = answer.available === true
        reads += 1
      }
      if (!books) return
      const name = 'Sabine Müller'
      const started = await agent.call('start_booking', { ...wish, customer_name: name }, callId, from)
      const done = await agent.call(
        'confirm_booking',
        { booking_id: started.booking_id, confirmed: true },
        callId,
        from,
      )
      if (done.success === true) booked += 1
    }
    const seen = await requestsDuring(stack, async () => {
      await Promise.all(Array.from({ length: callersInFiveMinutes }, (_, index) => caller(index)))
      // The release of a hold is not waited for by the answer.
      await pause(1_000)
    })
    const count = (operation: string) => seen.filter((request) => request.operation === operation).length
    const bookings = count('createBooking')
    // Each booking re-checks its slot once, live; the other questions for free times are misses of the cache.
    const misses = count('getSlots') - bookings
    // Of those a booked call has its share; the others' are not its cost.
    const otherMisses = misses * (1 - booked / callersInFiveMinutes)
    const perBookedCall = (seen.length - otherMisses) / Math.max(1, booked)
    const saved = 1 - misses / reads
    return [
      {
        what: `${callersInFiveMinutes} callers, ${reads} reads, ${booked} bookings: Cal.com requests per booked call`,
        measured: `${perBookedCall.toFixed(2)} (${seen.length} in all)`,
        target: `≤ ${requestsPerBookedCallMax}`,
        ok: booked > 0 && perBookedCall <= requestsPerBookedCallMax,
        numbers: { perBookedCall, requests: seen.length, booked, reads },
      },
      {
        what: 'the same: reads of free times saved by the cache',
        measured: `${(saved * 100).toFixed(0)} %`,
        yardstick: 'the guide: 70 %',
        target: `≥ ${savedMin * 100} %`,
        ok: saved >= savedMin,
        numbers: { saved },
      },
    ]
  } finally {
    await agent.close()
    await server.child.stop()
  }
}

/** The same numbers in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
