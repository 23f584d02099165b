/** What can go wrong with Retell's API, as a closed set. Messages hold neither the key nor what Retell wrote. */

export type RetellErrorKind =
  | 'unauthorized'
  | 'not_found'
  | 'invalid_request'
  | 'rate_limited'
  | 'unavailable'
  | 'timeout'

export class RetellError extends Error {
  readonly kind: RetellErrorKind
  readonly operation: string
  /** HTTP status; undefined without an answer. */
  readonly status: number | undefined

  constructor(details: { kind: RetellErrorKind; operation: string; status?: number; cause?: unknown }) {
    const { kind, operation, status, cause } = details
    super(`Retell ${operation}: ${kind}${status === undefined ? '' : ` (${status})`}`, { cause })
    this.name = 'RetellError'
    this.kind = kind
    this.operation = operation
    this.status = status
  }
}

/** What a refusing status means. In: anything but 2xx. */
export function kindOf(status: number): RetellErrorKind {
  if (status === 401 || status === 403) return 'unauthorized'
  if (status === 404) return 'not_found'
  if (status === 429) return 'rate_limited'
  if (status === 408) return 'timeout'
  return status >= 400 && status < 500 ? 'invalid_request' : 'unavailable'
}
