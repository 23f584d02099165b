/** Days and times that callers want, and how agents write them down. */
import { DateTime } from 'luxon'
import type { Chance } from './chance.ts'
import { berlin } from './ledger.ts'
import type { Line } from './people.ts'

export type Wish = { date: string; time: string; start: number; service: string; staff?: string }

/** Times that many want at once. */
export const popularTimes: readonly string[] = ['10:00', '11:00', '14:00', '15:30']

/** A day on which the branch is open, three days ahead or more: no deadline of a policy is near. */
export function chooseDay(chance: Chance, line: Line): string {
  const day = DateTime.now().setZone('Europe/Berlin').startOf('day')
  return openDay(day.plus({ days: 3 + Math.floor(chance.next() * 9) }), line)
}

/** Another time of that day or the next open one. */
export function otherTime(chance: Chance, line: Line, wish: Wish): Wish {
  const day = DateTime.fromISO(wish.date, { zone: 'Europe/Berlin' })
  const date = openDay(day.plus({ days: chance.hits(0.5) ? 1 : 0 }), line)
  const hours = [9, 10, 11, 12, 13, 14, 15, 16].map((hour) => `${String(hour).padStart(2, '0')}:00`)
  const time = chance.pick([...hours, '10:30', '13:15', '15:45'].filter((each) => each !== wish.time))
  return { ...wish, date, time, start: berlin(date, time) as number }
}

/** The arguments of a booking, in one of the forms that agents use. */
export function bookingArgs(chance: Chance, name: string, wish: Wish): Record<string, unknown> {
  const { date, time, service, staff } = wish
  const email = `${name.toLowerCase().replace(/[^a-z]+/g, '.')}@callers.example`
  const more = { ...(chance.hits(0.5) ? { email } : {}), ...(staff ? { staff } : {}) }
  if (chance.hits(0.25)) return { datetime: `${date} ${time}`, service, customer_name: name, ...more }
  return { date: chance.hits(0.25) ? spoken(date) : date, time, service, name, ...more }
}

/** `2026-12-04` as `04.12.2026`. */
export function spoken(date: string): string {
  return DateTime.fromISO(date).toFormat('dd.MM.yyyy')
}

function openDay(from: DateTime, line: Line): string {
  let day = from
  while (!line.weekdays.includes(day.weekday)) day = day.plus({ days: 1 })
  return day.toISODate() as string
}
