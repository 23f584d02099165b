/**
 * Retell's request signature, and the guide's older form. Retell: `v=<unix ms>,d=<64 hex>`, HMAC-SHA256 over the raw body
 * followed by the digits, keyed with the API key that has the webhook badge; five minutes of window in both directions.
 * The guide: bare hex HMAC-SHA256 of the body with a secret of its own. It has no time in it: over an empty body it would be
 * a permanent key, so that form signs bodies only, and a change is made once for each (services/calls/answered-bodies.ts).
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

const windowMs = 5 * 60_000
const retellForm = /^v=(\d{1,16}),d=([0-9a-f]{64})$/i
const guideForm = /^[0-9a-f]{64}$/i

export interface SignatureKeys {
  /** The API key and, during rotation, the one before. */
  apiKeys: readonly string[]
  /** The guide's secret, if configured. */
  webhookSecret: string | null
}

export type SignatureVerdict = 'valid' | 'missing' | 'invalid'

/** What a header says before a byte of the body is read: 'plausible' is worth reading it. */
export function foreseeRetellSignature(
  header: string | undefined,
  keys: SignatureKeys,
  now: Date,
): 'plausible' | Exclude<SignatureVerdict, 'valid'> {
  const value = header?.trim() ?? ''
  if (value === '') return 'missing'
  const [, timestamp] = retellForm.exec(value) ?? []
  if (timestamp !== undefined)
    return keys.apiKeys.length > 0 && isInWindow(timestamp, now) ? 'plausible' : 'invalid'
  return guideForm.test(value) && keys.webhookSecret !== null ? 'plausible' : 'invalid'
}

/** Whether a signature is of the guide's form, which is as good tomorrow as today. */
export function isWithoutTime(header: string | undefined): boolean {
  return guideForm.test(header?.trim() ?? '')
}

function isInWindow(timestamp: string, now: Date): boolean {
  return Math.abs(now.getTime() - Number(timestamp)) <= windowMs
}

/**
 * Checks a request's signature header against the exact bytes received.
 * An empty key never verifies anything; comparison takes constant time.
 */
export function verifyRetellSignature(
  body: Buffer,
  header: string | undefined,
  keys: SignatureKeys,
  now: Date,
): SignatureVerdict {
  if (header === undefined || header.trim() === '') return 'missing'
  const value = header.trim()
  const retell = retellForm.exec(value)
  if (retell) {
    const [, timestamp = '', digest = ''] = retell
    if (!isInWindow(timestamp, now)) return 'invalid'
    return keys.apiKeys.some((key) => matches(key, digest, body, timestamp)) ? 'valid' : 'invalid'
  }
  if (!guideForm.test(value) || keys.webhookSecret === null || body.length === 0) return 'invalid'
  return matches(keys.webhookSecret, value, body, '') ? 'valid' : 'invalid'
}

function matches(key: string, hexDigest: string, body: Buffer, suffix: string): boolean {
  if (key === '') return false
  const expected = createHmac('sha256', key).update(body).update(suffix).digest()
  return timingSafeEqual(expected, Buffer.from(hexDigest, 'hex'))
}
