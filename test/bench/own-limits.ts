/** With the limits as they are: who is refused by ourselves, and how long one waits. All other rows lift them. */
import type { Part } from './report.ts'
import { Agent, nextCallId } from './retell.ts'

const callers = 10

function weekday(ahead: number): string {
  const day = new Date(Date.now() + ahead * 86_400_000)
  while (![2, 3, 4, 5].includes(day.getUTCDay())) day.setUTCDate(day.getUTCDate() + 1)
  return day.toISOString().slice(0, 10)
}

/** Ten callers who start and confirm in the same second, under one key. */
export const ownLimits: Part = async ({ stack }) => {
  const server = await stack.startServer({
    CALCOM_REQUESTS_PER_MINUTE: '110',
    CALCOM_REQUESTS_PER_SECOND: '5',
  })
  const agent = new Agent(server.url, callers)
  try {
    const date = weekday(200)
    const wishes = Array.from({ length: callers }, (_, index) => ({
      callId: nextCallId(),
      from: `+4915112340${String(100 + index)}`,
      customer_name: `Anna ${['Albers', 'Behrens', 'Clausen', 'Dierks', 'Ehlers', 'Franzen', 'Gerdes', 'Harms', 'Iversen', 'Janssen'][index]}`,
      time: `${String(9 + Math.floor(index / 2)).padStart(2, '0')}:${index % 2 === 0 ? '00' : '30'}`,
    }))
    for (const { callId, from } of wishes) await agent.call('parse_date', { date: 'heute' }, callId, from)
    const began = performance.now()
    const done = await Promise.all(
      wishes.map(async ({ callId, from, ...wish }) => {
        const args = { ...wish, date, service: 'Herrenhaarschnitt' }
        const started = await agent.call('start_booking', args, callId, from)
        if (!started.success) return { success: false, ms: performance.now() - began }
        const confirm = { booking_id: started.booking_id, confirmed: true }
        const { success } = await agent.call('confirm_booking', confirm, callId, from)
        return { success, ms: performance.now() - began }
      }),
    )
    const booked = done.filter(({ success }) => success).length
    const longestMs = Math.max(...done.map(({ ms }) => ms))
    return [
      {
        what: `${callers} callers book in the same second, under our own limits (5 a second, 110 a minute): booked`,
        measured: `${booked}, the last after ${(longestMs / 1000).toFixed(1)} s`,
        target: `${callers}`,
        ok: booked === callers,
        numbers: { booked, longestMs },
      },
    ]
  } finally {
    await agent.close()
    await server.child.stop()
  }
}
