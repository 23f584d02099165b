/**
 * The outbox: a mail is a row first, written in the transaction of what it tells, and one fact makes one row however often it is
 * told. Sending is the sender's business. Limit: one recipient a mail.
 */
import { createHash } from 'node:crypto'
import { enqueueJob } from '../../db/jobs.ts'
import type { Tx } from '../../db/tenancy.ts'
import type { MailText } from '../../german/sentences/mail.ts'
import { plain, renderHtml, renderText } from './render.ts'

export interface NewMail {
  companyId: number
  kind: string
  /** Exactly one address (recipient.ts). */
  to: string
  text: MailText
  ics?: { method: 'REQUEST' | 'CANCEL'; body: string }
  appointmentId?: bigint
  /** The fact: the same key again writes nothing. */
  dedupeKey: string
  /** The sender's mail domain: the right side of the Message-ID. */
  domain: string
  now: Date
}

const subjectCharactersMax = 150

/** Writes the mail and enqueues its sending. Out: its id, or null when this fact has its mail already. */
export async function putMail(tx: Tx, mail: NewMail): Promise<string | null> {
  const { companyId, dedupeKey, text } = mail
  const [created] = await tx.mailOutbox.createManyAndReturn({
    data: [
      {
        companyId,
        kind: mail.kind,
        toAddress: mail.to,
        subject: plain(text.subject, subjectCharactersMax),
        textBody: renderText(text),
        htmlBody: renderHtml(text),
        icsBody: mail.ics?.body ?? null,
        icsMethod: mail.ics?.method ?? null,
        messageId: messageId(companyId, dedupeKey, mail.domain),
        appointmentId: mail.appointmentId ?? null,
        dedupeKey,
        dueAt: mail.now,
      },
    ],
    skipDuplicates: true,
    select: { id: true },
  })
  if (!created) return null
  await enqueueJob(tx, {
    task: 'send_mail',
    payload: { mailId: created.id },
    jobKey: `send_mail:${created.id}`,
  })
  return created.id
}

/** The same for every repeat of the same fact, and telling nothing about it. */
function messageId(companyId: number, dedupeKey: string, domain: string): string {
  const digest = createHash('sha256').update(`${companyId}:${dedupeKey}`).digest('hex')
  return `<${digest.slice(0, 40)}@${domain}>`
}
