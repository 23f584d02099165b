/**
 * What a company consists of, in one form for file, database and last applied state: things with a kind, a name and plain fields.
 * References are names (slugs), never database numbers. A field that is absent is not stated. Comparing, planning and storing know
 * nothing else; each kind has one module in sections/ that translates.
 */

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json }

export type Fields = Record<string, Json>

/** In the order in which they are written: what is referred to comes first. */
export const kinds = [
  'connection',
  'company',
  'branch',
  'number',
  'person',
  'service',
  'policy',
  'closure',
  'absence',
] as const
export type Kind = (typeof kinds)[number]

export interface Thing {
  kind: Kind
  /** Unique among its kind: a slug, a number, 'service@branch', the scope of a policy, the days of a closure; '' for the company itself. */
  key: string
  fields: Fields
}

/** Fields that decide where calls and bookings go: an operator's to set. Everything else may be the owner's. */
export const routingFields: Readonly<Record<Kind, readonly string[]>> = {
  connection: ['base_url', 'api_key', 'webhook_secret', 'profile'],
  company: ['connection', 'test'],
  branch: ['calcom_team'],
  number: ['branch', 'agent', 'active'],
  person: ['calcom_user'],
  service: ['event_type', 'by'],
  policy: [],
  closure: [],
  absence: [],
}

export function idOf({ kind, key }: Pick<Thing, 'kind' | 'key'>): string {
  return `${kind} ${key}`.trim()
}

/** Fields that are stated: undefined ones are left out. */
export function stated(fields: Record<string, Json | undefined>): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  )
}

/** The same text for the same value, whatever the order of names. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`).join(',')}}`
}

export function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return canonical(a) === canonical(b)
}

/** In the order of writing, then by name. */
export function inOrder<T extends Pick<Thing, 'kind' | 'key'>>(things: readonly T[]): T[] {
  return [...things].sort(
    (a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0),
  )
}

/** A thing is switched off and stays for what points to it. */
export function isOff({ fields }: Thing): boolean {
  return fields.active === false
}
