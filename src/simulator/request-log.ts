/** What the simulator was asked, for tests that count requests. Keys and bodies are not kept. */
import type { FastifyRequest } from 'fastify'
import type { SimulatorClock } from './clock.ts'
import type { Fault } from './faults.ts'
import type { Operation } from './types.ts'

export interface RequestEntry {
  id: number
  /** The simulator's time. */
  at: string
  operation: Operation
  method: string
  path: string
  query: Record<string, unknown>
  version: string | null
  /** What the vendor's work came to, also when the answer never arrived; null when a fault prevented it. */
  workStatus: number | null
  /** What the client was sent; null when it got no whole answer, absent while the request is under way. */
  status?: number | null
  fault: string | null
  durationMs: number | null
}

const entriesKept = 20_000

export class RequestLog {
  readonly #clock: SimulatorClock
  readonly entries: RequestEntry[] = []
  #lastId = 0

  constructor(deps: { clock: SimulatorClock }) {
    this.#clock = deps.clock
  }

  /** Opens an entry; its functions fill it in as the request goes on. */
  begin(request: FastifyRequest, operation: Operation) {
    const startedAt = performance.now()
    const entry: RequestEntry = {
      id: ++this.#lastId,
      at: this.#clock.now().toISOString(),
      operation,
      method: request.method,
      path: request.url.split('?')[0] ?? '',
      query: { ...(request.query as Record<string, unknown>) },
      version: (request.headers['cal-api-version'] as string | undefined) ?? null,
      workStatus: null,
      fault: null,
      durationMs: null,
    }
    if (this.entries.length >= entriesKept) this.entries.shift()
    this.entries.push(entry)
    return {
      note: (fault: Fault | undefined) => {
        if (fault) entry.fault = `${fault.effect}:${fault.phase}`
      },
      worked: (status: number) => {
        entry.workStatus = status
      },
      finish: (status: number | null) => {
        if (entry.status !== undefined) return
        entry.status = status
        entry.durationMs = Math.round((performance.now() - startedAt) * 10) / 10
      },
    }
  }

  clear(): void {
    this.entries.length = 0
  }
}
