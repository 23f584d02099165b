/** What callers were told, person by person: the last word on each time counts. */
import { DateTime } from 'luxon'
import type { PhoneCall } from './retell.ts'

/**
 * `live`: told it is booked (or moved there). `gone`: told it is cancelled (or moved away). `refused`: told it is taken.
 * `open`: asked for, without a clear word; both outcomes are honest.
 */
export type Word = 'live' | 'gone' | 'refused' | 'open'

export type Claim = {
  word: Word
  at: number
  how: string
  appointmentId?: string
  moved?: boolean
  otherTime?: boolean
}

export type Person = {
  name: string
  phone: string
  /** By start in milliseconds. */
  claims: Map<number, Claim>
  calls: PhoneCall[]
}

export class Ledger {
  readonly people = new Map<string, Person>()

  /** The person by name; names are never given twice. */
  enter(name: string, phone: string): Person {
    const person = { name, phone, claims: new Map(), calls: [] }
    this.people.set(name.toLowerCase(), person)
    return person
  }

  find(name: string): Person | undefined {
    return this.people.get(name.toLowerCase())
  }
}

/** Notes what was said about a time. Without a clear word an earlier one stands only where nothing could have changed it. */
export function note(
  person: Person,
  start: number,
  word: Word,
  how: string,
  more: Partial<Claim> = {},
): void {
  person.claims.set(start, { word, at: Date.now(), how, ...more })
}

/** A local day and time of Berlin in milliseconds; undefined when it is none. */
export function berlin(date: unknown, time: unknown): number | undefined {
  const at = DateTime.fromISO(`${date}T${time}`, { zone: 'Europe/Berlin' })
  return at.isValid ? at.toMillis() : undefined
}
