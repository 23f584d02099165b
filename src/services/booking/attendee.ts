/**
 * Who a booking is for, as Cal.com is told: name, phone, email. Pure. Many callers have no email to spell; the company's
 * setting decides what then (functions.md, "Missing email"). Addresses made here are unique per booking, because
 * Cal.com has returned another caller's booking for a shared one (incident I-45), and are never mailed to.
 */
import { createHash } from 'node:crypto'
import { readPhone } from '../../lib/phone.ts'
import type { Catalogue, CatalogueService } from '../catalogue.ts'
import { readEmail } from '../matching/index.ts'

/** How Cal.com is to be given an email: the person's own, one of our mailbox, none, or first ask for something. */
export type EmailPlan =
  | { kind: 'own'; email: string }
  | { kind: 'mailbox' }
  | { kind: 'none' }
  | { kind: 'ask'; field: 'email' | 'phone' }

/**
 * The number a booking is stored under, E.164 or null: the argument's, or the caller's own where none was said, theirs was meant or a
 * model made one up ("0151123456", incident I-73). `unclear`: digits were said that make no number; they are asked for again.
 */
export function contactPhone(
  spoken: string | undefined,
  callerNumber: string | null,
): { phone: string | null; unclear: boolean } {
  const read = spoken === undefined ? null : readPhone(spoken)
  if (read === null) return { phone: callerNumber, unclear: false }
  if (read.phone !== null) return { phone: read.phone, unclear: false }
  return read.reason === 'unclear' ? { phone: null, unclear: true } : { phone: callerNumber, unclear: false }
}

/** A real address from what was spoken, else the one already known; `unclear` when something was said in vain. */
export function contactEmail(
  spoken: string | undefined,
  known: string | null,
): { email: string | null; unclear: boolean } {
  const read = spoken === undefined ? null : readEmail(spoken)
  if (read?.email) return { email: read.email, unclear: false }
  const unclear = read !== null && read.email === null && read.reason === 'unclear'
  return { email: known, unclear }
}

/** What to do about the email of one booking. */
export function planEmail(
  company: Pick<Catalogue['company'], 'missingEmail' | 'mailbox'>,
  service: Pick<CatalogueService, 'emailRequired' | 'kind'>,
  contact: { email: string | null; phone: string | null },
): EmailPlan {
  if (service.kind?.phone === 'required' && contact.phone === null) return { kind: 'ask', field: 'phone' }
  if (contact.email !== null) return { kind: 'own', email: contact.email }
  const mailbox: EmailPlan | null = company.mailbox === null ? null : { kind: 'mailbox' }
  if (company.missingEmail === 'ask') return { kind: 'ask', field: 'email' }
  if (company.missingEmail === 'own_mailbox' && mailbox) return mailbox
  if (service.emailRequired) return mailbox ?? { kind: 'ask', field: 'email' }
  if (contact.phone !== null) return { kind: 'none' }
  return mailbox ?? { kind: 'ask', field: 'phone' }
}

/** The mailbox's sub-address of one booking: "termine+temp_1762…@salon.de"; at most 64 characters before the @. */
export function mailboxAddress(mailbox: string, attemptId: string): string {
  const at = mailbox.lastIndexOf('@')
  const local = mailbox.slice(0, at)
  const tag = attemptId.toLowerCase().replace(/[^a-z0-9_-]/g, '')
  const short = createHash('sha256').update(attemptId).digest('hex').slice(0, 20)
  const fits = local.length + 1 + tag.length <= 64 && tag.length === attemptId.length
  return `${local}+${fits ? tag : short}${mailbox.slice(at)}`
}
