/**
 * Records every function call as a row of `function_calls`, off the answer's critical path: entries are
 * collected for a moment and inserted by one statement per company. A failed write keeps its entries for the next one;
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
  /** Whether the answer proposes other times. */
  alternatives: boolean
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
        const values = [companyId, `[${entries.map(rowOf).join(',')}]`]
        await this.#deps.tenancy.oneTrip(companyId, [{ ...recording, values }])
      } catch (error) {
        this.#deps.log.warn({ err: error, entries: entries.length }, 'function calls are recorded later')
        failed.push(...entries)
      }
    }
    return failed
  }
}

/** `$2`: the rows as a JSON list, in the order they happened; they are numbered on from what their calls have already. */
const recording = {
  name: 'record_function_calls',
  text: `
    INSERT INTO function_calls (company_id, call_id, number, function_name, arguments, answer, duration_ms, status, error,
                                alternatives, called_at)
    SELECT $1::int, r.call_id,
      coalesce((SELECT max(f.number) FROM function_calls f WHERE f.company_id = $1::int AND f.call_id = r.call_id), 0)
        + row_number() OVER (PARTITION BY r.call_id ORDER BY r.position),
      r.function_name, r.arguments, r.answer, r.duration_ms, r.status, r.error, r.alternatives, r.called_at
    FROM ROWS FROM (
      jsonb_to_recordset($2::jsonb) AS (call_id text, function_name text, arguments jsonb, answer jsonb, duration_ms int,
                                        status text, error text, alternatives boolean, called_at timestamptz)
    ) WITH ORDINALITY AS r(call_id, function_name, arguments, answer, duration_ms, status, error, alternatives, called_at,
                         position)
    ORDER BY r.position`,
}

/** One row as JSON. Most answers hold nothing that must not be stored, so the text that was sent can be stored as it is. */
function rowOf(call: TrackedCall): string {
  const { context, functionName, args, response, responseText, durationMs, status, error, alternatives, at } =
    call
  const storable = storableJson(redactPersonalData(response))
  const row = JSON.stringify({
    call_id: context.callId,
    function_name: functionName,
    arguments: storableJson(redactPersonalData(args)),
    duration_ms: Math.round(durationMs),
    status,
    error,
    alternatives,
    called_at: at,
  })
  return `${row.slice(0, -1)},"answer":${storable === response ? responseText : JSON.stringify(storable)}}`
}
