/**
 * Retell's webhook events, read leniently: `{event, call}`, and `{event: "call_inbound", call_inbound}`. The guide's form
 * (`call.analysis` instead of `call.call_analysis`, a call object in call_inbound) is accepted too. Every field beyond the
 * event's name is optional; unknown keys are ignored.
 */
import { z } from 'zod'
import { storableText } from '../lib/storable.ts'
import { type RetellCall, readCall, readTimestamp } from './envelope.ts'

const money = z.number().nonnegative().optional().catch(undefined)
const text = z.string().optional().catch(undefined)

/** US cents, may be fractional; what else it holds is kept. */
const callCost = z
  .looseObject({
    combined_cost: money,
    product_costs: z
      .array(z.looseObject({ product: z.string().max(100), cost: z.number() }))
      .max(100)
      .optional()
      .catch(undefined),
  })
  .optional()
  .catch(undefined)
const anyObject = z.looseObject({}).optional().catch(undefined)

const analysis = z
  .object({
    call_summary: text,
    user_sentiment: text,
    call_successful: z.boolean().optional().catch(undefined),
    in_voicemail: z.boolean().optional().catch(undefined),
    custom_analysis_data: z.record(z.string(), z.unknown()).optional().catch(undefined),
  })
  .optional()
  .catch(undefined)

/** Times of words are in seconds. */
const turn = z.looseObject({
  role: z.string().catch(''),
  content: z.string().catch(''),
  words: z
    .array(z.looseObject({ start: z.number().optional().catch(undefined) }))
    .optional()
    .catch(undefined),
})

const callDetails = z.looseObject({
  call_status: text,
  data_storage_setting: text,
  end_timestamp: z.unknown().optional(),
  duration_ms: z.number().nonnegative().optional().catch(undefined),
  disconnection_reason: text,
  transcript: text,
  transcript_object: z.array(turn).optional().catch(undefined),
  recording_url: text,
  call_cost: callCost,
  llm_token_usage: anyObject,
  latency: anyObject,
  call_analysis: analysis,
  analysis,
})

const envelope = z.looseObject({
  event: z.string().min(1).max(100),
  call: z.looseObject({}).optional().catch(undefined),
  call_inbound: z.looseObject({}).optional().catch(undefined),
})

export interface RetellEvent {
  /** As sent: call_inbound, call_started, call_ended, call_analyzed, or one we do not know. */
  name: string
  call: RetellCall | null
  details: EventDetails
}

/** Somebody's words. */
export interface Turn {
  who: 'agent' | 'user'
  text: string
  /** Milliseconds from the beginning of the call; null: not told. */
  startMs: number | null
}

/** What ended and analysed calls tell; null where the event does not. */
/** What Retell stores of a call. */
export type StorageSetting = 'everything' | 'everything_except_pii' | 'basic_attributes_only'
const storageSettings: readonly string[] = ['everything', 'everything_except_pii', 'basic_attributes_only']

export interface EventDetails {
  callStatus: string | null
  /** null: not told, or one we do not know. */
  storageSetting: StorageSetting | null
  endedAt: Date | null
  durationMs: number | null
  disconnectionReason: string | null
  transcript: string | null
  /** The same, turn by turn; from the text where Retell sends no list. */
  turns: readonly Turn[]
  recordingUrl: string | null
  /** US cents, may be fractional. */
  costCents: number | null
  /** The whole `call_cost`, `llm_token_usage` and `latency`, as sent. */
  callCost: object | null
  tokenUsage: object | null
  latency: object | null
  summary: string | null
  sentiment: string | null
  successful: boolean | null
  /** The agent's own fields of the analysis. */
  custom: Readonly<Record<string, unknown>> | null
}

/** Reads an event; null when the body is none (no `event` name). */
export function readEvent(body: unknown): RetellEvent | null {
  const parsed = envelope.safeParse(body)
  if (!parsed.success) return null
  const { event, call, call_inbound: inbound } = parsed.data
  const source = call ?? inbound ?? null
  const details = callDetails.safeParse(call ?? {})
  const found = details.success ? details.data : undefined
  const result = found?.call_analysis ?? found?.analysis
  return {
    name: event,
    call: source === null ? null : readCall(source),
    details: {
      callStatus: found?.call_status === undefined ? null : storableText(found.call_status, 50) || null,
      storageSetting: storageSettings.includes(found?.data_storage_setting ?? '')
        ? (found?.data_storage_setting as StorageSetting)
        : null,
      endedAt: readTimestamp(found?.end_timestamp),
      durationMs: found?.duration_ms ?? null,
      disconnectionReason: found?.disconnection_reason?.slice(0, 100) ?? null,
      transcript: found?.transcript ?? null,
      turns: turnsOf(found?.transcript_object, found?.transcript),
      recordingUrl: found?.recording_url ?? null,
      costCents: found?.call_cost?.combined_cost ?? null,
      callCost: found?.call_cost ?? null,
      tokenUsage: found?.llm_token_usage ?? null,
      latency: found?.latency ?? null,
      summary: result?.call_summary ?? null,
      sentiment: result?.user_sentiment?.slice(0, 20) ?? null,
      successful: result?.call_successful ?? null,
      custom: result?.custom_analysis_data ?? null,
    },
  }
}

function turnsOf(
  list: ReadonlyArray<z.output<typeof turn>> | undefined,
  transcript: string | undefined,
): Turn[] {
  if (list !== undefined)
    return list.flatMap(({ role, content, words }) => {
      if (role !== 'agent' && role !== 'user') return []
      const start = words?.[0]?.start
      return [{ who: role, text: content, startMs: start === undefined ? null : Math.round(start * 1000) }]
    })
  return (transcript ?? '').split(/^(?=(?:user|agent):)/gim).flatMap((text): Turn[] => {
    const found = /^(user|agent):\s*([\s\S]*)$/i.exec(text)
    return found
      ? [{ who: found[1]!.toLowerCase() as Turn['who'], text: found[2]!.trim(), startMs: null }]
      : []
  })
}
