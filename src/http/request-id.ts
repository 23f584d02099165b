/**
 * The id under which a request's log lines are found: the trace id of the sender's W3C trace context where it sends one, so that
 * both sides' logs meet, else one of our own.
 */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** version-traceid-parentid-flags; all zeroes is no id. https://www.w3.org/TR/trace-context/#traceparent-header */
const traceParent = /^[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}/

const ownPrefix = randomBytes(6).toString('hex')
let ownCount = 0

/** The trace id of `traceparent`, or a fresh id; whatever else is in the header is not repeated. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const header = request.headers.traceparent
  const traceId = typeof header === 'string' ? traceParent.exec(header)?.[1] : undefined
  if (traceId !== undefined) return traceId
  ownCount += 1
  return `${ownPrefix}-${ownCount.toString(36)}`
}
