/** Refusals as the agent may speak them: never a code, an address or a cause in `message`. */
import type { FastifyReply } from 'fastify'
import { technicalTrouble, tooManyRequests, unreadableRequest } from '../german/sentences/calls.ts'

export interface Refusal {
  success: false
  error: string
  message: string
  fallback?: 'callback_request'
}

/** The body of a refusal by HTTP status (design section 4). */
export function refusal(statusCode: number, error?: string): Refusal {
  switch (statusCode) {
    case 400:
    case 415:
      return { success: false, error: error ?? 'bad_request', message: unreadableRequest() }
    case 401:
      return { success: false, error: error ?? 'unauthorized', message: technicalTrouble() }
    case 403:
      return { success: false, error: error ?? 'forbidden', message: technicalTrouble() }
    case 404:
      return { success: false, error: error ?? 'not_found', message: technicalTrouble() }
    case 413:
      return { success: false, error: error ?? 'too_large', message: unreadableRequest() }
    case 429:
      return { success: false, error: error ?? 'too_many_requests', message: tooManyRequests() }
    case 503:
      return {
        success: false,
        error: error ?? 'overloaded',
        message: tooManyRequests(),
        fallback: 'callback_request',
      }
    default:
      return {
        success: false,
        error: error ?? 'technical_error',
        message: technicalTrouble(),
        fallback: 'callback_request',
      }
  }
}

/** Sends a refusal with its status. */
export function refuse(reply: FastifyReply, statusCode: number, error?: string): FastifyReply {
  return reply.code(statusCode).send(refusal(statusCode, error))
}
