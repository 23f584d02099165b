/** How long single answers take: what we add to Cal.com's own time, and what a caller's recognition costs in transactions. */
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { Pool } from 'undici'
import { median, type Part, type Scene, spread } from './report.ts'
import { Agent, knownCaller, nextCaller, nextCallId } from './retell.ts'
import { calcomKey, type Stack } from './stack.ts'

const calcomMs = 20
const uncachedMaxMs = 10
const bookingMaxMs = 40
const initializeMax = 4
const transactionsMax = 2
/** Below the limit of a call. */
const requestsPerCall = 60
const services = ['Herrenhaarschnitt', 'Damenhaarschnitt', 'Bartpflege', 'Beratung']

/** Days from `first` days ahead on which the salon is open (Tuesday to Friday). */
export function openDays(first: number, count: number): string[] {
  const days: string[] = []
  for (let ahead = first; days.length < count; ahead += 1) {
    const day = new Date(Date.now() + ahead * 86_400_000)
    if ([2, 3, 4, 5].includes(day.getUTCDay())) days.push(day.toISOString().slice(0, 10))
  }
  return days
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const startedAt = performance.now()
  const result = await work()
  return [result, performance.now() - startedAt]
}

/** check_availability for days nobody has asked for yet. */
export const uncached: Part = async ({ stack, quick }) => {
  const server = await stack.startServer()
  const agent = new Agent(server.url, 1)
  await stack.calcom.control('latency', { ms: calcomMs })
  try {
    const days = openDays(20, quick ? 15 : 40)
    const wishes = services.flatMap((service) => days.map((date) => ({ service, date, time: '14:00' })))
    const ours: number[] = []
    let callId = ''
    for (const [index, wish] of wishes.entries()) {
      if (index % requestsPerCall === 0) {
        callId = nextCallId()
        // The call is known by now; what it costs to get to know it is measured elsewhere.
        await agent.call('parse_date', { date: 'heute' }, callId)
      }
      const [, ms] = await timed(() => agent.call('check_availability', wish, callId))
      if (index >= 10) ours.push(ms)
    }
    const own = await calcomTimes(stack, days)
    const above = ours.map((ms) => ms - median(own.slots))
    return [
      {
        what: 'check_availability, not cached: time above Cal.com’s own',
        measured: `${spread(above, 1)} ms`,
        yardstick: `Cal.com itself ${median(own.slots).toFixed(1)} ms`,
        target: `median ≤ ${uncachedMaxMs} ms`,
        ok: median(above) <= uncachedMaxMs,
        numbers: { aboveMs: median(above), calcomMs: median(own.slots) },
      },
    ]
  } finally {
    await stack.calcom.control('faults', undefined, 'DELETE')
    await agent.close()
    await server.child.stop()
  }
}

/** start_booking and confirm_booking, one after the other as in a call. */
export const booking: Part = async ({ stack, quick }) => {
  const server = await stack.startServer()
  const agent = new Agent(server.url, 1)
  await stack.calcom.control('latency', { ms: calcomMs })
  try {
    const days = openDays(70, quick ? 12 : 30)
    const own = await calcomTimes(stack, openDays(130, 12))
    const calcomOwnMs = median(own.slots) + median(own.reserve) + median(own.book)
    const both: number[] = []
    let refused = 0
    for (const [index, date] of [...days, ...days].entries()) {
      const callId = nextCallId()
      const from = nextCaller()
      const time = index < days.length ? '10:00' : '15:00'
      await agent.event('call_started', callId, { from_number: from })
      await agent.call('initialize_call', {}, callId, from)
      const wish = { date, time, service: 'Herrenhaarschnitt', customer_name: 'Sabine Müller' }
      const [started, startMs] = await timed(() => agent.call('start_booking', wish, callId, from))
      const [confirmed, confirmMs] = await timed(() =>
        agent.call('confirm_booking', { booking_id: started.booking_id, confirmed: true }, callId, from),
      )
      if (confirmed.success !== true) refused += 1
      else if (index >= 3) both.push(startMs + confirmMs - calcomOwnMs)
    }
    return [
      {
        what: 'start_booking + confirm_booking: time above Cal.com’s own',
        measured: `${spread(both, 1)} ms${refused > 0 ? `, ${refused} refused` : ''}`,
        yardstick: `Cal.com itself ${calcomOwnMs.toFixed(1)} ms`,
        target: `median ≤ ${bookingMaxMs} ms`,
        ok: refused === 0 && median(both) <= bookingMaxMs,
        numbers: { aboveMs: median(both), calcomMs: calcomOwnMs, refused },
      },
    ]
  } finally {
    await stack.calcom.control('faults', undefined, 'DELETE')
    await agent.close()
    await server.child.stop()
  }
}

/** initialize_call for a customer with appointments, after call_started as in every call. */
export const initialize: Part = async (scene) => {
  const { stack, quick } = scene
  const server = await stack.startServer()
  const agent = new Agent(server.url, 1)
  try {
    await giveAppointments(scene, 3)
    const count = quick ? 150 : 500
    const ours: number[] = []
    const empty: number[] = []
    for (let index = 0; index < count; index += 1) {
      const callId = nextCallId()
      await agent.event('call_started', callId)
      const [answer, ms] = await timed(() => agent.call('initialize_call', {}, callId))
      if (answer.customer_recognized !== true || (answer.upcoming_appointments as unknown[]).length < 3)
        throw new Error('the known caller is not recognised with his appointments')
      const [, emptyMs] = await timed(() => stack.database.tenancy.run(1, async () => {}))
      if (index >= 20) {
        ours.push(ms)
        empty.push(emptyMs)
      }
    }
    const warm = await transactionsOf(scene, agent, true)
    const cold = await transactionsOf(scene, agent, false)
    const ratio = median(ours) / median(empty)
    return [
      {
        what: 'initialize_call, known caller with appointments',
        measured: `${spread(ours, 1)} ms; ratio ${ratio.toFixed(1)}`,
        yardstick: `empty tenant transaction ${spread(empty, 1)} ms`,
        target: `median ≤ ${initializeMax} × yardstick`,
        ok: ratio <= initializeMax,
        numbers: { ms: median(ours), emptyMs: median(empty), ratio },
      },
      {
        what: 'the same: transactions, after call_started / overtaking it',
        measured: `${warm} / ${cold}`,
        target: `≤ ${transactionsMax} after call_started`,
        ok: warm <= transactionsMax,
        numbers: { afterEvent: warm, overtaking: cold },
      },
    ]
  } finally {
    await agent.close()
    await server.child.stop()
  }
}

/** Books for the known caller, so that there is something to find. */
async function giveAppointments({ stack }: Scene, count: number): Promise<void> {
  await stack.database.tenancy.run(1, async (tx) => {
    const customer = await tx.customer.findFirstOrThrow({ where: { companyId: 1, phone: knownCaller } })
    const service = await tx.service.findFirstOrThrow({ where: { companyId: 1 } })
    for (let index = 0; index < count; index += 1) {
      const start = new Date(Date.now() + (index + 3) * 86_400_000)
      await tx.appointment.create({
        data: {
          companyId: 1,
          customerId: customer.id,
          serviceId: service.id,
          appointmentDatetime: start,
          endsAt: new Date(start.getTime() + 1_800_000),
          status: 'scheduled',
        },
      })
    }
  })
}

/** Counts one initialize_call's transactions in PostgreSQL's own log, without that of the recorder. */
async function transactionsOf({ stack }: Scene, agent: Agent, afterEvent: boolean): Promise<number> {
  const admin = new Client({ connectionString: stack.adminUrl })
  await admin.connect()
  const setting = async (value: string) => {
    await admin.query(`ALTER SYSTEM SET log_statement = '${value}'`)
    await admin.query('SELECT pg_reload_conf()')
    await pause(300)
  }
  try {
    const callId = nextCallId()
    if (afterEvent) await agent.event('call_started', callId)
    await pause(500)
    await setting('all')
    const before = (await readFile(stack.postgresLog, 'utf8')).length
    await agent.call('initialize_call', {}, callId)
    await pause(700)
    const log = (await readFile(stack.postgresLog, 'utf8')).slice(before)
    const statements = new Map<string, string>()
    let current: string | undefined
    for (const line of log.split('\n')) {
      // A statement of several lines carries the prefix on its first one only.
      const [application, transaction] = line.split('|')
      if (transaction !== undefined) current = application === 'gateway' ? transaction : undefined
      if (current !== undefined) statements.set(current, (statements.get(current) ?? '') + line)
    }
    return [...statements.values()].filter(
      (text) => /set_config/.test(text) && !text.includes('jsonb_to_recordset'),
    ).length
  } finally {
    await setting('none')
    await admin.end()
  }
}

/** Cal.com's own times for the same requests, asked directly over a kept connection. */
async function calcomTimes({ calcom, database }: Stack, days: readonly string[]) {
  const pool = new Pool(calcom.url, { connections: 1 })
  const service = await database.tenancy.run(1, (tx) =>
    tx.service.findFirstOrThrow({ where: { companyId: 1, name: 'Herrenhaarschnitt' } }),
  )
  const eventType = service.calcomEventTypeId
  const ask = async (method: 'GET' | 'POST', path: string, version: string, body?: object) => {
    const [text, ms] = await timed(async () => {
      const response = await pool.request({
        method,
        path: `/v2${path}`,
        headers: {
          authorization: `Bearer ${calcomKey}`,
          'cal-api-version': version,
          'content-type': 'application/json',
        },
        body: body ? JSON.stringify(body) : undefined,
      })
      const answer = await response.body.text()
      if (response.statusCode >= 300)
        throw new Error(`simulator: ${path} answered ${response.statusCode}: ${answer}`)
      return answer
    })
    return { json: JSON.parse(text) as { data: Record<string, Array<{ start: string }>> }, ms }
  }
  const times = { slots: [] as number[], reserve: [] as number[], book: [] as number[] }
  for (const day of days) {
    const end = new Date(Date.parse(day) + 86_400_000).toISOString()
    const slots = await ask(
      'GET',
      `/slots?eventTypeId=${eventType}&start=${day}T00:00:00Z&end=${end}&timeZone=Europe/Berlin`,
      '2024-09-04',
    )
    times.slots.push(slots.ms)
    const start = Object.values(slots.json.data).flat().at(-1)?.start
    if (!start) continue
    const slotStart = new Date(start).toISOString()
    times.reserve.push(
      (await ask('POST', '/slots/reservations', '2024-09-04', { eventTypeId: eventType, slotStart })).ms,
    )
    const attendee = { name: 'Vergleich', email: 'vergleich@example.com', timeZone: 'Europe/Berlin' }
    const other = new Date(Date.parse(start) - 3 * 3_600_000).toISOString()
    times.book.push(
      (await ask('POST', '/bookings', '2024-08-13', { eventTypeId: eventType, start: other, attendee })).ms,
    )
  }
  await pool.close()
  return times
}
