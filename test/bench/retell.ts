/** Requests as Retell makes them: with the call object, its transcript so far, and the signature over the exact bytes. */
import { createHmac } from 'node:crypto'
import { Pool } from 'undici'
import { apiKey } from './stack.ts'

export const functionPath = '/api/webhooks/retell/function'
export const eventPath = '/api/webhooks/retell'
export const salonNumber = '+493023125001'
export const knownCaller = '+4915228817386'

export type Answer = Record<string, unknown> & { success: boolean; message: string }

/** What was said by the time an agent asks for free times, about half a minute. */
const turns = [
  ['agent', 'Salon Sonnenschein, guten Tag! Mein Name ist Clara, wie kann ich Ihnen helfen?'],
  ['user', 'Ja, guten Tag, ich hätte gern einen Termin zum Haareschneiden, wenn es geht noch diese Woche.'],
  ['agent', 'Sehr gern. Möchten Sie einen Herrenhaarschnitt oder einen Damenhaarschnitt?'],
  ['user', 'Einen Herrenhaarschnitt bitte, aber nicht zu kurz, so wie beim letzten Mal.'],
  ['agent', 'Einen Herrenhaarschnitt, gern. An welchem Tag würde es Ihnen denn passen?'],
  ['user', 'Am liebsten am Donnerstag, so am frühen Nachmittag, ich habe da etwas früher Feierabend.'],
  ['agent', 'Einen Moment bitte, ich schaue nach, was am Donnerstagnachmittag frei ist.'],
] as const

const transcript = turns.map(([role, words]) => `${role === 'agent' ? 'Agent' : 'User'}: ${words}`).join('\n')
/** Retell times every word. */
const utterances = turns.map(([role, content], turn) => ({
  role,
  content,
  words: content.split(' ').map((word, index) => {
    const start = Math.round(turn * 4_310 + index * 317) / 1000
    return { word, start, end: Math.round(start * 1000 + 289) / 1000 }
  }),
}))

/** The call object of a call under way, with every field that Retell documents for a phone call: some 10 kB. */
export function callObject(callId: string, from: string | null = knownCaller): Record<string, unknown> {
  return {
    call_id: callId,
    call_type: 'phone_call',
    agent_id: 'agent_demo_salon',
    agent_version: 17,
    agent_name: 'Empfang Salon Sonnenschein',
    call_status: 'ongoing',
    metadata: {},
    retell_llm_dynamic_variables: { company_name: 'Salon Sonnenschein', customer_recognized: 'true' },
    custom_sip_headers: { 'x-twilio-callsid': 'CA5d0d0d8047bf685c3f0ff980fe62c123' },
    data_storage_setting: 'everything',
    opt_in_signed_url: false,
    direction: 'inbound',
    from_number: from ?? 'anonymous',
    to_number: salonNumber,
    start_timestamp: Date.now() - 30_000,
    telephony_identifier: { twilio_call_sid: 'CA5d0d0d8047bf685c3f0ff980fe62c123' },
    transcript,
    transcript_object: utterances,
    transcript_with_tool_calls: [
      ...utterances,
      {
        role: 'tool_call_invocation',
        tool_call_id: 'tool_call_9c1f22',
        name: 'check_availability',
        arguments: '{}',
      },
    ],
    latency: {
      e2e: {
        p50: 812,
        p90: 1034,
        p95: 1090,
        p99: 1120,
        max: 1124,
        min: 640,
        num: 3,
        values: [640, 812, 1124],
      },
    },
  }
}

/** The bytes of a function call. */
export function functionBody(name: string, args: object, callId: string, from?: string | null): string {
  return JSON.stringify({ name, args, call: callObject(callId, from) })
}

/** Retell's signature header. */
export function signature(body: string, nowMs = Date.now()): string {
  return `v=${nowMs},d=${createHmac('sha256', apiKey).update(body).update(String(nowMs)).digest('hex')}`
}

let lastCall = 0

/** A fresh call id in Retell's form. */
export function nextCallId(): string {
  lastCall += 1
  return `call_${process.pid.toString(16)}${Date.now().toString(16)}${lastCall.toString(16).padStart(8, '0')}`
}

let lastCaller = 0

/** A number of its own: whoever books twice on one day is asked about it, and a benchmark's callers are many people. */
export function nextCaller(): string {
  lastCaller += 1
  return `+49151${String(process.pid % 100).padStart(2, '0')}${String(lastCaller).padStart(6, '0')}`
}

/** Keeps connections to one server; every answer other than 200 is an error. */
export class Agent {
  readonly #pool: Pool

  constructor(url: string, connections = 50) {
    this.#pool = new Pool(url, { connections })
  }

  /** A function call; its answer. */
  call(name: string, args: object, callId: string, from?: string | null): Promise<Answer> {
    return this.post(functionPath, functionBody(name, args, callId, from))
  }

  /** A call event. */
  event(name: string, callId: string, more: object = {}): Promise<Answer> {
    const call = { ...callObject(callId), ...more }
    const key = name === 'call_inbound' ? 'call_inbound' : 'call'
    return this.post(eventPath, JSON.stringify({ event: name, [key]: call }))
  }

  async post(path: string, body: string): Promise<Answer> {
    const response = await this.#pool.request({
      method: 'POST',
      path,
      body,
      headers: { 'content-type': 'application/json', 'x-retell-signature': signature(body) },
    })
    const text = await response.body.text()
    if (response.statusCode !== 200)
      throw new Error(`${path} answered ${response.statusCode}: ${text.slice(0, 200)}`)
    return text === '' ? ({} as Answer) : (JSON.parse(text) as Answer)
  }

  close(): Promise<void> {
    return this.#pool.close()
  }
}
