/**
 * Proves that a webhook comes from Cal.com: `X-Cal-Signature-256` is the hex HMAC-SHA256 of the exact body bytes under the
 * webhook's secret (calcom.md §5). There is no timestamp: replays are recognised by content, not here.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

const signatureForm = /^(?:sha256=)?([0-9a-f]{64})$/i

export interface CalcomSignatureInput {
  /** The body as it came over the wire. */
  rawBody: Buffer
  /** The header's value; a `sha256=` prefix and upper case are accepted. */
  signature: string | undefined
  /** Any of them may have signed. Empty ones never count. */
  secrets: readonly string[]
}

/** Whether a header can be a signature at all; what is none need not be read on. */
export function isCalcomSignature(signature: string): boolean {
  return signatureForm.test(signature.trim())
}

/** True only when one of the secrets made this signature. Takes the same time whichever, if any, it was. */
export function verifyCalcomSignature({ rawBody, signature, secrets }: CalcomSignatureInput): boolean {
  const hex = signatureForm.exec(signature?.trim() ?? '')?.[1]
  if (!hex) return false
  const given = Buffer.from(hex, 'hex')
  let valid = false
  for (const secret of secrets) {
    if (secret.trim() === '') continue
    const expected = createHmac('sha256', secret).update(rawBody).digest()
    valid = timingSafeEqual(expected, given) || valid
  }
  return valid
}
