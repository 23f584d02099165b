/**
 * Retell's request signature, and the guide's older form. Retell: `v=<unix ms>,d=<64 hex>`, HMAC-SHA256 over the raw body
 * followed by the digits, keyed with the API key that has the webhook badge; five minutes of window in both directions.
 * The guide: bare hex HMAC-SHA256 of the body with a secret of its own. Requests without a body sign the empty string.
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
    if (Math.abs(now.getTime() - Number(timestamp)) > windowMs) return 'invalid'
    return keys.apiKeys.some((key) => matches(key, digest, body, timestamp)) ? 'valid' : 'invalid'
  }
  if (guideForm.test(value) && keys.webhookSecret !== null && matches(keys.webhookSecret, value, body, ''))
    return 'valid'
  return 'invalid'
}

function matches(key: string, hexDigest: string, body: Buffer, suffix: string): boolean {
  if (key === '') return false
  const expected = createHmac('sha256', key).update(body).update(suffix).digest()
  return timingSafeEqual(expected, Buffer.from(hexDigest, 'hex'))
}
