/** What callers hear about dates as such: which day it is, and which day their words mean. */
import {
  type LocalDay,
  sayDay,
  sayList,
  sayMoment,
  sayMonth,
  sayOnDay,
  sayTime,
  sayWeekday,
  sayWindow,
  type UnderstoodDay,
  type UnderstoodTime,
} from '../index.ts'

/** "Freitag, der 27. November 2026" */
export function fullDate(day: LocalDay): string {
  return `${sayWeekday(day)}, der ${Number(day.slice(8))}. ${sayMonth(day)} ${day.slice(0, 4)}`
}

/** "Heute ist Freitag, der 27. November 2026, und es ist 14 Uhr 30." */
export function nowIs(day: LocalDay, time: string): string {
  return `Heute ist ${fullDate(day)}, und es ist ${sayTime(time)}.`
}

/** What was understood, so that the caller can object: "Das ist am Freitag, den 27. November am Nachmittag." */
export function dateIs(day: UnderstoodDay, time: UnderstoodTime | null, today: LocalDay): string {
  if (day.to > day.from) {
    return `Das ist von ${dative(day.from)} bis ${dative(day.to)}. Welcher Tag passt Ihnen am besten?`
  }
  if (time?.at) return `Das ist ${sayMoment(day.from, time.at, today)}.`
  const when = [sayOnDay(day.from, today), sayWindow(time)].filter(Boolean).join(' ')
  // "heute" alone says nothing that the caller did not say himself.
  return `Das ist ${when === 'heute' || when === 'morgen' ? `${when}, ${dative(day.from)}` : when}.`
}

/** A time without a day. */
export function onlyTimeUnderstood(): string {
  return 'Die Uhrzeit habe ich verstanden. Für welchen Tag?'
}

/** Several days fit; which one is meant. `readings` are spoken forms, best first. */
export function whichReading(readings: readonly string[]): string {
  return `Meinen Sie ${sayList(readings.slice(0, 2), 'oder')}?`
}

/** "Freitag, den 27. November", never "heute". */
function dative(day: LocalDay): string {
  return sayDay(day, '2000-01-01').replace(/ \d{4}$/, '')
}
