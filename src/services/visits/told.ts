/** What a person of the business is asked to tell a caller about a visit. Names services and times, never the person. */
import type { Tx } from '../../db/tenancy.ts'
import { clockTimeOf, germanDate, localDayOf } from '../../german/index.ts'
import type { Attempt } from '../attempts.ts'
import { branchOfAttempt } from '../booking/facts.ts'
import type { CallScope } from '../call-context.ts'
import type { CallbackInput } from '../callbacks.ts'
import { serviceName } from '../catalogue.ts'

/**
 * One callback for all parts: it goes on with the one that a part has asked for already. In: the parts of a visit that is not to be, and
 * those that stand all the same.
 */
export async function visitErrand(
  tx: Tx,
  scope: CallScope,
  parts: readonly Attempt[],
  standing: readonly Attempt[],
): Promise<CallbackInput> {
  const [first] = parts
  if (!first) throw new Error('A visit has no parts')
  const ids = parts.map(({ id }) => id)
  const where = { companyId: first.companyId, attemptId: { in: ids }, status: 'open' }
  const open = await tx.callbackRequest.findFirst({ where, orderBy: { id: 'desc' } })
  const text =
    standing.length === 0
      ? `Am Telefon zusammen gewünscht und nicht eingetragen, bitte Bescheid geben: ${sayParts(parts, scope)}`
      : `Am Telefon nur zusammen gewünscht, bitte klären: ${sayParts(parts, scope)}. Im Kalender steht noch ${sayParts(standing, scope)}`
  const { customerName, customerPhone } = first
  return {
    kind: 'technical',
    reason: text,
    attemptId: open?.attemptId ?? first.id,
    ...(customerName !== null && { name: customerName }),
    ...(customerPhone !== null && { phone: customerPhone }),
  }
}

function sayParts(parts: readonly Attempt[], scope: CallScope): string {
  return parts
    .map((part) => {
      const zone = branchOfAttempt(part, scope).timeZone
      const when = part.startAt
        ? ` am ${germanDate(localDayOf(part.startAt, zone))}, ${clockTimeOf(part.startAt, zone)} Uhr`
        : ''
      return `${serviceName(scope.catalogue, part.serviceId ?? 0)}${when}`
    })
    .join(' und ')
}
