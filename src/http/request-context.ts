/** What our hooks leave on a request for those that follow. */
import type { FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyRequest {
    /** The exact bytes received; empty for requests without a body. Set in scopes that verify signatures. */
    rawBody: Buffer
    /** Gives back the memory that the body counts for (http/bodies.ts). */
    bodyHeld: (() => void) | undefined
  }
}

/** The body as an object: parsed JSON, or the query of a GET or DELETE. Set by `parseJson`. */
export type JsonBody = Readonly<Record<string, unknown>>

/** The parsed body of a request whose scope has checked it. */
export function jsonBody(request: FastifyRequest): JsonBody {
  return request.body as JsonBody
}

/** Retell's signature header, as sent. */
export function retellSignatureOf(request: FastifyRequest): string | undefined {
  const header = request.headers['x-retell-signature']
  return Array.isArray(header) ? header[0] : header
}
