/**
 * Sends what waits in the outbox. A mail is taken in hand by compare-and-set (`due_at` moves into the future), handed to the
 * server, and noted; so a dead server delays it and a dead sender holds it for two minutes. It goes out twice only when
 * nobody was left to note that the server had taken it, and then under the same Message-ID. Mails about one
 * appointment keep their order, or a calendar would end on the older state.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Tenancy } from '../../db/tenancy.ts'
import type { Clock } from '../../lib/clock.ts'
import type { MailFrom } from './from.ts'
import { type Delivery, inHandMs, type SmtpServer } from './smtp.ts'

/** waits: not due, in another's hand, behind an earlier mail, or no mail server is configured. */
export type Sent = 'sent' | 'refused' | 'delayed' | 'unreachable' | 'waits' | 'nothing'

type Deps = {
  tenancy: Pick<Tenancy, 'run' | 'asSystem'>
  clock: Clock
  log: Pick<Logger, 'info' | 'warn' | 'error'>
  /** null: no SMTP_URL, mails wait. */
  smtp: Pick<SmtpServer, 'deliver'> | null
  from: MailFrom
}

const mailsPerRun = 100
const delayFirstMs = 30_000
const delayMaxMs = 600_000
/** From this try on a delay is an alarm. */
const alarmAtAttempt = 5
/** Pauses between tries to note an accepted mail: long enough for a database that restarts. */
const notePausesMs = [200, 500, 1_000, 2_000, 4_000, 8_000]

/** The only one who talks to the mail server. */
export class MailSender {
  readonly #deps: Deps
  /** Accepted by the server, not yet noted: never to be sent again by this process. */
  readonly #accepted = new Set<string>()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Sends one mail, after those about the same appointment that are older. */
  async send(companyId: number, mailId: string): Promise<Sent> {
    if (this.#deps.smtp === null) return 'waits'
    const queue = await this.#loadQueue(companyId, mailId)
    for (const id of queue) {
      const sent = await this.#sendOne(companyId, id)
      if (id === mailId) return sent
      if (sent === 'unreachable') return sent
      if (sent === 'delayed' || sent === 'waits') return 'waits'
    }
    return 'nothing'
  }

  /** Sends everything that is due, oldest first; ends early when no server is there. Out: how many ended how. */
  async sendDue(signal: AbortSignal): Promise<Partial<Record<Sent, number>>> {
    if (this.#deps.smtp === null) return {}
    const now = this.#deps.clock.now()
    const due = await this.#deps.tenancy.asSystem((tx) =>
      tx.mailOutbox.findMany({
        where: { state: 'pending', dueAt: { lte: now } },
        orderBy: { createdAt: 'asc' },
        take: mailsPerRun,
        select: { id: true, companyId: true },
      }),
    )
    const counts: Partial<Record<Sent, number>> = {}
    for (const { id, companyId } of due) {
      if (signal.aborted) break
      const sent = await this.send(companyId, id)
      counts[sent] = (counts[sent] ?? 0) + 1
      if (sent === 'unreachable') break
    }
    return counts
  }

  /** The mail and the unsent ones before it, in order. */
  async #loadQueue(companyId: number, mailId: string): Promise<string[]> {
    return this.#deps.tenancy.run(companyId, async (tx) => {
      const mail = await tx.mailOutbox.findFirst({ where: { companyId, id: mailId, state: 'pending' } })
      if (!mail) return []
      if (mail.appointmentId === null) return [mailId]
      const earlier = await tx.mailOutbox.findMany({
        where: {
          companyId,
          appointmentId: mail.appointmentId,
          state: 'pending',
          createdAt: { lt: mail.createdAt },
        },
        orderBy: { createdAt: 'asc' },
        select: { id: true },
      })
      return [...earlier.map(({ id }) => id), mailId]
    })
  }

  async #sendOne(companyId: number, id: string): Promise<Sent> {
    if (this.#accepted.has(id)) {
      await this.#noteAccepted(companyId, id)
      return 'sent'
    }
    const mail = await this.#take(companyId, id)
    if (!mail) return 'waits'
    const { from, log, smtp } = this.#deps
    const delivery: Delivery = await smtp!.deliver({
      from: { name: mail.company.name, address: from.address },
      to: mail.toAddress,
      subject: mail.subject,
      text: mail.textBody,
      html: mail.htmlBody,
      ics: mail.icsBody === null ? null : { method: mail.icsMethod ?? 'REQUEST', body: mail.icsBody },
      messageId: mail.messageId,
    })
    const said = { component: 'mail', mailId: id, kind: mail.kind, attempt: mail.attempts }
    if (delivery.kind === 'accepted') {
      this.#accepted.add(id)
      await this.#noteAccepted(companyId, id)
      log.info(said, 'mail sent')
      return 'sent'
    }
    const refused = delivery.kind === 'refused'
    await this.#noteFailure(companyId, id, mail.attempts, delivery)
    const alarm = refused ? 'mail_refused' : mail.attempts >= alarmAtAttempt ? 'mail_delayed' : undefined
    log[alarm === undefined ? 'warn' : 'error'](
      { ...said, code: delivery.code, ...(alarm && { alarm }) },
      refused ? 'mail refused' : 'mail delayed',
    )
    return delivery.kind
  }

  /** Takes a due mail in hand. Null: it is not due, or somebody else has it. */
  async #take(companyId: number, id: string) {
    const now = this.#deps.clock.now()
    return this.#deps.tenancy.run(companyId, async (tx) => {
      const [mail] = await tx.mailOutbox.updateManyAndReturn({
        where: { companyId, id, state: 'pending', dueAt: { lte: now } },
        data: { attempts: { increment: 1 }, dueAt: new Date(now.getTime() + inHandMs) },
      })
      if (!mail) return null
      const company = await tx.company.findUniqueOrThrow({
        where: { id: companyId },
        select: { name: true },
      })
      return { ...mail, company }
    })
  }

  async #noteAccepted(companyId: number, id: string): Promise<void> {
    for (let tried = 0; ; tried += 1) {
      try {
        await this.#deps.tenancy.run(companyId, (tx) =>
          tx.mailOutbox.updateMany({
            where: { companyId, id },
            data: { state: 'sent', sentAt: this.#deps.clock.now(), lastError: null },
          }),
        )
        this.#accepted.delete(id)
        return
      } catch (error) {
        const pauseMs = notePausesMs[tried]
        if (pauseMs === undefined) throw error
        await wait(pauseMs)
      }
    }
  }

  async #noteFailure(
    companyId: number,
    id: string,
    attempts: number,
    { kind, code }: Exclude<Delivery, { kind: 'accepted' }>,
  ): Promise<void> {
    const delayMs = Math.min(delayMaxMs, delayFirstMs * 2 ** Math.min(attempts - 1, 10))
    await this.#deps.tenancy.run(companyId, (tx) =>
      tx.mailOutbox.updateMany({
        where: { companyId, id, state: 'pending' },
        data: {
          state: kind === 'refused' ? 'failed' : 'pending',
          lastError: code,
          dueAt: new Date(this.#deps.clock.now().getTime() + delayMs),
        },
      }),
    )
  }
}
