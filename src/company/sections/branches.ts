/** Branches with their opening hours. */

import { readFacts } from '../../services/facts.ts'
import type { CompanyFile } from '../schema.ts'
import { weekdays } from '../schema.ts'
import { type Fields, type Json, stated } from '../thing.ts'
import { everywhere, spanOf } from '../values.ts'
import { columns, type Section, type Target } from './section.ts'

type Hours = NonNullable<CompanyFile['branches'][string]['hours']>

const map = {
  name: 'name',
  spoken_names: 'spokenNames',
  address: 'address',
  time_zone: 'timeZone',
  bundesland: 'federalState',
  holidays_closed: 'holidaysClosed',
  calcom_team: 'calcomTeamId',
  active: 'isActive',
} as const

export const branches: Section = {
  kind: 'branch',

  wanted: (file) =>
    Object.entries(file.branches).map(([key, branch]) => ({
      kind: 'branch',
      key,
      fields: stated({
        name: branch.name,
        spoken_names: branch.spoken_names,
        address: branch.address,
        time_zone: branch.time_zone,
        bundesland: branch.bundesland,
        holidays_closed: branch.holidays_closed,
        calcom_team: branch.calcom_team,
        hours: branch.hours && hoursByDay(branch.hours),
        default_service: branch.default_service,
        facts: branch.facts,
        active: branch.active ?? true,
      }),
    })),

  present: (rows, names) =>
    rows.branches.map((row) => {
      const service = row.defaultServiceId === null ? undefined : names.services.name(row.defaultServiceId)
      const hours: Record<string, string[]> = {}
      for (const span of rows.hours.filter(({ branchId }) => branchId === row.id)) {
        const day = weekdays[span.weekday - 1]!
        hours[day] = [...(hours[day] ?? []), `${span.opensAt}-${span.closesAt}`]
      }
      return {
        kind: 'branch',
        key: names.branches.name(row.id)!,
        fields: {
          ...Object.fromEntries(Object.entries(map).map(([field, column]) => [field, row[column] as Json])),
          hours,
          default_service: service?.split('@')[0] ?? null,
          facts: { ...readFacts(row.facts) },
        },
      }
    }),

  async write(target, key, fields, isNew) {
    const { tx, companyId, names } = target
    const data = columns(fields, { ...map, facts: 'facts' })
    if (isNew) {
      const { id } = await tx.branch.create({
        data: { companyId, slug: key, name: String(fields.name), ...data },
        select: { id: true },
      })
      names.branches.set(key, id)
    } else await tx.branch.update({ where: { id: names.branches.id(key)! }, data: { slug: key, ...data } })
    if (fields.hours !== undefined) await writeHours(target, names.branches.id(key)!, fields.hours)
  },

  async remove({ tx, names }, key) {
    await tx.branch.update({ where: { id: names.branches.id(key)! }, data: { isActive: false } })
  },

  intoFile(draft, things) {
    draft.branches = Object.fromEntries(
      things.map(({ key, fields }) => {
        const { active, spoken_names, default_service, hours, holidays_closed, facts, ...rest } = fields
        const optional = {
          hours: shortHours(hours as Record<string, string[]>),
          ...((spoken_names as string[]).length > 0 && { spoken_names }),
          ...(holidays_closed === false && { holidays_closed }),
          ...(default_service !== null && { default_service }),
          facts,
          ...(active === false && { active }),
        }
        return [key, { ...rest, ...optional } as unknown as CompanyFile['branches'][string]]
      }),
    )
  },
}

/** The services are written by now: which one is meant when a caller names none. */
export async function writeDefaultService(
  { tx, companyId, names }: Target,
  key: string,
  fields: Fields,
): Promise<void> {
  const { default_service: service } = fields
  if (service === undefined) return
  const offered = names.services.id(`${service}@${key}`) ?? names.services.id(`${service}@${everywhere}`)
  // A branch that is switched off may keep one that is offered elsewhere only.
  const id =
    offered ??
    (await tx.service.findFirst({ where: { companyId, slug: String(service) }, select: { id: true } }))?.id
  await tx.branch.update({
    where: { id: names.branches.id(key)! },
    data: { defaultServiceId: service === null ? null : (id ?? null) },
  })
}

/** Every open day with its spans in order. */
function hoursByDay(hours: Hours): Record<string, string[]> {
  return Object.fromEntries(
    weekdays
      .map((day) => [day, [hours[day] ?? []].flat().sort()] as const)
      .filter(([, spans]) => spans.length > 0),
  )
}

/** A day without a break as "09:00-18:00". */
function shortHours(hours: Record<string, string[]>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(hours).map(([day, spans]) => [day, spans.length === 1 ? spans[0]! : spans]),
  )
}

async function writeHours({ tx, companyId }: Target, branchId: string, hours: Json): Promise<void> {
  await tx.openingHour.deleteMany({ where: { companyId, branchId } })
  await tx.openingHour.createMany({
    data: weekdays.flatMap((day, index) =>
      ((hours as Record<string, string[]>)[day] ?? []).map((text) => {
        const { from, to } = spanOf(text)!
        return { companyId, branchId, weekday: index + 1, opensAt: from, closesAt: to }
      }),
    ),
  })
}
