/** One phone call as the field has it: nine requests from call_inbound to call_analyzed, with a booking. */
import { type Agent, nextCaller, nextCallId } from './retell.ts'

export const requestsPerCall = 9

/** A time that may be booked: open days from 20 days ahead on, on the half hour. */
export class Times {
  #next = 0

  take(): { date: string; time: string } {
    const perDay = 14
    for (;;) {
      const index = this.#next
      this.#next += 1
      const day = new Date(Date.now() + (20 + (Math.floor(index / perDay) % 150)) * 86_400_000)
      if (![2, 3, 4, 5].includes(day.getUTCDay())) continue
      const minute = 10 * 60 + (index % perDay) * 30
      const time = `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}`
      return { date: day.toISOString().slice(0, 10), time }
    }
  }
}

/** Plays it. True: the appointment was made. */
export async function playCall(agent: Agent, times: Times): Promise<boolean> {
  const callId = nextCallId()
  const from = nextCaller()
  await agent.event('call_inbound', callId, { from_number: from })
  await agent.event('call_started', callId, { from_number: from })
  await agent.call('initialize_call', {}, callId, from)
  const wish = { ...times.take(), service: 'Herrenhaarschnitt' }
  const free = await agent.call('check_availability', wish, callId, from)
  const [other] = (free.alternatives ?? []) as Array<{ date: string; time: string }>
  const chosen = free.available === true || !other ? wish : { ...wish, date: other.date, time: other.time }
  const started = await agent.call(
    'start_booking',
    { ...chosen, customer_name: 'Sabine Müller' },
    callId,
    from,
  )
  const done = await agent.call(
    'confirm_booking',
    { booking_id: started.booking_id, confirmed: true },
    callId,
    from,
  )
  await agent.call('get_customer_appointments', {}, callId, from)
  const ended = {
    from_number: from,
    call_status: 'ended',
    end_timestamp: Date.now(),
    disconnection_reason: 'user_hangup',
  }
  await agent.event('call_ended', callId, { ...ended, call_cost: { combined_cost: 14.28 } })
  await agent.event('call_analyzed', callId, {
    ...ended,
    call_analysis: { call_summary: 'Termin vereinbart.', user_sentiment: 'Positive', call_successful: true },
  })
  return done.success === true
}
