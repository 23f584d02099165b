/**
 * An event type that is one person's alone ("Herrenhaarschnitt bei Anna") is no service of its own but the way to book the common one with that
 * person. It is known by its one host, by their name in its title, and by the name and length of the service that is left without it.
 */
import type { CalcomEventType } from '../../calcom/types.ts'
import type { Tx } from '../../db/tenancy.ts'
import type { CatalogueBranch } from '../catalogue.ts'
import { writeAudit } from '../privacy/audit.ts'

interface Found {
  branch: CatalogueBranch
  type: CalcomEventType
}

/** Whether its title names its only host. */
export function isOneHosts({ type }: Pick<Found, 'type'>): boolean {
  return nameWithoutHost(type) !== null
}

/**
 * Links a new event type of one person to the service it is for. `unclear`: it is somebody's own, and which service it is for cannot be told
 * (several fit, or the person has one already): nothing is written, and it is no service either. `none`: it is not, or no service fits.
 */
export async function linkOwn(
  tx: Tx,
  companyId: number,
  { branch, type, hostIds }: Found & { hostIds: readonly number[] },
): Promise<'linked' | 'unclear' | 'none'> {
  const name = nameWithoutHost(type)
  const [staffId] = hostIds
  if (name === null || staffId === undefined || hostIds.length !== 1) return 'none'
  const services = await tx.service.findMany({
    where: { companyId, isActive: true, OR: [{ branchId: branch.id }, { branchId: null }] },
    select: { id: true, name: true, durationMinutes: true, lockedFields: true },
  })
  const named = services.filter((service) => plain(service.name) === name)
  const fitting = named.filter(({ durationMinutes }) => durationMinutes === type.durationMinutes)
  const [service] = fitting
  if (!service) return 'none'
  if (fitting.length > 1 || service.lockedFields.includes('staff')) return 'unclear'
  const key = { companyId, serviceId: service.id, staffId }
  const known = await tx.serviceStaff.findUnique({ where: { companyId_serviceId_staffId: key } })
  if (known?.calcomEventTypeId != null) return 'unclear'
  const data = {
    calcomEventTypeId: type.id,
    notOfferedReason: type.notOffered ?? null,
    eventTypeKind: type.kind,
  }
  await tx.serviceStaff.upsert({
    where: { companyId_serviceId_staffId: key },
    create: { ...key, ...data },
    update: data,
  })
  await writeAudit(tx, {
    ...{ companyId, actor: 'import', action: 'event_type_linked', entity: 'service' },
    entityId: String(service.id),
    detail: { eventTypeId: type.id },
  })
  return 'linked'
}

/** What is left of its title without its only host's name; null where the title does not name them, or nothing else. */
function nameWithoutHost({ title, hosts }: CalcomEventType): string | null {
  const [host, ...others] = hosts
  const words = host?.name?.trim().split(/\s+/) ?? []
  const first = words.find((word) => !word.endsWith('.'))
  if (others.length > 0 || first === undefined) return null
  const names = new Set(words.map(plain))
  const said = title.split(/[\s()[\]:|,–—-]+/u).filter(Boolean)
  if (!said.some((word) => [first, words.at(-1)!].map(plain).includes(plain(word)))) return null
  const joining = new Set(['bei', 'mit', 'von', 'by', 'with', 'nur'])
  const rest = said.filter((word) => !names.has(plain(word)) && !joining.has(plain(word)))
  return rest.length === 0 ? null : plain(rest.join(' '))
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
