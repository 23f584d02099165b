/**
 * What was meant, in short: "27.11. 14:30", "30.11.-6.12.", "13:00-17:00", "16:00-", "?" (the caller is asked), "-" (nothing of
 * the kind was said). Several right readings are separated by " | ". A year is written where it is not the next such day.
 */
import type { lineOf } from '../../src/cli/dates.ts'

type Line = ReturnType<typeof lineOf>

/** The line in the short form, to compare with what was meant. */
export function shortForm(line: Line, ref: string): string {
  if (line.trouble !== null || line.unresolved !== null || line.ambiguous) return '?'
  const days = line.date === null ? '' : spanOf(line.date, line.dateTo ?? line.date, ref)
  const window = line.from === null && line.to === null ? '' : `${line.from ?? ''}-${line.to ?? ''}`
  return [days, line.time ?? window].filter((part) => part !== '').join(' ') || '-'
}

function spanOf(from: string, to: string, ref: string): string {
  return from === to ? dayOf(from, ref) : `${dayOf(from, ref)}-${dayOf(to, ref)}`
}

function dayOf(day: string, ref: string): string {
  const [year, month, date] = day.split('-').map(Number)
  const passed = day.slice(5) < ref.slice(5, 10)
  const isNext = year === Number(ref.slice(0, 4)) + (passed ? 1 : 0)
  return `${date}.${month}.${isNext ? '' : year}`
}

/** Whether the line says one of the meanings. */
export function isMeant(line: Line, meant: string, ref: string): boolean {
  return meant.split(' | ').includes(shortForm(line, ref))
}
