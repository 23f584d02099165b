import type { ErrorCode } from './error-codes.ts'

/**
 * The one error type that business code throws on purpose. It separates what a caller may hear from what the log gets:
 * `say` is a German sentence for the agent to speak, `code` is stable for agents and metrics, `detail` and `cause` reach
 * only the log and never hold personal data.
 */
export class AppError extends Error {
  /** Stable, machine-readable: 'missing_date', 'slot_taken', 'context_not_found', … */
  readonly code: ErrorCode
  /** German, polite, speakable; leads on (what to ask, what to offer). */
  readonly say: string
  /** Fields the answer carries besides error and message (for instance `fallback: 'callback_request'`). */
  readonly fields: Readonly<Record<string, unknown>>
  /** For the log only: ids and counts, no names, numbers or addresses. */
  readonly detail: Readonly<Record<string, unknown>>

  constructor(
    code: ErrorCode,
    say: string,
    options: { fields?: Record<string, unknown>; detail?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.say = say
    this.fields = options.fields ?? {}
    this.detail = options.detail ?? {}
  }
}
