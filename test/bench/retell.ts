/** Requests as Retell makes them: with the call object, its transcript so far, and the signature over the exact bytes. */
import { createHmac } from 'node:crypto'
import { Pool } from 'undici'
import { apiKey } from './stack.ts'

export const functionPath = '/api/webhooks/retell/function'
export const eventPath = '/api/webhooks/retell'
export const salonNumber = '+493023125001'
export const knownCaller = '+4915228817386'

export type Answer = Record<string, unknown> & { success: boolean; message: string }

/** What was said by the time an agent asks for free times: about 1.5 kB, sent twice (text and objects). */
const turns = [
  ['agent', 'Salon Sonnenschein, guten Tag! Mein Name ist Clara, wie kann ich Ihnen helfen?'],
  ['user', 'Ja, guten Tag, ich hätte gern einen Termin zum Haareschneiden, wenn es geht noch diese Woche.'],
  ['agent', 'Sehr gern. Möchten Sie einen Herrenhaarschnitt oder einen Damenhaarschnitt?'],
  ['user', 'Einen Herrenhaarschnitt bitte, aber nicht zu kurz, so wie beim letzten Mal.'],
  ['agent', 'Einen Herrenhaarschnitt, gern. An welchem Tag würde es Ihnen denn passen?'],
  ['user', 'Am liebsten am Donnerstag, so am frühen Nachmittag, ich habe da etwas früher Feierabend.'],
  ['agent', 'Einen Moment bitte, ich schaue nach, was am Donnerstagnachmittag frei ist.'],
] as const

/** The call object of a call under way. */
export function callObject(callId: string, from: string | null = knownCaller): Record<string, unknown> {
  return {
    call_id: callId,
    call_type: 'phone_call',
    agent_id: 'agent_demo_salon',
    agent_version: 17,
    call_status: 'ongoing',
    direction: 'inbound',
    from_number: from ?? 'anonymous',
    to_number: salonNumber,
    start_timestamp: Date.now() - 30_000,
    telephony_identifier: { twilio_call_sid: 'CA5d0d0d8047bf685c3f0ff980fe62c123' },
    transcript: turns.map(([role, words]) => `${role === 'agent' ? 'Agent' : 'User'}: ${words}`).join('\n'),
    transcript_object: turns.map(([role, content], index) => ({
      role,
      content,
      words: [{ word: content.split(' ')[0], start: index * 4.1, end: index * 4.1 + 0.3 }],
    })),
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
