/** What customer:export and customer:erase share: whose data is meant, and the parts that hold it. */
import { parseArgs } from 'node:util'
import { systemClock } from '../lib/clock.ts'
import { normalisePhone } from '../lib/phone.ts'
import { PersonalData } from '../services/privacy/erasure.ts'
import type { PersonKey } from '../services/privacy/person.ts'
import { UsageError } from './run-cli.ts'
import { withDatabase } from './with-database.ts'

/** `--company N` and `--phone +49…` or `--id N`. @throws with one sentence when they are missing or unreadable */
export function readPersonKey(): PersonKey {
  const { values } = parseArgs({
    options: { company: { type: 'string' }, phone: { type: 'string' }, id: { type: 'string' } },
  })
  const companyId = Number(values.company)
  const customerId = values.id === undefined ? undefined : Number(values.id)
  const phone = values.phone === undefined ? undefined : (normalisePhone(values.phone) ?? undefined)
  if (!Number.isInteger(companyId) || companyId < 1) throw new UsageError('--company N is needed')
  if (customerId !== undefined && !Number.isInteger(customerId)) throw new UsageError('--id is a number')
  if (customerId === undefined && phone === undefined)
    throw new UsageError('--phone +49… or --id N is needed')
  return { companyId, customerId, phone }
}

/** Opens the database for one piece of work on personal data. */
export async function withPersonalData<T>(work: (data: PersonalData) => Promise<T>): Promise<T> {
  return withDatabase('gateway-privacy', ({ tenancy }) =>
    work(new PersonalData({ tenancy, clock: systemClock })),
  )
}
