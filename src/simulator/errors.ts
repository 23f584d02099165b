/**
 * Cal.com's refusals. Two body shapes exist and clients must read both: the envelope (most errors) and the bare
 * `{statusCode, message}` that escapes its exception filters.
 */
import { STATUS_CODES } from 'node:http'

const classNames: Record<number, string> = {
  400: 'BadRequestException',
  401: 'UnauthorizedException',
  403: 'ForbiddenException',
  404: 'NotFoundException',
  409: 'ConflictException',
  422: 'UnprocessableEntityException',
  429: 'ThrottlerException',
  500: 'InternalServerErrorException',
}

export interface VendorErrorOptions {
  /** `envelope` is shape A, `bare` is shape B. */
  shape?: 'envelope' | 'bare'
  /** `error.code` of the envelope; the exception's class name unless said otherwise. */
  code?: string
  details?: unknown
}

/** Thrown anywhere below a route; the route turns it into Cal.com's answer. */
export class VendorError extends Error {
  readonly status: number
  readonly options: VendorErrorOptions

  constructor(status: number, message: string, options: VendorErrorOptions = {}) {
    super(message)
    this.status = status
    this.options = options
  }

  /** The answer's body. `path` is the request's URL, `at` the simulator's time. */
  body(path: string, at: Date): unknown {
    return errorBody({ status: this.status, message: this.message, ...this.options, path, at })
  }
}

/** Renders either shape. */
export function errorBody(
  error: VendorErrorOptions & { status: number; message: string; path: string; at: Date },
) {
  const { status, message } = error
  if (error.shape === 'bare') return { statusCode: status, message }
  const details = error.details ?? { message, error: STATUS_CODES[status] ?? 'Error', statusCode: status }
  const code = error.code ?? classNames[status] ?? 'HttpException'
  return {
    status: 'error',
    timestamp: error.at.toISOString(),
    path: error.path,
    error: { code, message, details },
  }
}

export const badRequest = (message: string, options?: VendorErrorOptions) =>
  new VendorError(400, message, options)
export const notFound = (message: string) => new VendorError(404, message)
export const bare = (status: number, message: string) => new VendorError(status, message, { shape: 'bare' })

/** The pipes of bookings and slots format a wrong property this way, trailing blank included. */
export const wrongProperty = (property: string, problem: string) =>
  badRequest(`${property} property is wrong,${problem} `)

/** Refuses keys that the vendor's input class does not know. */
export function refuseUnknownKeys(input: object, known: readonly string[]): void {
  const unknown = Object.keys(input).filter((key) => !known.includes(key))
  if (unknown.length === 0) return
  throw badRequest(
    unknown.map((key) => `${key} property is wrong,property ${key} should not exist `).join(''),
  )
}

/** The global validation pipe's shape, used where no resource-specific pipe formats the problem. */
export const invalidInput = (property: string, problem: string) =>
  badRequest('Bad Request Exception', {
    details: { errors: [{ property, constraints: { invalid: problem } }] },
  })
