/** What the commands about one person share: whose data is meant, who asks and why, and the parts that hold it. */
import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import { normalisePhone } from '../lib/phone.ts'
import type { Asker } from '../services/privacy/audit.ts'
import type { PersonalData } from '../services/privacy/erasure.ts'
import type { PersonKey } from '../services/privacy/person.ts'
import { UsageError } from './run-cli.ts'
import { withGateway } from './with-gateway.ts'

const whyCharactersMax = 200

/**
 * `--company N`, one or more of `--phone +49…`, `--email …`, `--id N`, then `--why TEXT` and `--by NAME` (default: the login).
 * @throws with one sentence when they are missing or unreadable
 */
export function readPersonKey(): { key: PersonKey; asker: Asker } {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    options: { company: text, phone: text, email: text, id: text, why: text, by: text },
  })
  const companyId = Number(values.company)
  const customerId = values.id === undefined ? undefined : Number(values.id)
  const phone = values.phone === undefined ? undefined : (normalisePhone(values.phone) ?? undefined)
  const email = values.email?.trim()
  if (!Number.isInteger(companyId) || companyId < 1) throw new UsageError('--company N is needed')
  if (customerId !== undefined && !Number.isInteger(customerId)) throw new UsageError('--id is a number')
  if (email !== undefined && !/^\S+@\S+\.\S+$/.test(email)) throw new UsageError('--email is a mail address')
  if (customerId === undefined && phone === undefined && email === undefined)
    throw new UsageError('--phone +49…, --email … or --id N is needed')
  const why = values.why?.trim() ?? ''
  if (why === '' || why.length > whyCharactersMax)
    throw new UsageError(
      '--why TEXT is needed, at most 200 characters and without the person’s name or number: it stays in the audit log',
    )
  return { key: { companyId, customerId, phone, email }, asker: { by: askedBy(values.by), why } }
}

/** Who runs a command: what they say, else the login. */
export function askedBy(said: string | undefined): string {
  if (said !== undefined && said.trim() !== '') return `cli:${said.trim().slice(0, 100)}`
  try {
    return `cli:${userInfo().username}`
  } catch {
    return 'cli'
  }
}

/** Opens what holds personal data for one piece of work. */
export function withPersonalData<T>(work: (data: PersonalData) => Promise<T>): Promise<T> {
  return withGateway(({ personalData }) => work(personalData))
}

export const tellingReason =
  'Nothing was done: --why (or --by) holds the person’s own name, number or address, and would stay in the audit log.'
