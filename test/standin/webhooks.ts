/** Registered webhooks, and their delivery: signed, at most once, not retried; sometimes lost, doubled or late. */
import { createHmac } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Faults } from './faults.ts'

export type Registration = {
  id: number
  subscriberUrl: string
  triggers: string[]
  secret?: string
  active: boolean
}

/** A receiver that is slower than this is given up on. */
const deliveryTimeoutMs = 4_000

export class Webhooks {
  readonly registrations: Registration[] = []
  /** Answers by status, `none` when nobody answered. */
  readonly answers = new Map<string, number>()
  readonly #faults: Faults
  readonly #late = new Set<Promise<void>>()

  constructor(faults: Faults) {
    this.#faults = faults
  }

  /** Delivers (or does not). Resolves when the booking request may go on: at once for what is late. */
  async send(subject: string, body: Record<string, unknown>): Promise<void> {
    const fate = this.#faults.decideWebhook(`${body.triggerEvent}|${subject}`)
    if (fate === 'lost') return
    const lateMs = fate === 'late' ? 300 + (subject.charCodeAt(0) % 16) * 200 : 0
    const work = (async () => {
      if (lateMs > 0) await pause(lateMs)
      await this.#deliver(body)
      if (fate === 'twice') await this.#deliver(body)
    })()
    if (lateMs === 0) return work
    this.#late.add(work)
    void work.finally(() => this.#late.delete(work))
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#late.size > 0) await Promise.all(this.#late)
  }

  async #deliver(body: Record<string, unknown>): Promise<void> {
    const text = JSON.stringify(body)
    for (const { active, triggers, subscriberUrl, secret } of this.registrations) {
      if (!active || !triggers.includes(String(body.triggerEvent))) continue
      const signature = secret
        ? createHmac('sha256', secret).update(text).digest('hex')
        : 'no-secret-provided'
      const headers = {
        'content-type': 'application/json',
        'x-cal-signature-256': signature,
        'x-cal-webhook-version': '2021-10-20',
      }
      const status = await fetch(subscriberUrl, {
        ...{ method: 'POST', headers, body: text, redirect: 'manual' },
        signal: AbortSignal.timeout(deliveryTimeoutMs),
      }).then(
        async (response) => {
          await response.arrayBuffer().catch(() => {})
          return String(response.status)
        },
        () => 'none',
      )
      this.answers.set(status, (this.answers.get(status) ?? 0) + 1)
    }
  }
}
