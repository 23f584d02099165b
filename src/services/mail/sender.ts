/**
 * Sends what waits in the outbox. A mail is taken in hand by compare-and-set (`due_at` moves into the future), handed to the
 * server, and noted; so a dead server delays it and a dead sender holds it for two minutes. It goes out twice only when
 * nobody was left to note that the server had taken it, and then under the same Message-ID. Mails about one
 * appointment keep their order, or a calendar would end on the older state.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Tenancy, Tx } from '../../db/tenancy.ts'
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
    if (this.#accepted.has(mailId)) {
      await this.#noteAccepted(companyId, mailId)
      return 'sent'
    }
    const taken = await this.#take(companyId, mailId)
    if (taken.kind === 'taken') return this.#deliver(taken.mail)
    if (taken.kind !== 'behind') return taken.kind
    for (const id of taken.earlier) {
      const sent = await this.send(companyId, id)
      if (sent === 'unreachable') return sent
      if (sent === 'delayed' || sent === 'waits') return 'waits'
    }
    return this.send(companyId, mailId)
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

  async #deliver(mail: TakenMail): Promise<Sent> {
    const { from, log, smtp } = this.#deps
    const { id, companyId } = mail
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

  /** Takes a due mail in hand, unless it is not due, in another's hand, or behind earlier ones about its appointment. */
  async #take(companyId: number, id: string): Promise<Taken> {
    const now = this.#deps.clock.now()
    return this.#deps.tenancy.run(companyId, async (tx): Promise<Taken> => {
      const waiting = await tx.mailOutbox.findFirst({
        where: { companyId, id, state: 'pending' },
        select: { appointmentId: true, createdAt: true },
      })
      if (!waiting) return { kind: 'nothing' }
      const { appointmentId, createdAt } = waiting
      if (appointmentId !== null) {
        const earlier = await tx.mailOutbox.findMany({
          where: { companyId, appointmentId, state: 'pending', createdAt: { lt: createdAt } },
          orderBy: { createdAt: 'asc' },
          select: { id: true },
        })
        if (earlier.length > 0) return { kind: 'behind', earlier: earlier.map((mail) => mail.id) }
      }
      const [mail] = await tx.mailOutbox.updateManyAndReturn({
        where: { companyId, id, state: 'pending', dueAt: { lte: now } },
        data: { attempts: { increment: 1 }, dueAt: new Date(now.getTime() + inHandMs) },
      })
      return mail ? { kind: 'taken', mail: await withCompany(tx, mail) } : { kind: 'waits' }
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

type TakenMail = Awaited<ReturnType<typeof withCompany>>
type Taken =
  | { kind: 'taken'; mail: TakenMail }
  | { kind: 'behind'; earlier: string[] }
  | { kind: 'waits' | 'nothing' }

type MailRow = Awaited<ReturnType<Tx['mailOutbox']['updateManyAndReturn']>>[number]

/** The company's name is what the mail's sender is called. */
async function withCompany(tx: Tx, mail: MailRow) {
  const company = await tx.company.findUniqueOrThrow({
    where: { id: mail.companyId },
    select: { name: true },
  })
  return { ...mail, company }
}
