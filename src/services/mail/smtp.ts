/**
 * The mail server, over SMTP. One connection a mail: few are sent, and nothing is retried behind our back, so that it is
 * always known whether a mail may have been accepted. Answers are sorted into what the outbox can act on.
 */
import { createTransport, type Transporter } from 'nodemailer'

export interface OutgoingMail {
  from: { name: string; address: string }
  to: string
  subject: string
  text: string
  html: string
  ics: { method: string; body: string } | null
  messageId: string
}

/**
 * accepted: the server has taken it; refused: it never will (this recipient, this content); delayed: not now, or our own
 * set-up is wrong; unreachable: no server there. `code` names the reason without any address.
 */
export type Delivery = { kind: 'accepted' } | { kind: 'refused' | 'delayed' | 'unreachable'; code: string }

const timeouts = {
  dnsTimeout: 5_000,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 20_000,
}
/** Longer than a delivery can take: a mail in hand for longer has lost its sender. */
export const inHandMs = 120_000

const noServer = new Set(['ECONNECTION', 'ETIMEDOUT', 'ESOCKET', 'EDNS', 'ETLS', 'EPROTOCOL'])

/** A peer at SMTP_URL. */
export class SmtpServer {
  readonly #transport: Transporter

  /** In: smtp://user:password@host:587, smtps://… */
  constructor(url: string) {
    this.#transport = createTransport({ url, ...timeouts, disableFileAccess: true, disableUrlAccess: true })
  }

  /** Whether the server is there and takes our login: null, or why not as a code without any address. Never throws. */
  async verify(): Promise<string | null> {
    try {
      await this.#transport.verify()
      return null
    } catch (error) {
      const sorted = sortError(error)
      return sorted.kind === 'accepted' ? null : sorted.code
    }
  }

  /** Hands one mail over; never throws for what a server or network does. */
  async deliver(mail: OutgoingMail): Promise<Delivery> {
    try {
      await this.#transport.sendMail({
        from: mail.from,
        to: { name: '', address: mail.to },
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        messageId: mail.messageId,
        headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': 'de' },
        ...(mail.ics && {
          icalEvent: { method: mail.ics.method, content: mail.ics.body, filename: 'termin.ics' },
        }),
      })
      return { kind: 'accepted' }
    } catch (error) {
      return sortError(error)
    }
  }
}

function sortError(error: unknown): Delivery {
  const { code, responseCode, command } = error as {
    code?: string
    responseCode?: number
    command?: string
  }
  const reason = [code ?? 'unknown', responseCode].filter((part) => part !== undefined).join(' ')
  if (responseCode !== undefined && responseCode >= 500 && (command === 'RCPT TO' || command === 'DATA'))
    return { kind: 'refused', code: reason }
  if (responseCode === undefined && noServer.has(code ?? '')) return { kind: 'unreachable', code: reason }
  return { kind: 'delayed', code: reason }
}
