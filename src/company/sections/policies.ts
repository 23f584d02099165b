/** The business's rules. The file gives them for the company, a branch, a service, or a service at a branch. */

import type { CompanyRows, Names } from '../rows.ts'
import { isEverywhere } from '../rules.ts'
import type { CompanyFile } from '../schema.ts'
import { canonical, type Fields, type Json, type Thing } from '../thing.ts'
import { everywhere } from '../values.ts'
import { columns, type Section } from './section.ts'

type PolicyInFile = NonNullable<CompanyFile['policies']>[number]

const map = {
  cancel_until_hours: 'cancellationDeadlineHours',
  move_until_hours: 'rescheduleDeadlineHours',
  minimum_notice_minutes: 'minimumNoticeMinutes',
  moves_max: 'reschedulesMax',
} as const
const fieldNames = Object.keys(map) as (keyof typeof map)[]

export const policies: Section = {
  kind: 'policy',

  /** A policy of a service is one for each row of it; one that also names the branch says more and wins. */
  wanted(file) {
    const things = new Map<string, Fields>()
    const ordered = [...(file.policies ?? [])].sort(
      (a, b) => Number(a.branch !== undefined) - Number(b.branch !== undefined),
    )
    for (const policy of ordered)
      for (const key of keysOf(policy, ruledPlaces(file.services?.[policy.service ?? ''])))
        things.set(key, { ...none, ...things.get(key), ...statedRules(policy) })
    return [...things].map(([key, fields]): Thing => ({ kind: 'policy', key, fields }))
  },

  present(rows, names) {
    const things = new Map<string, Fields>()
    // The row with a branch is the more specific one, as for a call (services/policies.ts).
    const ordered = [...rows.policies].sort(
      (a, b) => Number(a.branchId !== null) - Number(b.branchId !== null),
    )
    for (const row of ordered) {
      const key = keyOfRow(row, names, rows)
      const fields = Object.fromEntries(fieldNames.map((field) => [field, row[map[field]] as Json]))
      const set = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
      if (key !== null) things.set(key, { ...none, ...things.get(key), ...set })
    }
    return [...things].map(([key, fields]): Thing => ({ kind: 'policy', key, fields }))
  },

  async write({ tx, companyId, names }, key, fields) {
    const where = { companyId, OR: scopesOf(key, names) }
    const rows = await tx.policy.findMany({ where, orderBy: { branchId: { sort: 'asc', nulls: 'first' } } })
    const merged = Object.fromEntries(
      fieldNames.map((field) => {
        const before = rows.findLast((row) => row[map[field]] !== null)?.[map[field]]
        return [field, (fields[field] !== undefined ? fields[field] : before) ?? null]
      }),
    )
    await tx.policy.deleteMany({ where })
    await tx.policy.create({ data: { companyId, ...scopesOf(key, names)[0]!, ...columns(merged, map) } })
  },

  async remove({ tx, companyId, names }, key) {
    await tx.policy.deleteMany({ where: { companyId, OR: scopesOf(key, names) } })
  },

  intoFile(draft, things) {
    const list: PolicyInFile[] = []
    const ofServices = new Map<string, { place: string; fields: Fields }[]>()
    for (const { key, fields } of things) {
      const [scope = '', place] = key.split('@')
      if (scope === 'company') list.push(inFile(fields))
      else if (scope.startsWith('branch:')) list.push({ branch: scope.slice(7), ...inFile(fields) })
      else {
        const service = scope.slice(8)
        ofServices.set(service, [...(ofServices.get(service) ?? []), { place: place!, fields }])
      }
    }
    for (const [service, entries] of ofServices) {
      const whole = entries.filter(({ place }) => !place.includes('/'))
      const [first] = whole
      const everyPlace =
        first !== undefined &&
        ruledPlaces(draft.services?.[service]).every((place) =>
          whole.some((entry) => entry.place === place),
        ) &&
        whole.every(({ fields }) => canonical(fields) === canonical(first.fields))
      if (everyPlace) list.push({ service, ...inFile(first.fields) })
      for (const { place, fields } of entries)
        if (!everyPlace || place.includes('/'))
          list.push({ branch: place.split('/').at(-1)!, service, ...inFile(fields) })
    }
    draft.policies = list
  },
}

const none: Fields = Object.fromEntries(fieldNames.map((field) => [field, null]))

function statedRules(policy: PolicyInFile): Fields {
  return Object.fromEntries(
    fieldNames.filter((field) => policy[field] !== undefined).map((field) => [field, policy[field] as Json]),
  )
}

function inFile(fields: Fields): PolicyInFile {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
}

/** 'company', 'branch:nord', 'service:farbe@nord', 'service:farbe@all/nord' (offered everywhere, ruled here). */
function keysOf({ branch, service }: PolicyInFile, places: readonly string[]): string[] {
  if (service === undefined) return [branch === undefined ? 'company' : `branch:${branch}`]
  if (branch === undefined) return places.map((place) => `service:${service}@${place}`)
  return [`service:${service}@${places.includes(branch) ? branch : `${everywhere}/${branch}`}`]
}

/** Where a service has rules: where it is offered everywhere, a place of its own is one that was switched off. */
function ruledPlaces(service: NonNullable<CompanyFile['services']>[string] | undefined): string[] {
  if (service === undefined) return []
  return isEverywhere(service) ? [everywhere] : Object.keys(service.at)
}

/** Null for a rule that no call can come to: of a service that its branch does not offer, or that is offered everywhere instead. */
function keyOfRow(
  row: CompanyRows['policies'][number],
  names: Names,
  { services }: CompanyRows,
): string | null {
  const branch = row.branchId === null ? undefined : names.branches.name(row.branchId)
  if (row.serviceId === null) return branch === undefined ? 'company' : `branch:${branch}`
  const service = names.services.name(row.serviceId)!
  const [slug, place] = service.split('@')
  if (place !== everywhere && isEverywhere(offersOf(slug!, names, services))) return null
  if (branch === undefined || branch === place) return `service:${service}`
  return place === everywhere ? `service:${service}/${branch}` : null
}

/** The rows of one service, as far as where it is offered. */
function offersOf(slug: string, names: Names, services: CompanyRows['services']) {
  const rows = services.map(
    ({ id, isActive }) => [names.services.name(id)!.split('@'), { active: isActive }] as const,
  )
  return {
    at: Object.fromEntries(
      rows.filter(([[name]]) => name === slug).map(([[, place], offer]) => [place, offer]),
    ),
  }
}

/** The row that is written, and another one that means the same: a service's own branch named beside it. */
function scopesOf(key: string, names: Names): { branchId: string | null; serviceId: number | null }[] {
  if (key === 'company') return [{ branchId: null, serviceId: null }]
  if (key.startsWith('branch:')) return [{ branchId: names.branches.id(key.slice(7))!, serviceId: null }]
  const [service = '', branch] = key.slice(8).split('/')
  const serviceId = names.services.id(service)!
  if (branch !== undefined) return [{ branchId: names.branches.id(branch)!, serviceId }]
  const own = names.branches.id(service.split('@')[1]!)
  return [{ branchId: null, serviceId }, ...(own === undefined ? [] : [{ branchId: own, serviceId }])]
}
