/**
 * Everything we lean on, slow, wrong and gone, against everything we do: each cell answers in its time, in words, with the status the
 * sender needs; it recovers without a restart; and what was acknowledged is there afterwards.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import { afterEach, describe, inject, test } from 'vitest'
import { runningClock } from '../helpers/clock.ts'
import type { Answer, TestGateway } from '../helpers/gateway.ts'
import { newCallId, startGateway } from '../helpers/gateway.ts'
import { ownRedisAvailable, startOwnRedis } from '../helpers/redis.ts'
import { startTcpProxy, type TcpProxy } from '../helpers/tcp-proxy.ts'
import { sendWebhook } from '../helpers/webhooks.ts'
import { long, Tally } from './tally.ts'

const deadlines = {
  READ_DEADLINE_MS: '700',
  STALE_DEADLINE_MS: '400',
  START_BOOKING_DEADLINE_MS: '1000',
  WRITE_DEADLINE_MS: '2500',
}
/** What an answer may take above its deadline: database waits, and a machine that runs other tests. */
const slackMs = 4_000

const closing: Array<() => Promise<unknown>> = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

type Operation = 'read' | 'booking' | 'cancel' | 'event' | 'webhook' | 'health'
const operations: Operation[] = ['read', 'booking', 'cancel', 'event', 'webhook', 'health']

/** What one cell did, and what it must therefore find afterwards. */
interface Outcome {
  status: number
  tookMs: number
  body: string
  answer: Partial<Answer>
  /** Looks whether what was acknowledged or promised is true now. */
  stands(): Promise<boolean>
}

interface Scene {
  call: { callId: string; from: string }
  appointmentUid: string
  day: string
  index: number
}

let scenes = 0
const days = [
  '1.12.',
  '2.12.',
  '3.12.',
  '4.12.',
  '8.12.',
  '9.12.',
  '10.12.',
  '11.12.',
  '15.12.',
  '16.12.',
  '17.12.',
  '18.12.',
  '22.12.',
  '23.12.',
  '29.12.',
  '30.12.',
  '5.1.',
  '7.1.',
  '8.1.',
  '12.1.',
  '13.1.',
  '14.1.',
  '15.1.',
]

/** A caller with a booked appointment and an open draft, before the fault. */
async function prepare(gateway: TestGateway): Promise<Scene> {
  const succeeds = async (name: string, args: object, call: { callId: string; from: string }) => {
    for (let tries = 1; ; tries += 1) {
      const answer = await gateway.call(name, { ...args, service: 'Herrenhaarschnitt' }, call)
      if (answer.success) return answer
      if (tries === 5) throw new Error(`not prepared: ${JSON.stringify(answer)}`)
      gateway.clock.advance(61_000)
    }
  }
  const index = scenes++
  const day = days[index % days.length]!
  const call = { callId: newCallId(), from: `+4915166${String(600_000 + index)}` }
  const before = { name: 'Fritz Vorher', date: day, time: '10:00' }
  const booked = await succeeds('book_appointment', before, { ...call, callId: newCallId() })
  await succeeds('start_booking', { name: 'Fritz Nachher', date: day, time: '15:00' }, call)
  return { call, appointmentUid: String(booked.calcom_uid), day, index }
}

const live = (gateway: TestGateway) =>
  gateway.simulator.control.bookings().filter(({ status }) => status === 'accepted')

async function perform(gateway: TestGateway, operation: Operation, scene: Scene): Promise<Outcome> {
  const startedAt = performance.now()
  const send = (name: string, args: object, call: { callId: string; from: string }) =>
    gateway.send('/api/webhooks/retell/function', {
      name,
      args,
      call: {
        call_id: call.callId,
        call_type: 'phone_call',
        agent_id: 'agent_demo_salon',
        from_number: call.from,
        to_number: '+493023125001',
        direction: 'inbound',
      },
    })
  const sending = {
    read: () => send('check_availability', { date: scene.day, service: 'Damenhaarschnitt' }, scene.call),
    booking: () => send('confirm_booking', { confirmed: true }, scene.call),
    cancel: () =>
      send(
        'cancel_appointment',
        { name: 'Fritz Vorher', date: scene.day, time: '10:00' },
        { ...scene.call, callId: newCallId() },
      ),
    event: () => gateway.event('call_ended', { ...scene.call, transcript: `Mitschrift ${scene.index}` }),
    webhook: () =>
      sendWebhook(gateway, {
        triggerEvent: 'BOOKING_CREATED',
        createdAt: gateway.clock.now().toISOString(),
        payload: {
          uid: `fremd${scene.index}`,
          bookingId: 90_000 + scene.index,
          eventTypeId: 2563102,
          startTime: '2027-02-02T10:00:00Z',
          endTime: '2027-02-02T11:00:00Z',
          attendees: [{ name: 'Web Gast', email: 'web@gast-post.de', timeZone: 'Europe/Berlin' }],
        },
      }),
    health: () => gateway.app.inject('/api/health/calcom'),
  }
  const response = await sending[operation]()
  const tookMs = performance.now() - startedAt
  const answer = response.json<Partial<Answer>>()
  const inSalon = gateway.database.tenancy
  const checks: Record<Operation, () => Promise<boolean>> = {
    read: async () => true,
    health: async () => true,
    booking: async () => {
      const bookings = live(gateway).filter(
        ({ metadata }) => (metadata as Record<string, string>).call_id === scene.call.callId,
      )
      const rows = await inSalon.run(1, (tx) =>
        tx.appointment.count({ where: { companyId: 1, callId: scene.call.callId, status: 'scheduled' } }),
      )
      if (answer.success === true) return bookings.length === 1 && rows === 1
      return (
        bookings.length === rows &&
        bookings.length <= 1 &&
        !/gebucht|bestätigt/i.test(answer.message?.replace(/nicht (gebucht|bestätigt)/g, '') ?? '')
      )
    },
    cancel: async () => {
      const there = live(gateway).some(({ uid }) => uid === scene.appointmentUid)
      // Noted is a promise: once the jobs have run it is kept.
      return answer.success === true || answer.status === 'cancel_pending' ? !there : true
    },
    event: async () => {
      if (response.statusCode !== 200) return true
      const call = await inSalon.run(1, (tx) =>
        tx.call.findFirst({ where: { retellCallId: scene.call.callId } }),
      )
      return call?.transcript === `Mitschrift ${scene.index}`
    },
    webhook: async () =>
      response.statusCode !== 200 ||
      (await inSalon.asSystem((tx) =>
        tx.webhookEvent.count({ where: { dedupeKey: { contains: `fremd${scene.index}:` } } }),
      )) === 1,
  }
  return { status: response.statusCode, tookMs, body: response.body, answer, stands: checks[operation] }
}

const budgetMs: Record<Operation, number> = {
  read: 700,
  booking: 2_500,
  cancel: 2_500,
  event: 2_000,
  webhook: 2_000,
  health: 2_500,
}

interface Fault {
  name: string
  strike(): Promise<void> | void
  heal(): Promise<void> | void
  /** What is wrong with an outcome beyond its time; null when all is well. */
  judge(operation: Operation, outcome: Outcome): string | null
}

/** A spoken refusal: German words that lead on. */
const leadsOn = ({ answer }: Outcome) =>
  typeof answer.message === 'string' && answer.message.length > 10 && answer.success === false

async function matrix(gateway: TestGateway, faults: Fault[]): Promise<void> {
  const tally = new Tally('fault cells')
  const promises = new Tally('promises checked')
  const outcomes: Array<[string, Outcome]> = []
  for (const fault of faults) {
    const prepared = [await prepare(gateway), await prepare(gateway)]
    await gateway.settle()
    await fault.strike()
    // Two callers: one reads and books, the other cancels, so that no cell waits for another's row.
    const cells = operations.map(
      async (operation) =>
        [operation, await perform(gateway, operation, prepared[operation === 'cancel' ? 1 : 0]!)] as const,
    )
    const done = await Promise.all(cells)
    await fault.heal()
    for (const [operation, outcome] of done) {
      const cell = `${fault.name} × ${operation}`
      const wrong =
        outcome.tookMs > budgetMs[operation] + slackMs
          ? `took ${Math.round(outcome.tookMs)} ms`
          : fault.judge(operation, outcome)
      tally.tried(`${cell}: ${wrong} (HTTP ${outcome.status} ${outcome.body.slice(0, 300)})`, wrong === null)
      outcomes.push([cell, outcome])
    }
    promises.tried(`${fault.name}: does not recover by itself`, await recovers(gateway))
  }
  gateway.clock.advance(30 * 60_000)
  await gateway.database.tenancy.asSystem(async (tx) => {
    for (const job of ['settle_leases', 'sync_to_calcom', 'reconcile'])
      await tx.$executeRaw`SELECT gateway_enqueue_job(${job}, '{}'::json, NULL, NULL, NULL)`
  })
  for (let round = 0; round < 3; round += 1) {
    await gateway.settle()
    gateway.clock.advance(120_000)
  }
  for (const [cell, outcome] of outcomes)
    promises.tried(`${cell}: what was said is not so (${outcome.body.slice(0, 300)})`, await outcome.stands())
  promises.expectNoneThrough(faults.length * (operations.length + 1))
  tally.expectNoneThrough(faults.length * operations.length)
}

/** Serves a call again, without a restart; the breaker's minute may have to pass. */
async function recovers(gateway: TestGateway): Promise<boolean> {
  for (let tries = 0; tries < 40; tries += 1) {
    gateway.clock.advance(tries % 8 === 1 ? 61_000 : 0)
    const scene = { callId: newCallId(), from: '+4915177712345' }
    const response = await gateway.send('/api/webhooks/retell/function', {
      name: 'find_next_available',
      args: { service: 'Bartpflege', from_date: days[tries % days.length] },
      call: { call_id: scene.callId, from_number: scene.from, to_number: '+493023125001' },
    })
    const health = await gateway.app.inject('/api/health/calcom')
    if (
      response.statusCode === 200 &&
      response.json<Answer>().success &&
      !response.json<Answer>().warning &&
      health.json<{ status: string }>().status === 'healthy'
    )
      return true
    await pause(150)
  }
  return false
}

const some = (faults: Fault[], ...names: string[]) =>
  long ? faults : faults.filter(({ name }) => names.some((part) => name.includes(part)))

describe('Cal.com', () => {
  const judge: Fault['judge'] = (operation, outcome) => {
    if (outcome.status !== 200) return 'status'
    if (operation === 'read')
      return outcome.answer.success === true ||
        (leadsOn(outcome) && outcome.answer.fallback === 'callback_request')
        ? null
        : 'no way on'
    if (operation === 'booking' || operation === 'cancel')
      return outcome.answer.success === true || leadsOn(outcome) ? null : 'no way on'
    return null
  }
  test('slow, hanging, failing, garbled, limiting', { timeout: 300_000 }, async () => {
    const gateway = await startGateway({ clock: runningClock(), environment: deadlines })
    closing.push(() => gateway.close())
    const { control } = gateway.simulator
    const heal = () => {
      control.clearFaults()
      control.setLatency(0)
    }
    const rule = (name: string, fault: Parameters<typeof control.addFault>[0]): Fault => ({
      name,
      strike: () => control.addFault(fault),
      heal,
      judge,
    })
    await matrix(
      gateway,
      some(
        [
          { name: 'Cal.com slow', strike: () => control.setLatency(900), heal, judge },
          rule('Cal.com hanging', { operation: '*', effect: 'hang', times: null }),
          rule('Cal.com hanging after its work', {
            operation: '*',
            effect: 'hang',
            phase: 'after',
            times: null,
          }),
          rule('Cal.com 500', { operation: '*', effect: 'error', status: 500, times: null }),
          rule('Cal.com 503 after its work', {
            operation: '*',
            effect: 'error',
            status: 503,
            phase: 'after',
            times: null,
          }),
          rule('Cal.com garbage', { operation: '*', effect: 'garbage', times: null }),
          rule('Cal.com truncated', { operation: '*', effect: 'truncate', times: null }),
          rule('Cal.com reset', { operation: '*', effect: 'reset', times: null }),
          rule('Cal.com 429', {
            operation: '*',
            effect: 'error',
            status: 429,
            headers: { 'retry-after': '1' },
            times: null,
          }),
        ],
        'hanging after',
        '500',
      ),
    )
  })

  test('without a TLS that works', { timeout: 120_000 }, async () => {
    if (!long) return
    const plain = await startGateway({ clock: runningClock(), environment: deadlines })
    closing.push(() => plain.close())
    const proxy = await startTcpProxy(plain.simulator.port)
    closing.push(() => proxy.close())
    const gateway = await startGateway({
      clock: runningClock(),
      environment: { ...deadlines, CALCOM_BASE_URL: `https://127.0.0.1:${proxy.port}/v2` },
    })
    closing.push(() => gateway.close())
    const tally = new Tally('fault cells')
    const scene = {
      call: { callId: newCallId(), from: '+4915166999999' },
      appointmentUid: '',
      day: '1.12.',
      index: 9_999,
    }
    for (const operation of operations) {
      const outcome = await perform(gateway, operation, scene)
      const wrong = outcome.tookMs > budgetMs[operation] + slackMs ? 'late' : judge(operation, outcome)
      tally.tried(
        `TLS × ${operation}: ${wrong} ${outcome.status} ${outcome.body.slice(0, 200)}`,
        wrong === null,
      )
    }
    tally.expectNoneThrough(6)
  })
})

describe.skipIf(!ownRedisAvailable)('Redis', () => {
  test('gone, frozen, slow, read-only, restarted: nobody on the phone notices', {
    timeout: 300_000,
  }, async () => {
    let redis = await startOwnRedis()
    closing.push(() => redis.stop())
    const proxy = await startTcpProxy(redis.port)
    closing.push(() => proxy.close())
    const gateway = await startGateway({
      clock: runningClock(),
      environment: { ...deadlines, REDIS_URL: `redis://127.0.0.1:${proxy.port}` },
    })
    closing.push(() => gateway.close())
    const heal = () => proxy.set('open')
    const judge: Fault['judge'] = (operation, outcome) =>
      outcome.status !== 200
        ? 'status'
        : ['read', 'booking', 'cancel'].includes(operation) && outcome.answer.success !== true
          ? 'not served'
          : null
    const command = async (...words: [string, ...string[]]) => {
      const client = new Redis(redis.url)
      await client.call(...words)
      client.disconnect()
    }
    await matrix(
      gateway,
      some(
        [
          { name: 'Redis gone', strike: () => proxy.set('gone'), heal, judge },
          {
            name: 'Redis frozen',
            strike: () => proxy.set('frozen'),
            heal: () => {
              proxy.set('open')
              proxy.cut()
            },
            judge,
          },
          { name: 'Redis slow', strike: () => proxy.set({ delayMs: 200 }), heal, judge },
          {
            name: 'Redis read-only',
            strike: () => command('REPLICAOF', '127.0.0.1', '1'),
            heal: () => command('REPLICAOF', 'NO', 'ONE'),
            judge,
          },
          {
            name: 'Redis restarted',
            async strike() {
              const { port } = redis
              await redis.stop()
              redis = await startOwnRedis(port)
            },
            heal: () => {},
            judge,
          },
        ],
        'gone',
        'read-only',
      ),
    )
  })
})

describe('PostgreSQL', () => {
  test('gone, frozen, slow, out of connections, restarted', { timeout: 300_000 }, async () => {
    let proxy: TcpProxy | undefined
    const target = { url: '' }
    const gateway = await startThroughProxy((url, made) => {
      target.url = url
      proxy = made
    })
    closing.push(() => gateway.close())
    closing.push(async () => proxy?.close())
    const heal = () => proxy?.set('open')
    const down: Fault['judge'] = (operation, outcome) => {
      if (operation === 'health') return outcome.status === 503 ? null : 'status'
      if (operation === 'event' || operation === 'webhook')
        return outcome.status === 500 ? null : 'an event that is not stored was acknowledged'
      return outcome.status === 200 && (outcome.answer.success === true || leadsOn(outcome))
        ? null
        : 'no way on'
    }
    const shaken: Fault['judge'] = (operation, outcome) => {
      if (operation === 'health') return null
      // An event that could not be stored is sent again; a function call is spoken about, whatever happened.
      const isStored = operation === 'event' || operation === 'webhook'
      return outcome.status === 200 || (isStored && outcome.status === 500) ? null : 'status'
    }
    await matrix(
      gateway,
      some(
        [
          { name: 'PostgreSQL gone', strike: () => proxy?.set('gone'), heal, judge: down },
          {
            name: 'PostgreSQL frozen',
            strike: () => proxy?.set('frozen'),
            heal: () => {
              proxy?.set('open')
              proxy?.cut()
            },
            judge: (operation, outcome) =>
              operation === 'event' || operation === 'webhook'
                ? outcome.status >= 500
                  ? null
                  : 'acknowledged'
                : shaken(operation, outcome),
          },
          { name: 'PostgreSQL slow', strike: () => proxy?.set({ delayMs: 25 }), heal, judge: shaken },
          {
            name: 'PostgreSQL out of connections',
            strike: () => proxy?.set({ answer: tooManyClients }),
            heal,
            judge: down,
          },
          {
            name: 'PostgreSQL restarted',
            async strike() {
              const client = new Client({ connectionString: target.url })
              await client.connect()
              await client.query(
                'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE $1',
                ['gateway%'],
              )
              await client.end()
            },
            heal: () => {},
            judge: shaken,
          },
        ],
        'gone',
        'restarted',
      ),
    )
  })
})

/** PostgreSQL's own refusal: FATAL 53300. */
const tooManyClients = (() => {
  const fields = Buffer.from('SFATAL\0VFATAL\0C53300\0Msorry, too many clients already\0\0')
  const head = Buffer.alloc(5)
  head.write('E')
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
})()

async function startThroughProxy(made: (url: string, proxy: TcpProxy) => void): Promise<TestGateway> {
  const proxy = await startTcpProxy(Number(new URL(inject('postgres').adminUrl).port || 5432))
  return startGateway({
    clock: runningClock(),
    environment: deadlines,
    databaseAddress(url) {
      made(url, proxy)
      const address = new URL(url)
      address.hostname = '127.0.0.1'
      address.port = String(proxy.port)
      return address.href
    },
  })
}
