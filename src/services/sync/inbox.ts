/**
 * The inbox of Cal.com's webhooks: stored first, in one statement together with the job that will read it, then answered. What
 * cannot be worked on is tried again with growing pauses and ends as `dead`, for an operator to see and to replay.
 * Payloads hold personal data: they stay in this table, and errors are noted as codes.
 */
import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import type { CalcomWebhookEvent } from '../../calcom/webhook.ts'
import { parseCalcomWebhook } from '../../calcom/webhook.ts'
import { enqueueJob } from '../../db/jobs.ts'
import type { Tenancy } from '../../db/tenancy.ts'
import type { Clock } from '../../lib/clock.ts'
import { storableJson, storableText } from '../../lib/storable.ts'
import { TryAgainLater } from '../../lib/try-again.ts'
import type { BookingSync } from './apply.ts'
import { type Applied, isAboutBooking, newsFromWebhook } from './news.ts'
import type { BookingOwners } from './owners.ts'
import type { UnnamedEvents } from './unnamed.ts'

/** Tries before an event is given up; with the queue's pauses the last one comes about half an hour after the first. */
export const inboxTriesMax = 8

type Deps = {
  tenancy: Pick<Tenancy, 'asSystem'>
  owners: BookingOwners
  sync: Pick<BookingSync, 'apply'>
  unnamed: Pick<UnnamedEvents, 'find'>
  /** Told of each event as it came. */
  onEvent?: (connectionId: string, body: unknown) => void
  clock: Clock
  log: Pick<Logger, 'info' | 'error'>
}

export interface InboxEntry {
  id: string
  companyId: number | null
  connectionId: string
  eventType: string
  status: string
  attempts: number
  lastError: string | null
  receivedAt: Date
}

/** An event that nobody has looked at for this long has lost its job. */
const forgottenAfterMs = 10 * 60_000
const forgottenFailedAfterMs = 2 * 3_600_000

export class WebhookInbox {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * Stores a verified event and enqueues its processing, both or neither, in one round trip. False: it is here already.
   * @throws when it cannot be stored: the sender must hear that
   */
  async store(connectionId: string, event: CalcomWebhookEvent, rawBody: Buffer): Promise<boolean> {
    const hash = createHash('sha256').update(rawBody).digest('hex').slice(0, 32)
    const eventType = storableText(event.trigger, 60)
    const dedupeKey = `${connectionId}:${eventType}:${storableText(event.uid ?? '', 100)}:${hash}`
    const body: unknown = JSON.parse(rawBody.toString('utf8'))
    this.#deps.onEvent?.(connectionId, body)
    const payload = JSON.stringify(storableJson(body))
    const stored = await this.#deps.tenancy.asSystem(
      (tx) => tx.$queryRaw<unknown[]>`
        WITH stored AS (
          INSERT INTO webhook_events (source, connection_id, event_type, dedupe_key, payload, received_at)
          VALUES ('calcom', ${connectionId}, ${eventType}, ${dedupeKey}, ${payload}::jsonb,
                  ${this.#deps.clock.now()})
          ON CONFLICT (dedupe_key) DO NOTHING RETURNING id)
        SELECT gateway_enqueue_job('process_webhook', json_build_object('eventId', id::text), 'webhook:' || id, NULL, NULL)::text
        FROM stored`,
    )
    return stored.length > 0
  }

  /**
   * Works on one event. Resolves also when it is given up; then it is `dead`.
   * @throws what went wrong, while it is worth another try
   */
  async process(eventId: bigint): Promise<Applied> {
    const { tenancy, clock } = this.#deps
    const row = await tenancy.asSystem((tx) => tx.webhookEvent.findUnique({ where: { id: eventId } }))
    if (!row || row.status === 'processed' || row.status === 'ignored') return { kind: 'known' }
    try {
      const { applied, companyId } = await this.#apply(row)
      await tenancy.asSystem((tx) =>
        tx.webhookEvent.update({
          where: { id: eventId },
          data: {
            companyId,
            status: applied.kind === 'ignored' ? 'ignored' : 'processed',
            attempts: { increment: 1 },
            lastError: applied.reason ?? null,
            processedAt: clock.now(),
          },
        }),
      )
      return applied
    } catch (error) {
      const dead = row.attempts + 1 >= inboxTriesMax
      await tenancy.asSystem((tx) =>
        tx.webhookEvent.update({
          where: { id: eventId },
          data: { status: dead ? 'dead' : 'failed', attempts: { increment: 1 }, lastError: codeOf(error) },
        }),
      )
      if (!dead) throw error
      this.#deps.log.error(
        { component: 'sync', alarm: 'webhook_dead', eventId: String(eventId), err: error },
        'a webhook could not be worked on: see npm run webhooks:replay',
      )
      return { kind: 'ignored', reason: 'dead' }
    }
  }

  /** Events that could not be worked on, newest first. */
  async list(max = 100): Promise<InboxEntry[]> {
    const rows = await this.#deps.tenancy.asSystem((tx) =>
      tx.webhookEvent.findMany({
        where: { status: { in: ['failed', 'dead'] } },
        omit: { payload: true },
        orderBy: { id: 'desc' },
        take: max,
      }),
    )
    return rows.map((row) => ({ ...row, id: String(row.id) }))
  }

  /** Puts events back to the beginning: one, or all dead ones. Out: how many. */
  async replay(which: { id: bigint } | 'dead'): Promise<number> {
    return this.#requeue(which === 'dead' ? { status: 'dead' } : { id: which.id })
  }

  /** Enqueues events again whose job is gone, for instance because it was killed too often. Out: how many. */
  async requeueForgotten(): Promise<number> {
    const now = this.#deps.clock.now().getTime()
    return this.#requeue({
      OR: [
        { status: 'received', receivedAt: { lt: new Date(now - forgottenAfterMs) } },
        { status: 'failed', receivedAt: { lt: new Date(now - forgottenFailedAfterMs) } },
      ],
    })
  }

  async #requeue(where: object): Promise<number> {
    return this.#deps.tenancy.asSystem(async (tx) => {
      const rows = await tx.webhookEvent.findMany({ where, select: { id: true, status: true }, take: 500 })
      for (const { id, status } of rows) {
        const data = { status: 'received', ...(status === 'failed' ? {} : { attempts: 0 }) }
        await tx.webhookEvent.update({ where: { id }, data })
        await enqueueJob(tx, {
          task: 'process_webhook',
          payload: { eventId: String(id) },
          jobKey: `webhook:${id}`,
        })
      }
      return rows.length
    })
  }

  async #apply(row: {
    connectionId: string
    payload: unknown
  }): Promise<{ applied: Applied; companyId: number | null }> {
    const ignored = (reason: string) => ({ applied: { kind: 'ignored' as const, reason }, companyId: null })
    const event = parseCalcomWebhook(row.payload)
    const named = event && newsFromWebhook(event)
    const isUnnamed = event !== undefined && event.uid === undefined
    const news =
      isUnnamed && isAboutBooking(event) ? await this.#deps.unnamed.find(row.connectionId, event) : named
    if (!event || !news) return ignored('nothing_to_do')
    const { uid, rescheduledFromUid, eventTypeId } = news.booking
    const owner = await this.#deps.owners.find(row.connectionId, {
      uids: [uid, ...(rescheduledFromUid === undefined ? [] : [rescheduledFromUid])],
      eventTypeId,
      attemptId: news.booking.metadata?.booking_id,
    })
    if (owner.kind !== 'company')
      return ignored(owner.kind === 'none' ? 'nobodys_booking' : 'several_companies')
    return { applied: await this.#deps.sync.apply(owner.companyId, news), companyId: owner.companyId }
  }
}

/** What kind of error it was; texts of drivers quote rows. */
function codeOf(error: unknown): string {
  if (error instanceof TryAgainLater) return error.message
  if (!(error instanceof Error)) return typeof error
  const { code, kind, reason } = error as { code?: unknown; kind?: unknown; reason?: unknown }
  return [error.name, ...[code, kind, reason].filter((part) => typeof part === 'string')]
    .join(' ')
    .slice(0, 200)
}
