/**
 * What an operator should put right before a caller notices: settings that are valid to the database and still break a promise.
 * Read across companies in the role of reports; a finding names the company, never an address or a person.
 */
import { type NotOfferedReason, notOfferedBecause } from '../calcom/kinds.ts'
import type { Tenancy, Tx } from '../db/tenancy.ts'
import type { Clock } from '../lib/clock.ts'
import { type EnvelopeWatch, refusedEnvelope } from './calls/envelope-watch.ts'
import { type Unreachable, whyUnreachable } from './mail/notify.ts'

export interface Finding {
  code: Unreachable | `event_type_${NotOfferedReason}` | 'cannot_answer' | 'envelope_incomplete'
  /** null: the whole installation. */
  company_id: number | null
  /** One sentence for the operator: what is wrong, what follows, what to do. */
  message: string
}

type Deps = {
  tenancy: Pick<Tenancy, 'asReport'>
  envelopes: Pick<EnvelopeWatch, 'refusedLately'>
  mailServer: boolean
  clock: Clock
}

/** Whoever asks for readiness may come as often as they like. */
const keepMs = 15_000

const follows = 'callback requests reach nobody but npm run callbacks -- list, and callers are promised none'
const messages: Record<Unreachable, string> = {
  mail_server_missing: `SMTP_URL is not set: ${follows}.`,
  notify_address_missing: `companies.notify_email is empty: ${follows}.`,
  notify_address_malformed: `companies.notify_email is not exactly one mailbox: ${follows}.`,
}

/** Finds what is wrong now; nothing is kept. */
export class FindingsService {
  readonly #deps: Deps
  #silent: { askedAtMs: number; count: Promise<number | null> } | null = null

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** All findings, the installation's first, then by company. @throws when the database does not answer */
  async load(): Promise<Finding[]> {
    const { tenancy, envelopes, mailServer } = this.#deps
    const { companies, services, pairs, silent } = await tenancy.asReport(async (tx) => ({
      silent: await loadSilent(tx),
      companies: await tx.company.findMany({
        select: { id: true, notifyEmail: true },
        orderBy: { id: 'asc' },
      }),
      services: await tx.service.findMany({
        where: { isActive: true, notOfferedReason: { not: null } },
        select: { companyId: true, calcomEventTypeId: true, notOfferedReason: true },
      }),
      pairs: await tx.serviceStaff.findMany({
        where: { notOfferedReason: { not: null } },
        select: { companyId: true, calcomEventTypeId: true, notOfferedReason: true },
      }),
    }))
    const found: Finding[] = mailServer ? [] : [finding('mail_server_missing', null)]
    if (await envelopes.refusedLately())
      found.push({ code: 'envelope_incomplete', company_id: null, message: refusedEnvelope })
    for (const { id, notifyEmail } of companies) {
      if (silent.includes(id))
        found.push({
          code: 'cannot_answer',
          company_id: id,
          message:
            'No call can be answered with a booking: it lacks a number or a service; see npm run doctor.',
        })
      const why = whyUnreachable(notifyEmail, true)
      if (why !== null) found.push(finding(why, id))
      const kept = [...services, ...pairs].filter(({ companyId }) => companyId === id)
      for (const [reason, because] of Object.entries(notOfferedBecause)) {
        const ids = kept.flatMap((one) =>
          one.notOfferedReason === reason ? (one.calcomEventTypeId ?? []) : [],
        )
        for (const eventTypeId of new Set(ids))
          found.push({
            code: `event_type_${reason as NotOfferedReason}`,
            company_id: id,
            message: `Event type ${eventTypeId} is not offered to callers: ${because}.`,
          })
      }
    }
    return found
  }

  /** How many companies cannot serve a single call, at most 15 s old; null when the database does not tell. */
  countSilent(): Promise<number | null> {
    const { tenancy, clock } = this.#deps
    const nowMs = clock.now().getTime()
    if (this.#silent === null || Math.abs(nowMs - this.#silent.askedAtMs) >= keepMs)
      this.#silent = {
        askedAtMs: nowMs,
        count: tenancy.asReport(loadSilent).then(
          (ids) => ids.length,
          () => null,
        ),
      }
    return this.#silent.count
  }
}

/** Companies without a number that leads to them, or without a service that callers are offered. */
async function loadSilent(tx: Tx): Promise<number[]> {
  const rows = await tx.$queryRaw<Array<{ id: number }>>`
    SELECT c.id FROM companies c
    WHERE NOT EXISTS (
      SELECT FROM branches b JOIN phone_numbers n ON n.company_id = b.company_id AND n.branch_id = b.id
      WHERE b.company_id = c.id AND b.is_active AND n.is_active
    ) OR NOT EXISTS (
      SELECT FROM services s LEFT JOIN service_staff p ON p.company_id = s.company_id AND p.service_id = s.id
      WHERE s.company_id = c.id AND s.is_active
        AND (s.calcom_event_type_id IS NOT NULL AND s.not_offered_reason IS NULL
             OR p.calcom_event_type_id IS NOT NULL AND p.not_offered_reason IS NULL)
    )
    ORDER BY c.id`
  return rows.map(({ id }) => id)
}

function finding(code: Unreachable, companyId: number | null): Finding {
  return { code, company_id: companyId, message: messages[code] }
}
