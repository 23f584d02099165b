/**
 * Services: one row for each branch that offers one, under one name. What the file states is locked against the hourly import from
 * Cal.com; what it leaves out stays the import's.
 */
import type { EventTypeKind } from '../../calcom/kinds.ts'
import type { Prisma } from '../../db/generated/client.ts'
import type { CompanyFile } from '../schema.ts'
import { canonical, type Fields, isSame, type Json, stated } from '../thing.ts'
import { everywhere } from '../values.ts'
import { columns, type Section, type Target } from './section.ts'

type ServiceInFile = NonNullable<CompanyFile['services']>[string]
type Offer = ServiceInFile['at'][string]

const map = {
  name: 'name',
  category: 'category',
  description: 'description',
  minutes: 'durationMinutes',
  price_cents: 'priceCents',
  minimum_notice_minutes: 'minimumNoticeMinutes',
  event_type: 'calcomEventTypeId',
  active: 'isActive',
} as const

/** What the import calls a field that it must leave alone (`services.locked_fields`). */
const locks: Readonly<Record<string, string>> = {
  name: 'name',
  description: 'description',
  minutes: 'duration',
  price_cents: 'price',
  minimum_notice_minutes: 'minimum_notice',
  by: 'staff',
}

const factNames = [
  'name',
  'category',
  'description',
  'minutes',
  'price_cents',
  'minimum_notice_minutes',
  'synonyms',
  'active',
] as const

export const services: Section = {
  kind: 'service',

  wanted: (file, eventTypeNumber) =>
    Object.entries(file.services ?? {}).flatMap(([name, service]) =>
      Object.entries(service.at).map(([place, offer]) => {
        const fact = <N extends keyof Offer & keyof ServiceInFile>(field: N) =>
          offer[field] !== undefined ? offer[field] : service[field]
        const price = fact('price')
        const synonyms = fact('synonyms') as string[] | undefined
        return {
          kind: 'service' as const,
          key: `${name}@${place}`,
          fields: stated({
            branch: place === everywhere ? null : place,
            name: fact('name') as string,
            category: fact('category') as string | null | undefined,
            description: fact('description') as string | null | undefined,
            minutes: fact('minutes') as number | undefined,
            price_cents: price == null ? (price as null | undefined) : Math.round(Number(price) * 100),
            minimum_notice_minutes: fact('minimum_notice_minutes') as number | null | undefined,
            synonyms: synonyms && [...new Set(synonyms)].sort(),
            event_type:
              offer.event_type == null ? offer.event_type : eventTypeNumber(place, offer.event_type),
            by:
              offer.by &&
              Object.fromEntries(
                Object.entries(offer.by).map(([who, own]) => [
                  who,
                  own === null ? null : eventTypeNumber(place, own),
                ]),
              ),
            active: (fact('active') as boolean | undefined) ?? true,
          }),
        }
      }),
    ),

  present: (rows, names) =>
    rows.services.map((row) => ({
      kind: 'service',
      key: names.services.name(row.id)!,
      fields: {
        ...Object.fromEntries(Object.entries(map).map(([field, column]) => [field, row[column] as Json])),
        branch: row.branchId === null ? null : (names.branches.name(row.branchId) ?? null),
        synonyms: row.synonyms.map(({ synonym }) => synonym).sort(),
        by: Object.fromEntries(
          row.serviceStaff.map((pair) => [names.staff.name(pair.staffId)!, pair.calcomEventTypeId]),
        ),
      },
    })),

  async write(target, key, fields, isNew) {
    const { tx, companyId, names } = target
    const branchId = typeof fields.branch === 'string' ? names.branches.id(fields.branch) : fields.branch
    const data = {
      ...columns(fields, map),
      ...(fields.branch !== undefined && { branchId: (branchId ?? null) as string | null }),
    }
    const slug = key.split('@')[0]!
    if (isNew) {
      const created = await tx.service.create({
        data: { companyId, slug, ...data } as unknown as Prisma.ServiceUncheckedCreateInput,
        select: { id: true },
      })
      names.services.set(key, created.id)
    } else await tx.service.update({ where: { id: names.services.id(key)! }, data: { slug, ...data } })
    const id = names.services.id(key)!
    if (fields.synonyms !== undefined) {
      await tx.serviceSynonym.deleteMany({ where: { companyId, serviceId: id, language: 'de' } })
      await tx.serviceSynonym.createMany({
        data: (fields.synonyms as string[]).map((synonym) => ({ companyId, serviceId: id, synonym })),
      })
    }
    if (fields.by !== undefined) await writePairs(target, id, fields.by as Record<string, number | null>)
  },

  async remove({ tx, names }, key) {
    await tx.service.update({ where: { id: names.services.id(key)! }, data: { isActive: false } })
  },

  intoFile(draft, things) {
    const bySlug = new Map<string, { place: string; fields: Fields }[]>()
    for (const { key, fields } of things) {
      const [slug = '', place = everywhere] = key.split('@')
      bySlug.set(slug, [...(bySlug.get(slug) ?? []), { place, fields }])
    }
    draft.services = Object.fromEntries([...bySlug].map(([slug, offers]) => [slug, serviceInFile(offers)]))
  },
}

/** What Cal.com says of an event type and no file does; the hourly import keeps it right. */
export interface CalendarFacts {
  requiresConfirmation: boolean
  schedulingType: string | null
  emailRequired: boolean
  notOfferedReason: string | null
  eventTypeKind: EventTypeKind
}

/** Writes what Cal.com says of the calendar that a service has got. */
export async function writeCalendarFacts(
  { tx, names }: Target,
  key: string,
  facts: CalendarFacts | undefined,
): Promise<void> {
  if (facts) await tx.service.update({ where: { id: names.services.id(key)! }, data: facts })
}

/** Locks what the file states, frees what it no longer states, keeps locks that were set elsewhere. */
export async function writeLocks(
  { tx, companyId, names }: Target,
  key: string,
  now: Fields,
  before: Fields | undefined,
): Promise<void> {
  const id = names.services.id(key)!
  const row = await tx.service.findUniqueOrThrow({ where: { companyId_id: { companyId, id } } })
  const locked = (fields: Fields) => Object.keys(fields).flatMap((field) => locks[field] ?? [])
  const freed = new Set(locked(before ?? {}))
  const next = [...new Set([...row.lockedFields.filter((name) => !freed.has(name)), ...locked(now)])].sort()
  const slug = key.split('@')[0]!
  if (isSame(next, [...row.lockedFields].sort()) && row.slug === slug) return
  await tx.service.update({ where: { id }, data: { lockedFields: next, slug } })
}

async function writePairs(
  { tx, companyId, names }: Target,
  serviceId: number,
  by: Record<string, number | null>,
) {
  const pairs = Object.entries(by).map(([who, own]) => ({
    staffId: names.staff.id(who)!,
    calcomEventTypeId: own,
  }))
  await tx.serviceStaff.deleteMany({
    where: { companyId, serviceId, staffId: { notIn: pairs.map(({ staffId }) => staffId) } },
  })
  for (const { staffId, calcomEventTypeId } of pairs)
    await tx.serviceStaff.upsert({
      where: { companyId_serviceId_staffId: { companyId, serviceId, staffId } },
      create: { companyId, serviceId, staffId, calcomEventTypeId },
      update: { calcomEventTypeId },
    })
}

/** What holds at every branch stands at the service, what differs at the branch. */
function serviceInFile(offers: readonly { place: string; fields: Fields }[]): ServiceInFile {
  const [first] = offers
  const common: Fields = first!.fields
  const at = Object.fromEntries(
    offers.map(({ place, fields }) => {
      const own = factNames.filter(
        (name) => canonical(fields[name] ?? null) !== canonical(common[name] ?? null),
      )
      return [
        place,
        {
          ...(fields.event_type !== null && { event_type: fields.event_type }),
          ...(Object.keys(fields.by as object).length > 0 && { by: fields.by }),
          ...inFile(own, fields),
        },
      ]
    }),
  )
  const shown = factNames.filter((name) => name === 'name' || !isUsual(name, common[name]!))
  return { ...inFile(shown, common), at } as unknown as ServiceInFile
}

/** What needs no saying: none of it, or switched on. */
function isUsual(name: string, value: Json): boolean {
  return name === 'active' ? value === true : value === null || (Array.isArray(value) && value.length === 0)
}

function inFile(names: readonly string[], fields: Fields): Fields {
  return Object.fromEntries(
    names.map((name) =>
      name === 'price_cents'
        ? ['price', fields[name] === null ? null : Number(fields[name]) / 100]
        : [name, fields[name]!],
    ),
  )
}
