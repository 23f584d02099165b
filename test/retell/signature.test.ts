import { createHmac } from 'node:crypto'
import Retell from 'retell-sdk'
import { describe, expect, test } from 'vitest'
import { verifyRetellSignature } from '../../src/retell/signature.ts'

const keys = { apiKeys: ['key_new', 'key_before'], webhookSecret: 'the-guides-secret' }
const body = Buffer.from('{"event":"call_ended", "call":{"transcript":"Grüße"}}')

async function signedNow(key: string): Promise<{ header: string; at: Date }> {
  const header = await Retell.sign(body.toString(), key)
  return { header, at: new Date(Number(/v=(\d+)/.exec(header)?.[1])) }
}

describe("Retell's own signature (incident I-75)", () => {
  test.each(['key_new', 'key_before'])('what retell-sdk signs with %s is accepted', async (key) => {
    const { header, at } = await signedNow(key)
    expect(verifyRetellSignature(body, header, keys, at)).toBe('valid')
  })

  test('one changed byte, a re-serialised body and another key are refused', async () => {
    const { header, at } = await signedNow('key_new')
    const changed = Buffer.from(body)
    changed[12]! ^= 1
    const reserialised = Buffer.from(JSON.stringify(JSON.parse(body.toString())))
    expect(verifyRetellSignature(changed, header, keys, at)).toBe('invalid')
    expect(verifyRetellSignature(reserialised, header, keys, at)).toBe('invalid')
    const stranger = await signedNow('key_of_somebody_else')
    expect(verifyRetellSignature(body, stranger.header, keys, stranger.at)).toBe('invalid')
  })

  test('five minutes in both directions are accepted, a second more is not', async () => {
    const { header, at } = await signedNow('key_new')
    const verdictAfter = (ms: number) =>
      verifyRetellSignature(body, header, keys, new Date(at.getTime() + ms))
    expect([verdictAfter(300_000), verdictAfter(-300_000)]).toEqual(['valid', 'valid'])
    expect([verdictAfter(301_000), verdictAfter(-301_000)]).toEqual(['invalid', 'invalid'])
  })

  test('an empty body is signed too (GET)', async () => {
    const header = await Retell.sign('', 'key_new')
    const at = new Date(Number(/v=(\d+)/.exec(header)?.[1]))
    expect(verifyRetellSignature(Buffer.alloc(0), header, keys, at)).toBe('valid')
  })
})

describe("the guide's form", () => {
  const guide = (secret: string) => createHmac('sha256', secret).update(body).digest('hex')

  test('hex HMAC of the body with the webhook secret is accepted', () => {
    expect(verifyRetellSignature(body, guide('the-guides-secret'), keys, new Date())).toBe('valid')
  })

  test('an empty body is never signed by it: that would be a key for ever', () => {
    const digest = createHmac('sha256', 'the-guides-secret').update('').digest('hex')
    expect(verifyRetellSignature(Buffer.alloc(0), digest, keys, new Date())).toBe('invalid')
  })

  test('with the API key it is not, and never without a configured secret', () => {
    expect(verifyRetellSignature(body, guide('key_new'), keys, new Date())).toBe('invalid')
    expect(verifyRetellSignature(body, guide(''), { apiKeys: [], webhookSecret: null }, new Date())).toBe(
      'invalid',
    )
  })
})

test('an empty key verifies nothing, in either form', async () => {
  const empty = { apiKeys: [''], webhookSecret: '' }
  const at = new Date()
  const own = createHmac('sha256', '').update(body).update(String(at.getTime())).digest('hex')
  expect(verifyRetellSignature(body, `v=${at.getTime()},d=${own}`, empty, at)).toBe('invalid')
  expect(verifyRetellSignature(body, createHmac('sha256', '').update(body).digest('hex'), empty, at)).toBe(
    'invalid',
  )
})

test.each([
  ['', 'missing'],
  ['   ', 'missing'],
  ['v=,d=', 'invalid'],
  ['v=1,d=abc', 'invalid'],
  ['sha256=abc', 'invalid'],
  [`v=${'9'.repeat(40)},d=${'a'.repeat(64)}`, 'invalid'],
])('the header %j is %s', (header, verdict) => {
  expect(verifyRetellSignature(body, header, keys, new Date())).toBe(verdict)
})
