/** Bodies that are sent to fill the memory or to keep the loop busy, and requests that bring no body at all. */
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { caller, newCallId, salon, sign, startGateway, type TestGateway } from '../helpers/gateway.ts'
import { Tally } from './tally.ts'

const path = '/api/webhooks/retell/function'
const guideSecret = 'secret of the guide'
const hex = (payload: string) => createHmac('sha256', guideSecret).update(payload).digest('hex')

let gateway: TestGateway
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await gateway.close()
})

async function open(port: number, text: string): Promise<{ socket: Socket; text: () => string }> {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  let seen = ''
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    seen += chunk.toString()
  })
  await once(socket, 'connect')
  socket.write(text)
  return { socket, text: () => seen }
}

async function until(condition: () => boolean): Promise<boolean> {
  const endsAt = performance.now() + 10_000
  while (!condition() && performance.now() < endsAt) await pause(10)
  return condition()
}

test('a captured signature of the guide’s form over nothing opens nothing: no GET, no DELETE, no HEAD, no empty POST with a query', async () => {
  gateway = await startGateway({ environment: { RETELLAI_WEBHOOK_SECRET: guideSecret } })
  const tally = new Tally('attacks tried')
  const callId = newCallId()
  await gateway.event('call_started', { callId })
  for (const method of ['GET', 'DELETE', 'HEAD', 'POST'] as const)
    for (const url of ['/api/retell/get-customer-appointments', '/api/retell/cancel-appointment', path])
      for (const signature of [hex(''), sign('', gateway.clock.now())]) {
        const response = await gateway.send(`${url}?name=check_customer&call_id=${callId}`, '', {
          method,
          signature,
        })
        const told = response.body.includes('"success":true')
        tally.tried(
          `${method} ${url} ${signature} ${response.statusCode}`,
          !told && (response.statusCode !== 200 || signature.startsWith('v=')),
        )
      }
  tally.expectNoneThrough(24)
})

test('a POST takes nothing from its query, signed or not', async () => {
  gateway = await startGateway()
  const body = { name: 'parse_date', args: {} }
  const response = await gateway.send(`${path}?date_string=morgen&name=check_customer`, body)
  expect(response.json()).toMatchObject({ success: false, error: 'date_not_understood' })
  const empty = await gateway.send('/api/retell/parse-date?date_string=morgen', '')
  expect(empty.json()).toMatchObject({ success: false, error: 'date_not_understood' })
})

test('where bodyless calls are configured they come with Retell’s own signature only, and prove no number', async () => {
  gateway = await startGateway({
    environment: { RETELLAI_BODYLESS_CALLS: 'true', RETELLAI_WEBHOOK_SECRET: guideSecret },
  })
  const url = '/api/retell/parse-date?date_string=morgen'
  for (const method of ['GET', 'DELETE'] as const) {
    expect((await gateway.send(url, '', { method })).json()).toMatchObject({
      success: true,
      iso_date: '2026-11-25',
    })
    expect((await gateway.send(url, '', { method, signature: hex('') })).statusCode).toBe(401)
  }
  expect((await gateway.send(url, '', { method: 'HEAD' })).statusCode).toBe(404)
})

test('no byte of a body is read before its header, its age and its size are looked at', async () => {
  gateway = await startGateway()
  await gateway.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = gateway.app.server.address() as AddressInfo
  const tally = new Tally('attacks tried')
  const now = gateway.clock.now()
  const plausible = `v=${now.getTime()},d=${'0'.repeat(64)}`
  for (const url of [path, '/api/webhooks/retell', '/api/calcom/webhook'])
    for (const [what, headers, status] of [
      ['without a signature', 'Content-Length: 900000', 401],
      ['in chunks, without a signature', 'Transfer-Encoding: chunked', 401],
      [
        'stale',
        `Content-Length: 900000\r\nX-Retell-Signature: v=${now.getTime() - 300_001},d=${'0'.repeat(64)}`,
        401,
      ],
      [
        'no signature at all',
        'Content-Length: 900000\r\nX-Retell-Signature: x\r\nX-Cal-Signature-256: x',
        401,
      ],
      ['too large', `Content-Length: 11000000\r\nX-Retell-Signature: ${plausible}`, 413],
    ] as const) {
      // Not a byte of the body is sent: whoever wants to read it first waits for it.
      const { text } = await open(port, `POST ${url} HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n`)
      tally.tried(
        `${url} ${what}`,
        (await until(() => text() !== '')) && text().startsWith(`HTTP/1.1 ${status}`),
      )
    }
  tally.expectNoneThrough(15)
})

test('bodies together have a limit: whoever fills it is refused, others are answered, and what was held is given back', async () => {
  gateway = await startGateway({ environment: { BODIES_IN_FLIGHT_MIB: '4', TRUSTED_PROXIES: '127.0.0.1' } })
  await gateway.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = gateway.app.server.address() as AddressInfo
  const half = (address: string, bytes: number) =>
    open(
      port,
      `POST ${path} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${address}\r\nContent-Length: ${bytes + 1}\r\nX-Retell-Signature: v=${gateway.clock.now().getTime()},d=${'0'.repeat(64)}\r\n\r\n${'['.repeat(bytes)}`,
    )
  const senders = await Promise.all(Array.from({ length: 12 }, () => half('203.0.113.9', 1_000_000)))
  expect(await until(() => senders.filter(({ text }) => text().startsWith('HTTP/1.1 503')).length >= 8)).toBe(
    true,
  )
  // Beside them a call from another address.
  const body = JSON.stringify({ name: 'parse_date', args: { date_string: 'morgen' } })
  const ask = async (address: string) =>
    (
      await fetch(`http://127.0.0.1:${port}${path}`, {
        method: 'POST',
        body,
        headers: { 'x-retell-signature': sign(body, gateway.clock.now()), 'x-forwarded-for': address },
      })
    ).status
  expect(await ask('198.51.100.7')).toBe(200)
  for (const { socket } of senders) socket.destroy()
  for (let tries = 0; tries < 200 && (await ask('203.0.113.9')) !== 200; tries += 1) await pause(10)
  expect(await ask('203.0.113.9')).toBe(200)
  expect(gateway.lines.some((line) => line.includes('request_failed'))).toBe(false)
})

test('signed bodies that nest without an end are refused at once, in every scope', async () => {
  gateway = await startGateway()
  const tally = new Tally('attacks tried')
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
    ['{"a":[', ']}'],
  ] as const)
    for (const url of [path, '/api/webhooks/retell'])
      for (const levels of [65, 1_000, 500_000]) {
        if (open.length * levels > 3_000_000) continue
        for (const text of [open.repeat(levels), `{"args":${open.repeat(levels)}1${close.repeat(levels)}}`]) {
          const startedAt = performance.now()
          const response = await gateway.send(url, text)
          tally.tried(
            `${url} ${open} ${levels} ${response.statusCode}`,
            [400, 413].includes(response.statusCode) && performance.now() - startedAt < 4_000,
          )
        }
      }
  tally.expectNoneThrough(20)
})

test('what nests as deep as anybody sends is read', async () => {
  gateway = await startGateway()
  let nested: object = { end: true }
  for (let level = 0; level < 50; level += 1) nested = { nested }
  const call = { call_id: newCallId(), from_number: caller, to_number: salon.mitte, more: nested }
  const response = await gateway.send(path, { name: 'get_available_services', args: {}, call })
  expect(response.json()).toMatchObject({ success: true })
})
