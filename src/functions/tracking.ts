/**
 * Records every function call in `retell_call_sessions.function_calls`, off the answer's critical path: entries are
 * collected for a moment and appended by one statement per company. A failed write keeps its entries for the next one;
 * `close` writes what is left. Beyond `waitingMax` entries the oldest are dropped and counted: tracking fails open.
 */
import type { Logger } from 'pino'
import type { Tenancy } from '../db/tenancy.ts'
import { groupBy } from '../lib/group-by.ts'
import { inBackground } from '../lib/in-background.ts'
import { redactPersonalData } from '../lib/redact.ts'
import { storableJson } from '../lib/storable.ts'
import type { CallContext } from '../services/call-context.ts'

export interface TrackedCall {
  context: CallContext
  functionName: string
  args: Readonly<Record<string, unknown>>
  response: Readonly<Record<string, unknown>>
  /** The response as it was sent. */
  responseText: string
  durationMs: number
  status: 'success' | 'error'
  error: string | null
  at: Date
}

type Deps = { tenancy: Pick<Tenancy, 'oneTrip'>; log: Logger; onDropped?: (count: number) => void }

const flushAfterMs = 50
const batchMax = 500
const waitingMax = 20_000

export class FunctionCallTracker {
  readonly #deps: Deps
  #waiting: TrackedCall[] = []
  #timer: NodeJS.Timeout | null = null
  #writing: Promise<void> = Promise.resolve()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Takes an entry; requests without a call id have no session to belong to. */
  record(entry: TrackedCall): void {
    if (entry.context.callId === null) return
    this.#waiting.push(entry)
    if (this.#waiting.length > waitingMax) {
      const dropped = this.#waiting.splice(0, this.#waiting.length - waitingMax).length
      this.#deps.onDropped?.(dropped)
    }
    this.#schedule()
  }

  /** How many entries are not written yet. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Writes everything that waits. */
  async flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#writeAll())
    await this.#writing
  }

  /** The last flush; entries that still cannot be written are counted in the log. */
  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    await this.flush()
    if (this.#waiting.length > 0)
      this.#deps.log.error({ lost: this.#waiting.length }, 'function calls could not be recorded')
  }

  #schedule(): void {
    if (this.#timer) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      inBackground(this.flush(), (error) =>
        this.#deps.log.error({ err: error }, 'function calls were not written'),
      )
    }, flushAfterMs)
    this.#timer.unref()
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, batchMax)
      const failed = await this.#write(batch)
      if (failed.length === 0) continue
      this.#waiting.unshift(...failed)
      this.#schedule()
      return
    }
  }

  async #write(batch: TrackedCall[]): Promise<TrackedCall[]> {
    const failed: TrackedCall[] = []
    for (const [companyId, entries] of groupBy(batch, (entry) => entry.context.companyId)) {
      try {
        const rows = sessionRows(entries)
        await this.#deps.tenancy.oneTrip(companyId, [{ ...recording, values: [companyId, rows] }])
      } catch (error) {
        this.#deps.log.warn({ err: error, entries: entries.length }, 'function calls are recorded later')
        failed.push(...entries)
      }
    }
    return failed
  }
}

const recording = {
  name: 'record_function_calls',
  text: `
    INSERT INTO retell_call_sessions AS s (call_id, company_id, branch_id, agent_id, status, function_calls, updated_at)
    SELECT r.call_id, $1, r.branch_id, r.agent_id, 'ongoing', r.function_calls, now()
    FROM jsonb_to_recordset($2::jsonb) AS r(call_id text, branch_id uuid, agent_id text, function_calls jsonb)
    ORDER BY r.call_id
    ON CONFLICT (call_id) DO UPDATE
      SET function_calls = s.function_calls || EXCLUDED.function_calls, updated_at = now()`,
}

/** One row per call, its entries in the order they happened: a JSON list. */
function sessionRows(entries: readonly TrackedCall[]): string {
  const rows = [...groupBy(entries, (entry) => entry.context.callId)].map(([callId, calls]) => {
    const { branchId, agentId } = calls[0]!.context
    const session = JSON.stringify({ call_id: String(callId), branch_id: branchId, agent_id: agentId })
    return `${session.slice(0, -1)},"function_calls":[${calls.map(entryOf).join(',')}]}`
  })
  return `[${rows.join(',')}]`
}

/** One entry as JSON. Most answers hold nothing that must not be stored, so the text that was sent can be stored as it is. */
function entryOf(call: TrackedCall): string {
  const { functionName, args, response, responseText, durationMs, status, error, at } = call
  const storable = storableJson(redactPersonalData(response))
  const entry = JSON.stringify({
    function_name: functionName,
    arguments: storableJson(redactPersonalData(args)),
    duration_ms: Math.round(durationMs),
    status,
    ...(error === null ? {} : { error }),
    timestamp: at.toISOString(),
  })
  return `${entry.slice(0, -1)},"response":${storable === response ? responseText : JSON.stringify(storable)}}`
}
