/** Too much of everything: limits shared by processes, shedding, and sockets that misbehave. */
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { composeGateway, type Gateway } from '../../src/compose.ts'
import { newCallId, salon, sign, startGateway, type TestGateway } from '../helpers/gateway.ts'
import { testLog } from '../helpers/log.ts'
import { redisAvailable, startRedis, type TestRedis } from '../helpers/redis.ts'
import { long, Tally } from './tally.ts'

const path = '/api/webhooks/retell/function'
let gateway: TestGateway
let second: Gateway | undefined
let redis: TestRedis | undefined
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await second?.close()
  await gateway.close()
  await redis?.stop()
  second = undefined
  redis = undefined
})

async function listen(): Promise<number> {
  await gateway.app.listen({ port: 0, host: '127.0.0.1' })
  return (gateway.app.server.address() as AddressInfo).port
}

/** A raw connection; what came back so far, and whether the server has ended it. */
async function open(port: number) {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => {})
  const seen = { text: '', closed: false }
  socket.on('data', (chunk) => {
    seen.text += chunk.toString()
  })
  socket.on('close', () => {
    seen.closed = true
  })
  await once(socket, 'connect')
  return { socket, seen }
}

async function until(condition: () => boolean, withinMs: number): Promise<boolean> {
  const endsAt = performance.now() + withinMs
  while (!condition() && performance.now() < endsAt) await pause(20)
  return condition()
}

const alive = async (port: number) => (await fetch(`http://127.0.0.1:${port}/livez`)).status === 200

describe.skipIf(!redisAvailable)('two processes with one Redis', () => {
  test('count a call’s requests together, and the next minute is free again', async () => {
    redis = await startRedis()
    const call = newCallId()
    gateway = await startGateway({
      environment: { REDIS_URL: redis.url, FUNCTION_CALLS_PER_MINUTE: '30', UNSIGNED_PER_MINUTE: '30' },
    })
    second = await composeGateway({
      config: gateway.config,
      log: testLog().log,
      clock: gateway.clock,
      databaseUrl: gateway.databaseUrl,
    })
    const apps = [gateway.app, second.app]
    const ask = async (index: number, signed: boolean) => {
      const payload = JSON.stringify({
        name: 'get_current_context',
        args: {},
        call: { call_id: call, to_number: salon.mitte, from_number: '+4915112345678' },
      })
      const signature = signed ? sign(payload, gateway.clock.now()) : 'v=1,d=00'
      const response = await apps[index % 2]!.inject({
        method: 'POST',
        url: path,
        payload,
        headers: { 'content-type': 'application/json', 'x-retell-signature': signature },
      })
      // The other process's count travels in the background.
      await pause(10)
      return response.statusCode
    }
    // Limits fail open: where the machine is too busy for Redis's 100 ms, a later minute has to show it.
    const minute = async (signed: boolean, asks: number, passing: number, most: number) => {
      for (let minutes = 0; minutes < 8; minutes += 1) {
        const statuses: number[] = []
        for (let index = 0; index < asks; index += 1) statuses.push(await ask(index, signed))
        if (statuses.filter((status) => status === passing).length <= most) return statuses
        gateway.clock.advance(60_000)
      }
      return []
    }
    const statuses = await minute(true, 56, 200, 45)
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(29)
    expect(statuses.slice(-5)).toEqual([429, 429, 429, 429, 429])
    expect((await minute(false, 56, 401, 45)).slice(-3)).toEqual([429, 429, 429])
    for (let count = 0; count < 40; count += 1)
      expect((await apps[count % 2]!.inject('/livez')).statusCode).toBe(200)
    gateway.clock.advance(60_000)
    expect(await ask(0, true)).toBe(200)
    expect(await ask(1, true)).toBe(200)
  })
})

test('under overload calls are shed in German with the time to come back, health and metrics are not, and it recovers by itself', async () => {
  gateway = await startGateway({ environment: { SHED_ABOVE_DELAY_MS: '500' } })
  const port = await listen()
  const payload = JSON.stringify({ name: 'get_current_context', args: {} })
  const call = () =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      body: payload,
      headers: { 'x-retell-signature': sign(payload, gateway.clock.now()) },
    })
  const shed: Response[] = []
  for (let round = 0; round < 20 && shed.length === 0; round += 1) {
    // The event loop is kept from turning, as a flood would.
    const endsAt = performance.now() + 3_000
    while (performance.now() < endsAt);
    await pause(round * 20)
    const answers = await Promise.all([call(), call(), call()])
    shed.push(...answers.filter(({ status }) => status === 503))
    for (const url of ['/livez', '/readyz', '/metrics', '/api/health/calcom'])
      expect([url, (await fetch(`http://127.0.0.1:${port}${url}`)).status]).toEqual([url, 200])
  }
  const [refused] = shed
  expect(refused?.headers.get('retry-after')).toBe('5')
  expect(await refused?.json()).toMatchObject({
    success: false,
    error: 'overloaded',
    fallback: 'callback_request',
    message: expect.stringMatching(/Moment/),
  })
  for (let tries = 0; tries < 50 && (await call()).status === 503; tries += 1) await pause(100)
  expect((await call()).status).not.toBe(503)
}, 90_000)

test('sockets that send slowly, halves, nonsense or too much are ended or answered, and others are served meanwhile', async () => {
  const tally = new Tally('attacks tried')
  gateway = await startGateway()
  const port = await listen()
  const payload = JSON.stringify({ name: 'get_current_context', args: {} })
  const signature = sign(payload, gateway.clock.now())
  const request = (body = payload) =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${Buffer.byteLength(body)}\r\nX-Retell-Signature: ${signature}\r\n\r\n${body}`

  // Connections that never finish what they began; two hundred of them hold nobody up.
  const slow = await Promise.all(Array.from({ length: 200 }, () => open(port)))
  for (const [index, { socket }] of slow.entries())
    socket.write(index % 2 === 0 ? `POST ${path} HTTP/1.1\r\nHost: x\r\nX-A: ` : request().slice(0, -10))
  const startedAt = performance.now()
  tally.tried('served beside 200 slow senders', await alive(port))
  tally.tried('served quickly beside them', performance.now() - startedAt < 2_000)

  const ended = async (what: string, bytes: string | Buffer, expected: RegExp) => {
    const { socket, seen } = await open(port)
    socket.write(bytes)
    const held = await until(() => expected.test(seen.text), 5_000)
    tally.tried(`${what}: ${JSON.stringify(seen.text.slice(0, 200))}`, held)
  }
  await ended(
    'headers of a megabyte',
    `GET /livez HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(1_000_000)}\r\n\r\n`,
    /^HTTP\/1.1 431/,
  )
  await ended(
    'ten thousand headers',
    `GET /livez HTTP/1.1\r\nHost: x\r\n${'A: b\r\n'.repeat(10_000)}\r\n`,
    /^HTTP\/1.1 (431|200|400)/,
  )
  await ended('no HTTP', '\u0016\u0003\u0001\u0002\u0000\u0001', /^HTTP\/1.1 400/)
  await ended('a line that never was', `BREW /coffee HTCPCP/1.0\r\n\r\n`, /^HTTP\/1.1 400/)
  await ended(
    'an endless address',
    `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    /^HTTP\/1.1 (431|414|404|400)/,
  )
  await ended(
    'two lengths',
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n123456`,
    /^HTTP\/1.1 400/,
  )
  await ended(
    'length and chunks (smuggling)',
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG`,
    /^HTTP\/1.1 400/,
  )
  await ended(
    'bare line feeds in headers',
    `POST ${path} HTTP/1.1\nHost: x\nContent-Length: 2\n\n{}`,
    /^HTTP\/1.1 (400|401)/,
  )
  await ended(
    'a body announced too large',
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n`,
    /^HTTP\/1.1 413/,
  )
  await ended(
    'a negative length',
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n`,
    /^HTTP\/1.1 400/,
  )
  await ended(
    'expect of something',
    `POST ${path} HTTP/1.1\r\nHost: x\r\nExpect: 200-magic\r\nContent-Length: 0\r\n\r\n`,
    /^HTTP\/1.1 (417|401)/,
  )
  await ended(
    'an upgrade',
    'GET /livez HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    /^HTTP\/1.1 (200|400|426)/,
  )

  // Pipelined requests are each answered, in order; each is checked by itself.
  const { socket, seen } = await open(port)
  const forged = request().replace(/d=..../, 'd=0000')
  socket.write(request() + forged + request())
  await until(() => (seen.text.match(/HTTP\/1\.1 \d+/g) ?? []).length === 3, 5_000)
  const statuses = [...seen.text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)
  tally.tried(
    `pipelined: ${statuses}`,
    statuses.length === 3 && statuses[1] === '401' && statuses[0] === statuses[2] && statuses[0] !== '401',
  )

  // A caller that vanishes mid-request, or before its answer, breaks nothing.
  for (let index = 0; index < 50; index += 1) {
    const gone = await open(port)
    gone.socket.write(index % 2 === 0 ? request() : request().slice(0, 150))
    gone.socket.resetAndDestroy()
  }
  tally.tried('served after fifty resets', await alive(port))
  tally.tried('no alarm of ours', !gateway.lines.some((line) => line.includes('request_failed')))
  tally.expectNoneThrough(15)
}, 60_000)

test('a request that does not arrive within its time is ended', async () => {
  gateway = await startGateway()
  const port = await listen()
  expect(gateway.app.server.requestTimeout).toBeLessThanOrEqual(15_000)
  expect(gateway.app.server.headersTimeout).toBeLessThanOrEqual(15_000)
  if (!long) return
  const waiting = await Promise.all([open(port), open(port)])
  waiting[0]?.socket.write('POST /api/webhooks/retell/function HTTP/1.1\r\nHost: x\r\nX-A: b')
  waiting[1]?.socket.write(
    'POST /api/webhooks/retell/function HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"a":',
  )
  expect(await until(() => waiting.every(({ seen }) => seen.closed), 25_000)).toBe(true)
  for (const { seen } of waiting) expect(seen.text).toMatch(/^HTTP\/1.1 408/)
}, 40_000)
