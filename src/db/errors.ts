/**
 * Errors of the database layer: those an operator must fix, and the question every caller asks about the others
 * ("is the database gone, or did my statement fail?").
 */

/** The database is not as the gateway needs it. The message is one sentence for the operator, without secrets. */
export class DatabaseSetupError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'DatabaseSetupError'
  }
}

/** Prisma: not reachable, timed out connecting, no connection in time, transaction could not start or lost its connection. */
const prismaCodes = new Set(['P1000', 'P1001', 'P1002', 'P1003', 'P1008', 'P1011', 'P1017', 'P2024', 'P2037'])
/** Node sockets. */
const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'EAI_AGAIN',
])
/** What Prisma's driver adapter calls the same. */
const adapterKinds = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
  'DatabaseDoesNotExist',
])
/** SQLSTATE class 08 (connection), 53300 (too many connections), 57P0x (shut down, crashed, starting up). */
const sqlStates = /^(08...|53300|57P0[1-5])$/
/** node-postgres has no codes for these. */
const driverMessages =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|not queryable|Cannot use a pool after calling end|Unable to start a transaction in the given time/i

/**
 * Whether an error (or one of its causes) says that the database cannot be reached or lends no connection now. Statement and
 * lock timeouts, constraint violations and refused permissions are answers of a living database: false.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  let current = error
  for (let depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth += 1) {
    const { code, kind, originalCode, message, meta, cause, errors } = current as Record<string, unknown>
    if (typeof code === 'string' && (prismaCodes.has(code) || socketCodes.has(code) || sqlStates.test(code)))
      return true
    if (typeof originalCode === 'string' && sqlStates.test(originalCode)) return true
    if (typeof kind === 'string' && adapterKinds.has(kind)) return true
    if (typeof message === 'string' && driverMessages.test(message)) return true
    if (Array.isArray(errors) && errors.some(isDatabaseUnavailable)) return true
    current = cause ?? (meta as { driverAdapterError?: unknown } | undefined)?.driverAdapterError
  }
  return false
}
