/**
 * One phone call as Retell would make it: signed requests over HTTP, printed as a conversation with timings. At the end it
 * looks into PostgreSQL and the simulated Cal.com and says whether the appointment really exists.
 */
import { createHmac, randomBytes, randomInt } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { openDatabase } from '../db/database.ts'
import { addDays, type LocalDay, localDayOf, sayDay, weekdayOf } from '../german/index.ts'
import type { Simulator } from '../simulator/simulator.ts'

export interface DemoCall {
  address: string
  /** Signs the requests as Retell does. */
  apiKey: string
  now(): Date
  databaseUrl: string
  simulator: Simulator
}

type Answer = Record<string, unknown>

const salon = '+493023125001'
const zone = 'Europe/Berlin'
const trackedWithinMs = 5_000

/** Plays the call. Returns true only if it ended with a booked appointment in both places, and every function call was recorded. */
export async function playCall(demo: DemoCall): Promise<boolean> {
  // Somebody else each time: who called yesterday has the appointment already, and would be asked about it.
  const caller = `+49151${randomInt(10_000_000, 100_000_000)}`
  const callId = `call_${randomBytes(13).toString('hex')}`
  const call = {
    call_id: callId,
    call_type: 'phone_call',
    agent_id: 'agent_demo_salon',
    from_number: caller,
    to_number: salon,
    direction: 'inbound',
    call_status: 'ongoing',
    start_timestamp: demo.now().getTime(),
  }
  let functionCalls = 0
  const event = (name: string, more: Answer = {}) =>
    send(demo, '/api/webhooks/retell', `Retell   → ${name}`, { event: name, call: { ...call, ...more } })
  const ask = (name: string, args: Answer) => {
    functionCalls += 1
    return send(demo, '/api/webhooks/retell/function', `Agent    → ${name} ${JSON.stringify(args)}`, {
      name,
      args,
      call,
    })
  }

  await send(demo, '/api/webhooks/retell', 'Retell   → call_inbound', {
    event: 'call_inbound',
    call_inbound: { call_id: callId, agent_id: call.agent_id, from_number: caller, to_number: salon },
  })
  await event('call_started')
  await ask('initialize_call', {})
  const wish = { datum: sayDay(openDay(demo.now()), localDayOf(demo.now(), zone)), uhrzeit: 'halb drei' }
  say('Anruferin', `Guten Tag, ich hätte gern einen Damenhaarschnitt, ${wish.datum} um halb drei.`)
  const free = await ask('check_availability', { ...wish, dienstleistung: 'Damen Haarschnitt' })
  const [other] = (free.alternatives ?? []) as Array<{ date: string; time: string }>
  const chosen = free.available === true || !other ? wish : { datum: other.date, uhrzeit: other.time }
  say('Anruferin', 'Ja, sehr gern. Mein Name ist Erika Sommer.')
  const started = await ask('start_booking', {
    ...chosen,
    service: 'Damenhaarschnitt',
    customer_name: 'Erika Sommer',
  })
  say('Anruferin', 'Ja, bitte.')
  const confirmed = await ask('confirm_booking', { booking_id: started.booking_id, confirmed: true })
  say('Anruferin', 'Vielen Dank, auf Wiederhören.')
  const ended = {
    call_status: 'ended',
    end_timestamp: demo.now().getTime(),
    disconnection_reason: 'user_hangup',
  }
  await event('call_ended', { ...ended, call_cost: { combined_cost: 14.28 } })
  await event('call_analyzed', {
    ...ended,
    transcript: 'Agent: Salon Sonnenschein, guten Tag.\nUser: Ich hätte gern einen Damenhaarschnitt.\n',
    call_analysis: { call_summary: 'Termin vereinbart.', user_sentiment: 'Positive', call_successful: true },
  })
  return verify(demo, callId, confirmed, functionCalls)
}

async function verify(
  demo: DemoCall,
  callId: string,
  confirmed: Answer,
  functionCalls: number,
): Promise<boolean> {
  const booking = demo.simulator.control
    .bookings()
    .find((one) => one.metadata?.call_id === callId && one.status === 'accepted')
  const database = await openDatabase({
    url: demo.databaseUrl,
    poolMax: 1,
    applicationName: 'gateway-demo',
    requireRestrictedLogin: false,
  })
  try {
    const appointment = await database.tenancy.run(1, (tx) =>
      tx.appointment.findFirst({ where: { companyId: 1, callId } }),
    )
    const recorded = async () => {
      const session = await database.tenancy.run(1, (tx) =>
        tx.retellCallSession.findFirst({ where: { callId } }),
      )
      return Array.isArray(session?.functionCalls) ? session.functionCalls.length : 0
    }
    const giveUpAt = performance.now() + trackedWithinMs
    while ((await recorded()) < functionCalls && performance.now() < giveUpAt) await pause(50)
    const tracked = await recorded()
    const ok =
      confirmed.success === true &&
      appointment !== null &&
      appointment.status === 'scheduled' &&
      appointment.calcomUid === booking?.uid &&
      tracked === functionCalls
    console.log(
      `\nPostgreSQL: ${appointment ? `appointment ${appointment.id}, ${appointment.status}` : 'no appointment'}`,
    )
    console.log(`Cal.com:    ${booking ? `booking ${booking.uid}, ${booking.status}` : 'no booking'}`)
    console.log(`Recorded:   ${tracked} of ${functionCalls} function calls`)
    console.log(
      ok ? 'The call ended with a booked appointment.' : 'The call did NOT end with a booked appointment.',
    )
    return ok
  } finally {
    await database.close()
  }
}

/** A weekday (Tuesday to Friday) at least two days ahead. */
function openDay(now: Date): LocalDay {
  let day = addDays(localDayOf(now, zone), 2)
  while (![2, 3, 4, 5].includes(weekdayOf(day))) day = addDays(day, 1)
  return day
}

async function send(demo: DemoCall, path: string, title: string, body: Answer): Promise<Answer> {
  const raw = JSON.stringify(body)
  const timestamp = Date.now()
  const digest = createHmac('sha256', demo.apiKey).update(raw).update(String(timestamp)).digest('hex')
  const startedAt = performance.now()
  const response = await fetch(`${demo.address}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-retell-signature': `v=${timestamp},d=${digest}` },
    body: raw,
  })
  const answer = (await response.json()) as Answer
  const elapsed = `${Math.round(performance.now() - startedAt)} ms`
  console.log(`${elapsed.padStart(7)}  ${title}`)
  if (!response.ok) console.log(`         HTTP ${response.status}`)
  if (typeof answer.message === 'string') say('Agent', answer.message)
  return answer
}

function say(who: string, words: string): void {
  console.log(`         ${who}: „${words}“`)
}
