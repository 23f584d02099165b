/** Who may call: signatures before anything is parsed, addresses, limits. */
import Retell from 'retell-sdk'
import { afterEach, describe, expect, test } from 'vitest'
import { apiKey, newCallId, sign, startGateway, type TestGateway } from '../helpers/gateway.ts'

const path = '/api/webhooks/retell/function'
const body = JSON.stringify({ name: 'parse_date', args: { date_string: 'morgen' } })

let gateway: TestGateway
afterEach(() => gateway.close())

describe('signature', () => {
  test('what retell-sdk signs is accepted; changed, old, foreign or missing ones are not, in any content type', async () => {
    gateway = await startGateway()
    const header = await Retell.sign(body, apiKey)
    gateway.clock.set(new Date(Number(/v=(\d+)/.exec(header)?.[1])))
    const status = async (payload: string, signature: string | null, type = 'application/json') =>
      (await gateway.send(path, payload, { signature, headers: { 'content-type': type } })).statusCode
    expect(await status(body, header)).toBe(200)
    expect(await status(body, header, 'text/plain')).toBe(200)
    expect(await status(body.replace('morgen', 'heute!'), header)).toBe(401)
    expect(await status(JSON.stringify(JSON.parse(body), null, 1), header)).toBe(401)
    expect(await status(body, await Retell.sign(body, 'key_of_another_workspace'))).toBe(401)
    expect(await status(body, null)).toBe(401)
    expect(await status(body, null, 'text/plain')).toBe(401)
    expect(await status('', null)).toBe(401)
    gateway.clock.advance(301_000)
    expect(await status(body, header)).toBe(401)
  })

  test('a refused function call raises an alarm: the agent falls silent', async () => {
    gateway = await startGateway()
    await gateway.send(path, body, { signature: 'v=1,d=00' })
    expect(gateway.lines.some((line) => line.includes('"alarm":"function_call_refused"'))).toBe(true)
  })

  test('with throttle a call without signature passes, a wrong signature never', async () => {
    gateway = await startGateway({ environment: { RETELLAI_FUNCTION_AUTH: 'throttle' } })
    expect((await gateway.send(path, body, { signature: null })).statusCode).toBe(200)
    expect((await gateway.send(path, body, { signature: `v=1,d=${'0'.repeat(64)}` })).statusCode).toBe(401)
    expect(
      (await gateway.send('/api/webhooks/retell', '{"event":"call_started"}', { signature: null }))
        .statusCode,
    ).toBe(401)
  })
})

describe('addresses', () => {
  test('an allow-list holds for function calls; a forwarded address counts only from a trusted proxy', async () => {
    gateway = await startGateway({ environment: { RETELLAI_ALLOWED_IPS: '100.20.5.0/24' } })
    const from = (remoteAddress: string, forwarded?: string) =>
      gateway.app.inject({
        method: 'POST',
        url: path,
        payload: body,
        remoteAddress,
        headers: {
          'x-retell-signature': sign(body, gateway.clock.now()),
          ...(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }),
        },
      })
    expect((await from('100.20.5.228')).statusCode).toBe(200)
    expect((await from('::ffff:100.20.5.228')).statusCode).toBe(200)
    expect((await from('203.0.113.9')).statusCode).toBe(403)
    expect((await from('203.0.113.9', '100.20.5.228')).statusCode).toBe(403)
    await gateway.close()
    gateway = await startGateway({
      environment: { RETELLAI_ALLOWED_IPS: '100.20.5.228', TRUSTED_PROXIES: '10.0.0.0/8' },
    })
    expect((await from('10.1.2.3', '100.20.5.228')).statusCode).toBe(200)
    expect((await from('10.1.2.3', '203.0.113.9')).statusCode).toBe(403)
  })
})

describe('limits', () => {
  test('a call may ask so often a minute; another call is not affected, and the next minute is free again', async () => {
    gateway = await startGateway({ environment: { FUNCTION_CALLS_PER_MINUTE: '3' } })
    const [one, two] = [newCallId(), newCallId()]
    const ask = async (callId: string) => {
      const call = { call_id: callId, to_number: '+493023125001', from_number: '+4915112345678' }
      return gateway.send(path, { name: 'get_current_context', args: {}, call })
    }
    for (let count = 0; count < 3; count++) expect((await ask(one)).statusCode).toBe(200)
    const refused = await ask(one)
    expect(refused.statusCode).toBe(429)
    expect(refused.headers).toMatchObject({
      'retry-after': '60',
      'x-ratelimit-limit': '3',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '60',
    })
    expect(refused.json()).toMatchObject({ success: false, error: 'too_many_requests' })
    expect((await ask(two)).statusCode).toBe(200)
    gateway.clock.advance(60_000)
    expect((await ask(one)).statusCode).toBe(200)
  })

  test('unsigned calls that are accepted count per call, not per address: Retell has one address for all', async () => {
    gateway = await startGateway({
      environment: {
        RETELLAI_FUNCTION_AUTH: 'throttle',
        UNSIGNED_PER_MINUTE: '2',
        FUNCTION_CALLS_PER_MINUTE: '3',
      },
    })
    const ask = async (callId: string) => {
      const call = { call_id: callId, to_number: '+493023125001', from_number: '+4915112345678' }
      const request = { name: 'get_current_context', args: {}, call }
      return (await gateway.send(path, request, { signature: null })).statusCode
    }
    for (let count = 0; count < 8; count++) expect(await ask(newCallId())).toBe(200)
    const one = newCallId()
    expect([await ask(one), await ask(one), await ask(one), await ask(one)]).toEqual([200, 200, 200, 429])
  })

  test('the addresses of one IPv6 subscriber (a /64) are one address to the limit', async () => {
    gateway = await startGateway({ environment: { UNSIGNED_PER_MINUTE: '3' } })
    const guess = async (address: string) => {
      const headers = { 'x-retell-signature': 'v=1,d=00' }
      const request = { method: 'POST', url: path, payload: body, headers, remoteAddress: address } as const
      return (await gateway.app.inject(request)).statusCode
    }
    const subscriber = (host: number) => `2001:db8:7:1::${host.toString(16)}`
    for (let host = 1; host <= 3; host++) expect(await guess(subscriber(host))).toBe(401)
    expect(await guess(subscriber(4_000))).toBe(429)
    expect(await guess('2001:db8:7:2::1')).toBe(401)
    expect(await guess('::ffff:203.0.113.9')).toBe(401)
  })

  test('guessing signatures is limited per address, health never', async () => {
    gateway = await startGateway({ environment: { UNSIGNED_PER_MINUTE: '2' } })
    const guess = async () => (await gateway.send(path, body, { signature: 'v=1,d=00' })).statusCode
    expect([await guess(), await guess(), await guess()]).toEqual([401, 401, 429])
    expect((await gateway.send(path, body)).statusCode).toBe(200)
    expect((await gateway.app.inject('/livez')).statusCode).toBe(200)
  })
})
