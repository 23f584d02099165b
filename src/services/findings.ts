/**
 * What an operator should put right before a caller notices: settings that are valid to the database and still break a promise.
 * Read across companies in the role of reports; a finding names the company, never an address or a person.
 */
import type { Tenancy } from '../db/tenancy.ts'
import { type Unreachable, whyUnreachable } from './mail/notify.ts'

export interface Finding {
  code: Unreachable
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

/** Finds what is wrong now; nothing is kept. */
export class FindingsService {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** All findings, the installation's first, then by company. @throws when the database does not answer */
  async load(): Promise<Finding[]> {
    const { tenancy, mailServer } = this.#deps
    const companies = await tenancy.asReport((tx) =>
      tx.company.findMany({ select: { id: true, notifyEmail: true }, orderBy: { id: 'asc' } }),
    )
    const found: Finding[] = mailServer ? [] : [finding('mail_server_missing', null)]
    for (const { id, notifyEmail } of companies) {
      const why = whyUnreachable(notifyEmail, true)
      if (why !== null) found.push(finding(why, id))
    }
    return found
  }
}

function finding(code: Unreachable, companyId: number | null): Finding {
  return { code, company_id: companyId, message: messages[code] }
}
