/**
 * Delivers webhooks as Cal.com does by default: inside the request that caused them, awaited, once, failures only
 * noted. Tests may switch them off, hold them back, delay, duplicate or reorder them; a seeded plan does so by dice.
 */
import { createHmac } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { inBackground } from '../lib/in-background.ts'
import type { SimulatorClock } from './clock.ts'
import type { Faults, Span } from './faults.ts'
import type { SimulatorState } from './state.ts'

export interface WebhookMode {
  /** `inline` is the vendor's way; `off` loses them; `held` keeps them until flushed; `delayed` sends them after `delayMs`. */
  delivery: 'inline' | 'off' | 'held' | 'delayed'
  delayMs?: Span
  /** How often each is sent; default 1. */
  copies?: number
  /** Keys that are missing from the payload of booking events, as some versions leave them out: `["uid"]`. */
  without?: string[]
}

export interface Delivery {
  id: number
  at: string
  subscriberUrl: string
  triggerEvent: string
  /** The booking's uid, absent for PING. */
  uid?: string
  /** The receiver's status, or null when there was no answer. */
  status: number | null
  error?: string
  durationMs: number
  /** Exact bytes sent and their signature. */
  body: string
  signature: string
}

interface Event {
  accountId: string
  triggerEvent: string
  uid?: string
  body: string
}

/** `X-Cal-Signature-256` of a body; Cal.com sends a fixed text when the subscription has no secret. */
function signatureOf(secret: string | null, body: string): string {
  return secret ? createHmac('sha256', secret).update(body).digest('hex') : 'no-secret-provided'
}

const deliveriesKept = 10_000

function withoutKeys(content: object, keys: readonly string[] = []): object {
  if (keys.length === 0 || !('payload' in content)) return content
  const left = Object.entries(content.payload as object).filter(([key]) => !keys.includes(key))
  return { ...content, payload: Object.fromEntries(left) }
}

export class WebhookSender {
  readonly #deps: { state: SimulatorState; clock: SimulatorClock; faults: Faults; capMs: number }
  readonly #agent = new Agent({ keepAliveTimeout: 1_000 })
  readonly #stop = new AbortController()
  readonly deliveries: Delivery[] = []
  #mode: WebhookMode = { delivery: 'inline' }
  #held: Event[] = []
  #overtaken: Event[] = []
  #lastDeliveryId = 0

  /** `capMs` bounds the wait for one receiver. */
  constructor(deps: { state: SimulatorState; clock: SimulatorClock; faults: Faults; capMs: number }) {
    this.#deps = deps
  }

  setMode(mode: WebhookMode): void {
    this.#mode = mode
  }

  /** Forgets held events and the log of deliveries, and delivers as the vendor does again. */
  reset(): void {
    this.#mode = { delivery: 'inline' }
    this.#held = []
    this.#overtaken = []
    this.deliveries.length = 0
  }

  /** Sends what was held back, oldest or newest first. Returns how many events. */
  async flush(order: 'fifo' | 'lifo' = 'fifo'): Promise<number> {
    const events = [...this.#overtaken, ...this.#held]
    this.#overtaken = []
    this.#held = []
    if (order === 'lifo') events.reverse()
    for (const event of events) await this.#deliver(event, 1)
    return events.length
  }

  /** Hands an event to every subscriber; resolves when the vendor would go on with its own work. */
  async send(accountId: string, triggerEvent: string, content: object, uid?: string): Promise<void> {
    const event = {
      accountId,
      triggerEvent,
      uid,
      body: JSON.stringify(withoutKeys(content, this.#mode.without)),
    }
    const mishap = this.#deps.faults.rollWebhook()
    const copies = (this.#mode.copies ?? 1) + (mishap.duplicated ? 1 : 0)
    if (this.#mode.delivery === 'off' || mishap.lost) return
    if (this.#mode.delivery === 'held') {
      for (let copy = 0; copy < copies; copy++) this.#held.push(event)
    } else if (mishap.reordered) {
      this.#overtaken.push(event)
    } else if (this.#mode.delivery === 'delayed' || mishap.delayMs > 0) {
      const delayMs = mishap.delayMs || this.#deps.faults.pick(this.#mode.delayMs ?? 0)
      inBackground(
        wait(delayMs, undefined, { signal: this.#stop.signal, ref: false }).then(() =>
          this.#deliver(event, copies),
        ),
      )
    } else {
      await this.#deliver(event, copies)
      const late = this.#overtaken.splice(0)
      for (const earlier of late) await this.#deliver(earlier, 1)
    }
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#agent.destroy()
  }

  async #deliver(event: Event, copies: number): Promise<void> {
    for (const webhook of [...this.#deps.state.webhooks.values()]) {
      const wanted = webhook.triggers.includes(event.triggerEvent) || event.triggerEvent === 'PING'
      if (!webhook.active || !wanted || webhook.accountId !== event.accountId) continue
      for (let copy = 0; copy < copies; copy++) await this.#post(webhook.subscriberUrl, webhook.secret, event)
    }
  }

  async #post(subscriberUrl: string, secret: string | null, event: Event): Promise<void> {
    const startedAt = performance.now()
    const signature = signatureOf(secret, event.body)
    let outcome: { status: number | null; error?: string }
    try {
      const answer = await request(subscriberUrl, {
        method: 'POST',
        dispatcher: this.#agent,
        signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(this.#deps.capMs)]),
        headers: {
          'content-type': 'application/json',
          'x-cal-signature-256': signature,
          'x-cal-webhook-version': '2021-10-20',
        },
        body: event.body,
      })
      await answer.body.dump()
      outcome = { status: answer.statusCode }
    } catch (error) {
      outcome = { status: null, error: error instanceof Error ? error.message : String(error) }
    }
    if (this.deliveries.length >= deliveriesKept) this.deliveries.shift()
    this.deliveries.push({
      id: ++this.#lastDeliveryId,
      at: this.#deps.clock.now().toISOString(),
      subscriberUrl,
      triggerEvent: event.triggerEvent,
      uid: event.uid,
      ...outcome,
      durationMs: Math.round(performance.now() - startedAt),
      body: event.body,
      signature,
    })
  }
}
