/**
 * The envelope of a function call, read leniently. Normal: `{name, args, call}`. Also seen in production (incident I-03):
 * `{function_name, parameters}`, `{function: {name, args}}`, the arguments at the root, and GET with a query. Unknown keys
 * are ignored; nothing here throws.
 */
import { cleanArgument } from './arguments.ts'

/** What the gateway uses of Retell's call object; everything is optional, values are as sent. */
export interface RetellCall {
  callId: string | null
  /** `phone_call`, `web_call`, … */
  callType: string | null
  agentId: string | null
  agentVersion: string | null
  direction: string | null
  fromNumber: string | null
  toNumber: string | null
  /** When the call began; null when not told or not believable. */
  startedAt: Date | null
  /** What was said so far, one line per turn (transcript.ts); null when it does not come along. */
  transcript: string | null
}

/**
 * How much of Retell's envelope a request brings. `full`: a name, the arguments apart and the call object. `without_call`: the same
 * without the call. `arguments_only`: the model has written the whole body ("arguments only" at Retell), so that nothing in it proves
 * anything, not even an object that looks like a call.
 */
export type EnvelopeForm = 'full' | 'without_call' | 'arguments_only'

export interface FunctionRequest {
  form: EnvelopeForm
  /** Without a version suffix; null when the body names none. */
  name: string | null
  /** Raw arguments, still under the agent's own names. */
  args: Readonly<Record<string, unknown>>
  /** Retell's call object; null when the body has none, or is no full envelope. */
  call: RetellCall | null
  /** `args.call_id` or a root `call_id`: a hint that counts only without a call object (incident I-01). */
  callIdHint: string | null
}

type Fields = Readonly<Record<string, unknown>>

/**
 * Reads a function call.
 * @param body the parsed JSON object (or the query of a GET)
 * @param isFunction whether a bare name is one of ours: with the arguments at the root, `name` may be the customer's
 * @param nameOfUrl the function the address stands for, if it has one of its own
 */
export function readFunctionRequest(
  body: Fields,
  isFunction: (name: string) => boolean,
  nameOfUrl?: string,
): FunctionRequest {
  const nested = asFields(body.function) ?? asFields(body.tool)
  const apart =
    asFields(body.args) ?? asFields(body.parameters) ?? asFields(body.arguments) ?? nestedArguments(nested)
  const args = apart ?? body
  const call = asFields(body.call) ?? asFields(body.chat)
  const hint = text(args.call_id) ?? text(body.call_id)
  const atRoot = args === body && nested === undefined
  const rootName = bareName(text(body.name))
  const named = atRoot && rootName !== null && !isFunction(rootName) ? null : rootName
  const name =
    nameOfUrl ?? named ?? bareName(text(body.function_name) ?? text(nested?.name) ?? text(args.function_name))
  if (apart === undefined || name === null || call === undefined) {
    const form = apart === undefined || call !== undefined ? 'arguments_only' : 'without_call'
    return { form, name, args, call: null, callIdHint: hint ?? text(call?.call_id) }
  }
  return { form: 'full', name, args, call: readCall(call), callIdHint: hint }
}

/** Reads Retell's call object (function calls and events share its shape). */
export function readCall(call: Fields): RetellCall {
  return {
    callId: text(call.call_id) ?? text(call.chat_id),
    callType: text(call.call_type),
    agentId: text(call.agent_id),
    agentVersion: text(call.agent_version)?.slice(0, 50) ?? null,
    direction: text(call.direction),
    fromNumber: text(call.from_number),
    toNumber: text(call.to_number),
    startedAt: readTimestamp(call.start_timestamp),
    transcript: typeof call.transcript === 'string' && call.transcript !== '' ? call.transcript : null,
  }
}

/** A Retell timestamp (milliseconds since 1970) as a date; null when it is none or absurd. */
export function readTimestamp(value: unknown): Date | null {
  const ms = typeof value === 'string' ? Number(value) : value
  if (typeof ms !== 'number' || !Number.isFinite(ms) || ms < 946_684_800_000 || ms > 4_102_444_800_000)
    return null
  return new Date(ms)
}

/** `check_availability_v17`, `check-availability` and `checkAvailability` name the same function (incident I-12). */
export function bareName(name: string | null): string | null {
  if (name === null) return null
  const snake = name
    .slice(0, 80)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase()
  return snake.replace(/_v\d{1,4}$/, '')
}

function nestedArguments(nested: Fields | undefined): Fields | undefined {
  if (nested === undefined) return undefined
  const value = nested.args ?? nested.arguments ?? nested.parameters
  if (typeof value === 'string') {
    try {
      return asFields(JSON.parse(value))
    } catch {
      return undefined
    }
  }
  return asFields(value)
}

function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

function text(value: unknown): string | null {
  const clean = cleanArgument(typeof value === 'boolean' ? undefined : value)
  return typeof clean === 'string' ? clean.slice(0, 255) : null
}
