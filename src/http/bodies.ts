/**
 * Bodies as they come in: each has its own limit, and all of them together have one, so that no crowd of senders fills the memory.
 * Beyond it those are refused who hold more than their share; whoever sends little is served on.
 */
import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** A body that is not taken: 413 when it alone is too large, 503 when all together are too much. Nothing of ours is broken. */
export class BodyRefused extends Error {
  readonly statusCode: 413 | 503

  constructor(statusCode: 413 | 503) {
    super('The body is not taken')
    this.statusCode = statusCode
  }
}

/** The memory that bodies may take in this process. */
export class BodiesInFlight {
  readonly #bytesMax: number
  readonly #byAddress = new Map<string, number>()
  #bytes = 0

  constructor(options: { bytesMax: number }) {
    this.#bytesMax = options.bytesMax
  }

  /** Bytes that are held at the moment. */
  get bytes(): number {
    return this.#bytes
  }

  /** Takes `bytes` more for an address. False: together they are too many, and this address holds more than its share. */
  take(address: string, bytes: number): boolean {
    const held = (this.#byAddress.get(address) ?? 0) + bytes
    const share = this.#bytesMax / Math.max(1, this.#byAddress.size)
    if (this.#bytes + bytes > this.#bytesMax && held > share) return false
    this.#byAddress.set(address, held)
    this.#bytes += bytes
    return true
  }

  /** Gives back what an address has taken. */
  release(address: string, bytes: number): void {
    const held = (this.#byAddress.get(address) ?? 0) - bytes
    if (held > 0) this.#byAddress.set(address, held)
    else this.#byAddress.delete(address)
    this.#bytes -= bytes
  }
}

/**
 * Receives a body of at most `bytesMax` bytes; they count as in flight until the request is answered or its sender gone.
 * @throws BodyRefused
 */
export function receiveBody(
  request: FastifyRequest,
  payload: IncomingMessage,
  { bytesMax, inFlight, address }: { bytesMax: number; inFlight: BodiesInFlight; address: string },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const release = () => {
      inFlight.release(address, bytes)
      bytes = 0
    }
    const onData = (chunk: Buffer) => {
      if (bytes + chunk.length > bytesMax) refuse(413)
      else if (!inFlight.take(address, chunk.length)) refuse(503)
      else {
        bytes += chunk.length
        chunks.push(chunk)
      }
    }
    const refuse = (statusCode: 413 | 503) => {
      payload.off('data', onData)
      chunks.length = 0
      release()
      // What still comes is let go by, so that the answer can be sent.
      payload.resume()
      reject(new BodyRefused(statusCode))
    }
    payload.on('data', onData)
    payload.once('end', () => resolve(Buffer.concat(chunks)))
    // Its sender is gone; nobody reads the answer, and nothing of ours is broken.
    payload.once('error', (error) => reject(Object.assign(error, { statusCode: 400 })))
    request.bodyHeld = release
  })
}

/** Gives back the memory of a request's body: called once it is answered, or its connection has ended. */
export function letGo(request: FastifyRequest): void {
  request.bodyHeld?.()
  request.bodyHeld = undefined
}

/** Whether a body says of itself that it is too large, so that not a byte of it need be read. */
export function announcesTooMuch(request: FastifyRequest, bytesMax: number): boolean {
  return Number(request.headers['content-length'] ?? 0) > bytesMax
}

/** Ends the connection with the answer where most of a body is still to come. */
export function leaveBody(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const hasBody =
    request.headers['transfer-encoding'] !== undefined ||
    Number(request.headers['content-length'] ?? 0) > 65_536
  return hasBody ? reply.header('connection', 'close') : reply
}
