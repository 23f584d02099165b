/**
 * Closures and absences as files and plans name them: by whose they are, their days and their part of the day. Another day is
 * another closure; what is said about it may change.
 */
import type { CompanyFile } from './schema.ts'
import { everywhere } from './values.ts'

type ClosureInFile = NonNullable<CompanyFile['closures']>[number]
type AbsenceInFile = NonNullable<CompanyFile['absences']>[number]
export type DaysInFile = Pick<AbsenceInFile, 'first_day' | 'last_day' | 'times'>

/** 'mitte 2026-12-24..2026-12-26 12:00-18:00', 'all 2026-12-31 yearly' */
export function closureKey({ branch = everywhere, yearly, ...days }: Omit<ClosureInFile, 'reason'>): string {
  return `${branch} ${daysText(days)}${yearly ? ' yearly' : ''}`
}

/** 'anna 2026-12-01..2026-12-05' */
export function absenceKey({ person, ...days }: AbsenceInFile): string {
  return `${person} ${daysText(days)}`
}

function daysText({ first_day: first, last_day: last = first, times }: DaysInFile): string {
  return `${first}${last === first ? '' : `..${last}`}${times === undefined ? '' : ` ${times}`}`
}

/** What a key says. `who`: a branch or "all", or a person. */
export function readKey(key: string): DaysInFile & { who: string; yearly: boolean } {
  const [who = '', days = '', ...rest] = key.split(' ')
  const [first = '', last] = days.split('..')
  const times = rest.find((word) => word !== 'yearly')
  return {
    who,
    first_day: first,
    ...(last !== undefined && { last_day: last }),
    ...(times !== undefined && { times }),
    yearly: rest.includes('yearly'),
  }
}

interface DayColumns {
  firstDay: Date
  lastDay: Date
  fromTime: string | null
  toTime: string | null
}

/** Under the database's names. */
export function dayColumns({ first_day: first, last_day: last = first, times }: DaysInFile): DayColumns {
  const [from = null, to = null] = times?.split('-') ?? []
  return { firstDay: new Date(first), lastDay: new Date(last), fromTime: from, toTime: to }
}

/** Under the file's names. */
export function daysOfRow({ firstDay, lastDay, fromTime, toTime }: DayColumns): DaysInFile {
  const [first, last] = [firstDay, lastDay].map((day) => day.toISOString().slice(0, 10)) as [string, string]
  return {
    first_day: first,
    ...(last !== first && { last_day: last }),
    ...(fromTime !== null && { times: `${fromTime}-${toTime}` }),
  }
}
