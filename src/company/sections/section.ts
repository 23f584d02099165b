/**
 * One kind of thing, in all its forms: what a file says of it, what the database says, how it is written, and how a file is made of it.
 * A further section of the file is one more module of this shape in sections/index.ts (and a kind in thing.ts).
 */
import type { Tx } from '../../db/tenancy.ts'
import type { CompanyRows, Names } from '../rows.ts'
import type { CompanyFile } from '../schema.ts'
import type { Fields, Kind, Thing } from '../thing.ts'

/** A file in the making, for export. */
export type Draft = Partial<CompanyFile>

/** The number of an event type that a file names by its slug, in the team of a branch. */
export type EventTypeNumber = (place: string, type: number | string) => number

/** Secrets by reference; none of them is ever shown. */
export interface Secrets {
  /** The environment's value; null: not set. */
  value(reference: string): string | null
  seal(secret: string): string
  /** Null when it cannot be opened with the keys at hand. */
  open(sealed: string): string | null
}

/** What is written to, in one transaction under the system role. */
export interface Target {
  tx: Tx
  companyId: number
  names: Names
  secrets: Secrets
  /** Where a connection is that names no address: the environment's Cal.com. */
  calcomAddress: string
}

export interface Section {
  kind: Kind
  /** What the file states. Pure. */
  wanted(file: CompanyFile, eventTypeNumber: EventTypeNumber): Thing[]
  /** Whether a file speaks of these things at all; left out: it always does. What it is silent about is not missing from it. */
  isStated?(file: CompanyFile): boolean
  /** What the database has. Pure. */
  present(rows: CompanyRows, names: Names): Thing[]
  /** Writes the fields given; those of a new thing are all it states. */
  write(target: Target, key: string, fields: Fields, isNew: boolean): Promise<void>
  /** Takes away what the file no longer has; what history points to is switched off. */
  remove?(target: Target, key: string): Promise<void>
  /** Adds its things to a file. */
  intoFile(draft: Draft, things: readonly Thing[]): void
}

/** What of `fields` is stated, under the database's names. */
export function columns(fields: Fields, map: Readonly<Record<string, string>>): Record<string, never> {
  return Object.fromEntries(
    Object.entries(map)
      .filter(([field]) => fields[field] !== undefined)
      .map(([field, column]) => [column, fields[field]]),
  ) as Record<string, never>
}
