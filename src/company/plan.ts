/**
 * Compares three states of a company: what its file said when it was last applied, what the file says now, what the database has. What
 * the file changed is a change to make; what differs though the file did not change was changed elsewhere (import, console, SQL) and
 * is not undone without a word. Pure.
 */
import { type Fields, idOf, inOrder, isOff, isSame, type Json, routingFields, type Thing } from './thing.ts'

/** `elsewhere`: the file still says what was applied; `both`: the file and somebody else changed it. */
export type Cause = 'file' | 'elsewhere' | 'both'

export interface FieldChange {
  name: string
  /** In the database; undefined where there is nothing yet. */
  here: Json | undefined
  /** In the file. */
  file: Json
  cause: Cause
}

export interface Difference {
  /** `left` is here and not in the file. */
  action: 'add' | 'change' | 'left'
  thing: Thing
  cause: Cause
  fields: FieldChange[]
}

export interface Plan {
  differences: Difference[]
  /** What apply would store as the file's last word. */
  next: Thing[]
}

/** @param base null: this company was never set up from a file */
export function planOf(
  wanted: readonly Thing[],
  present: readonly Thing[],
  base: readonly Thing[] | null,
): Plan {
  const here = new Map(present.map((thing) => [idOf(thing), thing]))
  const before = new Map((base ?? []).map((thing) => [idOf(thing), thing]))
  const differences: Difference[] = []
  for (const thing of wanted) {
    const found = here.get(idOf(thing))
    const last = before.get(idOf(thing))
    if (!found) differences.push(missing(thing, last))
    else {
      const fields = changedFields(thing, found.fields, last?.fields)
      if (fields.length > 0) differences.push({ action: 'change', thing, cause: strongest(fields), fields })
    }
  }
  const named = new Set(wanted.map(idOf))
  const left = present.filter((thing) => !named.has(idOf(thing)) && isRemovable(thing) && !isOff(thing))
  for (const thing of left)
    differences.push({
      action: 'left',
      thing,
      cause: before.has(idOf(thing)) || isMovedRule(thing, before) ? 'file' : 'elsewhere',
      fields: [],
    })
  const still = left.flatMap((thing) => before.get(idOf(thing)) ?? [])
  return {
    differences: differences.sort((a, b) => Number(a.action === 'left') - Number(b.action === 'left')),
    next: inOrder([...wanted, ...still]),
  }
}

/**
 * Calendars that the file gives to a service though one that it does not name still has them: taking them away would end that one
 * without a word. One sentence each; with `prune` such services go, and there is none.
 */
export function calendarsInUse({ differences }: Plan, { prune }: { prune: boolean }): string[] {
  if (prune) return []
  const calendars = ({ fields }: Pick<Thing, 'fields'>) =>
    [fields.event_type, ...Object.values((fields.by ?? {}) as Fields)].filter(
      (type) => typeof type === 'number',
    )
  const given = differences
    .filter(({ action, thing }) => action !== 'left' && thing.kind === 'service')
    .flatMap(({ fields }) =>
      calendars({ fields: Object.fromEntries(fields.map(({ name, file }) => [name, file])) }),
    )
  return differences
    .filter(({ action, thing }) => action === 'left' && thing.kind === 'service')
    .flatMap(({ thing }) =>
      calendars(thing)
        .filter((type) => given.includes(type))
        .map(
          (type) =>
            `The event type ${type} is still that of ${thing.key}, which the file does not name: name it there, or apply with --prune.`,
        ),
    )
}

/** A service that moved to another place took its rules along: they are the file's though they stood at the old place. */
function isMovedRule({ kind, key }: Thing, before: ReadonlyMap<string, Thing>): boolean {
  const service = (one: string) => one.split('@')[0]
  return (
    kind === 'policy' &&
    [...before.values()].some((last) => last.kind === kind && service(last.key) === service(key))
  )
}

/** The company and accounts that others use are not taken away with a line of a file. */
function isRemovable({ kind }: Thing): boolean {
  return kind !== 'company' && kind !== 'connection'
}

function missing(thing: Thing, last: Thing | undefined): Difference {
  const cause = last ? 'elsewhere' : 'file'
  const fields = Object.entries(thing.fields).map(
    ([name, file]) => ({ name, here: undefined, file, cause }) as const,
  )
  return { action: 'add', thing, cause, fields }
}

function changedFields(thing: Thing, here: Fields, last: Fields | undefined): FieldChange[] {
  return Object.entries(thing.fields)
    .filter(([name, file]) => !isSame(here[name], file))
    .map(([name, file]) => ({
      name,
      here: here[name],
      file,
      cause: causeOf(thing, name, here[name], last?.[name]),
    }))
}

function causeOf(thing: Thing, name: string, here: Json | undefined, last: Json | undefined): Cause {
  // A secret has no value to compare: what its variable says now is the file's word.
  if (thing.kind === 'connection' && /^(api_key|webhook_secret)$/.test(name)) return 'file'
  if (last === undefined || isSame(last, here)) return 'file'
  return isSame(last, thing.fields[name]) ? 'elsewhere' : 'both'
}

function strongest(fields: readonly FieldChange[]): Cause {
  return fields.find(({ cause }) => cause !== 'file')?.cause ?? 'file'
}

/** Differences that apply may not settle by itself. */
export function disputed({ differences }: Plan, prune: boolean): Difference[] {
  return differences.filter(({ action, cause }) => cause !== 'file' && (action !== 'left' || prune))
}

/** What is to be written, under the operator's word on what was changed elsewhere. */
export function toWrite(
  { differences }: Plan,
  { prune, take }: { prune: boolean; take?: 'file' | 'here' },
): Difference[] {
  const isTaken = ({ cause }: { cause: Cause }) => cause === 'file' || take === 'file'
  return differences.flatMap((difference) => {
    if (difference.action === 'left') return prune && isTaken(difference) ? [difference] : []
    const fields = difference.fields.filter(isTaken)
    return fields.length > 0 ? [{ ...difference, fields }] : []
  })
}

/** A plan as lines that a person reads: + new, ~ changed, - taken away, ! changed elsewhere, = left as it is. */
export function planLines(plan: Plan, { prune }: { prune: boolean }): string[] {
  return plan.differences.flatMap((difference) => linesOf(difference, prune))
}

function linesOf({ action, thing, cause, fields }: Difference, prune: boolean): string[] {
  const what = labelOf(thing)
  if (action === 'left') {
    if (prune && cause === 'file') return [`- ${what}: ${farewell(thing)}`]
    if (prune)
      return [
        `! ${what}: made elsewhere and not in the file; --take file takes it away, --take here leaves it`,
      ]
    return [`= ${what}: not in the file, left as it is (--prune takes it away)`]
  }
  if (action === 'add' && cause === 'elsewhere')
    return [`! ${what}: taken away elsewhere; --take file adds it again, --take here leaves it out`]
  if (action === 'add')
    return [
      `+ ${what}: ${fields
        .filter(isTelling)
        .map(({ name, file }) => `${name} ${shown(name, file)}`)
        .join(', ')}`,
    ]
  return fields.map((field) => {
    const change = `${field.name} ${shown(field.name, field.here)} → ${shown(field.name, field.file)}`
    const routing = routingFields[thing.kind].includes(field.name) ? ' (routing)' : ''
    if (field.cause === 'file') return `~ ${what}: ${change}${routing}`
    const who = field.cause === 'both' ? 'changed elsewhere and in the file' : 'changed elsewhere'
    return `! ${what}: ${who}: ${field.name} is ${shown(field.name, field.here)} here and ${shown(field.name, field.file)} in the file${routing}`
  })
}

function isTelling({ name, file }: FieldChange): boolean {
  return file !== null && !(name === 'active' && file === true) && !(Array.isArray(file) && file.length === 0)
}

function labelOf({ kind, key }: Thing): string {
  return kind === 'company'
    ? 'company'
    : `${kind === 'connection' ? 'Cal.com connection' : kind} ${key.replace('@', ' at ')}`
}

function farewell({ kind }: Thing): string {
  if (kind === 'number') return 'no longer leads here'
  return kind === 'policy' || kind === 'closure' || kind === 'absence'
    ? 'no longer holds'
    : 'switched off; what was booked stays'
}

/** A value on one line. */
function shown(name: string, value: Json | undefined): string {
  if (value === undefined || value === null) return 'none'
  if (name === 'price_cents') return `${(Number(value) / 100).toFixed(2)} €`
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value))
    return value.length === 0 ? 'none' : `[${value.map((one) => shown('', one)).join(', ')}]`
  if (typeof value === 'object') {
    const entries = Object.entries(value).map(([key, one]) =>
      one === null ? key : `${key} ${shown('', one)}`,
    )
    return entries.length === 0 ? 'none' : `{${entries.join(', ')}}`
  }
  return typeof value === 'string' ? `"${value}"` : String(value)
}
