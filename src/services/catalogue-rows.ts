/** How rows of the catalogue are read: days, hours, rules. Pure. */
import type { OpeningHours, Weekday } from '../german/index.ts'

/** Days and times of a closure or absence, as local days and clock times. */
export function spanOf(row: {
  firstDay: Date
  lastDay: Date
  fromTime: string | null
  toTime: string | null
}) {
  const { fromTime: from, toTime: to } = row
  return {
    firstDay: row.firstDay.toISOString().slice(0, 10),
    lastDay: row.lastDay.toISOString().slice(0, 10),
    times: from === null || to === null ? null : { from, to },
  }
}

export function openingHoursOf(
  rows: ReadonlyArray<{ weekday: number; opensAt: string; closesAt: string }>,
): OpeningHours {
  const hours: { [day in Weekday]?: Array<{ from: string; to: string }> } = {}
  for (const row of rows) {
    const day = row.weekday as Weekday
    const spans = hours[day] ?? []
    spans.push({ from: row.opensAt, to: row.closesAt })
    hours[day] = spans
  }
  return hours
}

export function missingEmailRule(value: string): 'phone_only' | 'own_mailbox' | 'ask' {
  return value === 'own_mailbox' || value === 'ask' ? value : 'phone_only'
}
