/**
 * What an operator should put right before a caller notices: settings that are valid to the database and still break a promise.
 * Read across companies in the role of reports; a finding names the company, never an address or a person.
 */
import type { Tenancy } from '../db/tenancy.ts'
import { type Unreachable, whyUnreachable } from './mail/notify.ts'

export interface Finding {
  code: Unreachable | 'event_type_seated' | 'event_type_recurring'
  /** null: the whole installation. */
  company_id: number | null
  /** One sentence for the operator: what is wrong, what follows, what to do. */
  message: string
}

type Deps = { tenancy: Pick<Tenancy, 'asReport'>; mailServer: boolean }

const follows = 'callback requests reach nobody but npm run callbacks -- list, and callers are promised none'
const messages: Record<Unreachable, string> = {
  mail_server_missing: `SMTP_URL is not set: ${follows}.`,
  notify_address_missing: `companies.notify_email is empty: ${follows}.`,
  notify_address_malformed: `companies.notify_email is not exactly one mailbox: ${follows}.`,
}

const notOffered = [
  {
    reason: 'seated',
    code: 'event_type_seated',
    because: 'it has seats, so that strangers would share one booking',
  },
  {
    reason: 'recurring',
    code: 'event_type_recurring',
    because: 'it repeats, so that one yes would make several bookings',
  },
] as const

/** Finds what is wrong now; nothing is kept. */
export class FindingsService {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** All findings, the installation's first, then by company. @throws when the database does not answer */
  async load(): Promise<Finding[]> {
    const { tenancy, mailServer } = this.#deps
    const { companies, services, pairs } = await tenancy.asReport(async (tx) => ({
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
    for (const { id, notifyEmail } of companies) {
      const why = whyUnreachable(notifyEmail, true)
      if (why !== null) found.push(finding(why, id))
      const kept = [...services, ...pairs].filter(({ companyId }) => companyId === id)
      for (const { reason, code, because } of notOffered) {
        const ids = kept.flatMap((one) =>
          one.notOfferedReason === reason ? (one.calcomEventTypeId ?? []) : [],
        )
        for (const eventTypeId of new Set(ids))
          found.push({
            code,
            company_id: id,
            message: `Event type ${eventTypeId} is not offered to callers: ${because}.`,
          })
      }
    }
    return found
  }
}

function finding(code: Unreachable, companyId: number | null): Finding {
  return { code, company_id: companyId, message: messages[code] }
}
