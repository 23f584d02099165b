/**
 * A Redis that others write to. Under every key that the gateway wrote during a call, and into every channel it listens on, lies something
 * else before each step of the call: the process lives, every answer leads on, and nothing of another company comes out.
 */
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, newCallId, salon } from '../helpers/gateway.ts'
import { ownRedisAvailable, startOwnRedis } from '../helpers/redis.ts'
import { long, Tally } from './tally.ts'
import { practice, startTwoCompanies, type TwoCompanies, victim } from './two-companies.ts'

type Put = (redis: Redis, key: string) => Promise<unknown>
const inADay = Date.parse('2026-11-25T08:00:00Z')
const raw =
  (value: string | Buffer): Put =>
  (redis, key) =>
    redis.set(key, value)
/** In the cache's own form, so that only the value itself is wrong. */
const packed = (json: string): Put => raw(`${inADay}|${json}`)
const value = (json: unknown): Put => packed(JSON.stringify(json))
const typed =
  (command: string, ...args: (string | number)[]): Put =>
  // One transaction: the gateway writes at any moment, and what it wrote in between would refuse a command for another type.
  async (redis, key) => {
    const both = redis
      .multi()
      .del(key)
      .call(command, key, ...args)
    for (const [error] of (await both.exec()) ?? []) if (error) throw error
  }

const otherContext = (callId: string) => ({
  callId,
  companyId: practice.companyId,
  branchId: null,
  phoneNumberId: null,
  customerId: 1,
  agentId: practice.agent,
  fromNumber: victim.phone,
  toNumber: practice.number,
  direction: 'inbound',
  timeZone: 'Mars/Phobos',
})

const values: readonly [what: string, put: Put][] = [
  ['garbage', raw('garbage')],
  ['a bare number', raw('5')],
  ['nothing', raw('')],
  ['bytes', raw(Buffer.from([0, 255, 254, 124, 128, 7]))],
  ['an expiry alone', raw(`${inADay}|`)],
  ['an endless expiry', raw('1e400|[1]')],
  ['a huge text', raw('x'.repeat(300_000))],
  ['a list', typed('RPUSH', 'garbage', '99999999999999999', '-1')],
  ['a hash', typed('HSET', 'a', 'b')],
  ['an ordered set', typed('ZADD', '+inf', 'x', '-inf', 'y', '99999999999999', 'z')],
  ['half a JSON text', packed('{"slots":[')],
  ['a number', value(5)],
  ['null', value(null)],
  ['true', value(true)],
  ['a text', value('garbage')],
  ['a list of one', value([1])],
  ['a list of another company’s ids', value(Array.from({ length: 40 }, (_, index) => index + 1))],
  ['an empty object', value({})],
  [
    'a prototype',
    packed('{"__proto__":{"companyId":2,"offers":[],"slots":[]},"constructor":{"prototype":1}}'),
  ],
  ['deep nesting', packed(`${'['.repeat(20_000)}${']'.repeat(20_000)}`)],
  ['a huge string', value('y'.repeat(200_000))],
  [
    'offers without times',
    value({ offers: [{ serviceId: 1, source: 'day', wish: '', atMs: inADay }], refused: [] }),
  ],
  [
    'offers of no time at all',
    value({
      offers: [{ serviceId: 1, source: 'day', wish: '', atMs: inADay, starts: [8.7e15, -1, 1e300] }],
      refused: [1e300],
    }),
  ],
  ['holds of no time at all', value([{ eventTypeId: 'x', start: 'soon', until: 'later', uid: {} }])],
  [
    'holds outside of the calendar',
    value([
      { eventTypeId: 2563193, start: '+275760-09-13T00:00:00.001Z', until: '9999-99-99', uid: '../../../me' },
    ]),
  ],
  ['a day of no time at all', value({ slots: [1e300, null, 'x'], fetchedAtMs: inADay, generation: null })],
  ['a day fetched in the future', value({ slots: [inADay], fetchedAtMs: inADay * 2, generation: 7 })],
  [
    'the context of another company',
    (redis, key) => value(otherContext(key.split(':')[1] ?? ''))(redis, key),
  ],
]

const messages = [
  'garbage',
  '5',
  'null',
  '[1]',
  '{}',
  '',
  '{"__proto__":{"key":"calcom:default"}}',
  '['.repeat(50_000),
  'x'.repeat(300_000),
  JSON.stringify({ origin: 'o', key: 'calcom:default', signal: null }),
  JSON.stringify({ origin: 'o', key: 'calcom:default', signal: { state: 'open' } }),
  JSON.stringify({ origin: 'o', key: 'calcom:default', signal: { state: 'open', forMs: 1e15 } }),
  JSON.stringify({ origin: 'o', key: 'calcom:default', signal: { state: 'open', forMs: '60000' } }),
  JSON.stringify({ origin: 'o', key: 'calcom:default', signal: { state: ['closed'] } }),
  JSON.stringify({ origin: { toString: 1 }, key: ['calcom:default'], signal: { state: 'open', forMs: -1 } }),
]

const steps: readonly [name: string, args: Record<string, unknown>][] = [
  ['initialize_call', {}],
  ['check_availability', { date: '27.11.2026', service: 'Herrenhaarschnitt' }],
  ['get_alternatives', { date: '27.11.2026', time: '10:00', service: 'Herrenhaarschnitt' }],
  ['start_booking', { name: 'Max Redlich', date: '27.11.2026', time: '11:00', service: 'Herrenhaarschnitt' }],
  ['find_next_available', { service: 'Herrenhaarschnitt' }],
  ['confirm_booking', { confirmed: true }],
  ['get_customer_appointments', {}],
  ['reschedule_appointment', { new_date: '28.11.2026', new_time: '10:00' }],
  ['cancel_appointment', {}],
]

describe.skipIf(!ownRedisAvailable)('a Redis that others write to', () => {
  let world: TwoCompanies
  let server: Awaited<ReturnType<typeof startOwnRedis>>
  let redis: Redis
  const tally = new Tally('attacks tried')
  const seen = new Set<string>()
  let calls = 0

  beforeAll(async () => {
    server = await startOwnRedis()
    world = await startTwoCompanies({ environment: { REDIS_URL: server.url } })
    redis = new Redis(server.url)
  })
  afterAll(async () => {
    redis?.disconnect()
    await world?.close()
    await server?.stop()
  })

  async function poison(put: Put, callId: string, message: string): Promise<void> {
    const keys = await redis.keys('*')
    for (const key of keys) seen.add(family(key))
    const more = ['context', 'offers', 'holds'].map((part) => `call:${callId}:${part}`)
    const proven = `company:${salon.companyId}:call:${callId}:proven`
    for (const key of new Set([...keys, ...more, proven])) await put(redis, key)
    for (const channel of (await redis.call('PUBSUB', 'CHANNELS')) as string[]) {
      seen.add(channel)
      await redis.publish(channel, message)
    }
  }

  /** A whole call; before each of its steps everything in Redis is replaced. */
  async function attackedCall(what: string, put: Put): Promise<void> {
    calls += 1
    const call = { callId: newCallId(), from: `+49151240${String(10_000 + calls)}`, to: salon.mitte }
    for (const [index, [name, args]] of steps.entries()) {
      await poison(put, call.callId, messages[(calls + index) % messages.length]!)
      const answer = await world.call(name, args, call)
      tally.tried(`${what} before ${name}: ${JSON.stringify(answer)}`, isHarmless(answer))
    }
  }

  const isHarmless = (answer: Answer) =>
    answer.error !== 'technical_error' &&
    answer.message.length > 0 &&
    ![victim.name, victim.phone, victim.email, 'Wurzelbehandlung'].some((secret) =>
      JSON.stringify(answer).includes(secret),
    )

  test('every kind of nonsense under every key, in every channel, before every step of a call', async () => {
    for (const [what, put] of values) await attackedCall(what, put)
    tally.expectNoneThrough(values.length * steps.length)
    // Otherwise this would test less than it says.
    for (const kind of [
      'offers',
      'holds',
      'availability',
      'availability-generation',
      'budget',
      'gateway:breaker',
    ])
      expect([...seen]).toContain(kind)
  }, 120_000)

  test('any JSON at all', async () => {
    const samples = fc.sample(fc.jsonValue({ maxDepth: 4 }), { seed: 11, numRuns: long ? 150 : 8 })
    for (const sample of samples) await attackedCall(JSON.stringify(sample).slice(0, 80), value(sample))
    tally.expectNoneThrough(samples.length * steps.length)
  }, 300_000)

  test('a context that somebody wrote for a call opens no other company’s data', async () => {
    for (const withCall of [true, false]) {
      const callId = newCallId()
      await value(otherContext(callId))(redis, `call:${callId}:context`)
      const answer = withCall
        ? await world.call('get_customer_appointments', {}, { callId, to: salon.mitte })
        : (
            await world.send('/api/retell/get-customer-appointments', { args: { call_id: callId } })
          ).json<Answer>()
      tally.tried(JSON.stringify(answer), isHarmless(answer))
    }
    tally.expectNoneThrough(2)
  })

  test('misfits are counted, and told once a kind without their content', async () => {
    const told = world.lines.filter((line) => line.includes('not what it should be'))
    const kinds = told.map((line) => (JSON.parse(line) as { kind: string }).kind)
    expect(kinds.length).toBeGreaterThan(3)
    expect(new Set(kinds).size).toBe(kinds.length)
    expect(told.join()).not.toMatch(/garbage|yyyy|Mars/)
    const metrics = await world.app.inject('/metrics')
    expect(metrics.body).toMatch(/gateway_redis_misfits_total\{kind="offers"\} \d+/)
    expect(world.lines.filter((line) => line.includes('function_failed'))).toEqual([])
  })

  test('when it is clean again, a call books as ever', async () => {
    await redis.flushall()
    const call = { callId: newCallId(), from: '+4915124099999', to: salon.mitte }
    const wish = { name: 'Max Redlich', date: '1.12.2026', time: '11:00', service: 'Herrenhaarschnitt' }
    expect(await world.call('start_booking', wish, call)).toMatchObject({ success: true })
    expect(await world.call('confirm_booking', { confirmed: true }, call)).toMatchObject({
      success: true,
    })
  })
})

/** The kind of a key: its last word that is no id. */
function family(key: string): string {
  if (key.startsWith('budget:')) return 'budget'
  if (key.startsWith('breaker:')) return 'breaker'
  const [, , ...rest] = key.split(':')
  if (key.startsWith('call:')) return rest[0]!
  return rest.includes('availability') ? 'availability' : (rest[0] ?? key)
}
