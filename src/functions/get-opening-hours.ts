/**
 * get_opening_hours: of a day, of several, or today's and the week's, with closures and public holidays. Of a day off that nobody has
 * said anything about the regular hours are told as such, and whether they hold is left open (`is_open: null`).
 */
import { z } from 'zod'
import { addDays, clockTimeOf, type LocalDay, localDayOf, sayWeekday, weekdayOf } from '../german/index.ts'
import { opensAgain } from '../german/sentences/availability.ts'
import {
  openInTheWeek,
  openingHoursUnknown,
  openOn,
  openOnDays,
  type SpokenDay,
  saySpans,
} from '../german/sentences/opening-hours.ts'
import type { CatalogueBranch } from '../services/catalogue.ts'
import { chooseBranch } from '../services/choices.ts'
import { dayHours, nextOpenDay } from '../services/day-hours.ts'
import { answers } from './answers/contract.ts'
import { words } from './arguments/kinds.ts'
import { readOpeningDays } from './arguments/opening-days.ts'
import { defineFunction } from './define.ts'

/** So many days are rather told as a usual week, with what differs. */
const longDaysMin = 6
/** Beside today and the usual week so many days of the coming week are told that differ from it. */
const specialMax = 2

export const getOpeningHours = defineFunction({
  name: 'get_opening_hours',
  description:
    'Nennt die Öffnungszeiten der Filiale, für einen Tag („Heiligabend“), mehrere („zwischen den Jahren“) oder die ganze Woche.',
  input: z.object({
    day_of_week: words('Wochentag, Feiertag oder Datum im Wortlaut, falls nach Tagen gefragt wird'),
    branch: words('Andere Filiale, falls genannt'),
  }),
  output: answers({ branch_name: z.string(), has_hours: z.boolean() }),
  deadline: 'read',
  needs: 'call',
  async handler(input, { catalogue, branch: dialled, now }) {
    const branch = chooseBranch(catalogue, dialled, input.branch)
    const today = localDayOf(now, branch.timeZone)
    const clock = clockTimeOf(now, branch.timeZone)
    const common = { success: true, branch_name: branch.name }
    const wished =
      input.day_of_week === undefined ? null : readOpeningDays(input.day_of_week, { now, branch, today })
    const hasWeek = Object.keys(branch.openingHours).length > 0
    const isKnown = wished === null ? hasWeek : wished.every((day) => dayHours(branch, day).isKnown)
    if (!isKnown) return { ...common, has_hours: false, message: openingHoursUnknown() }
    if (wished !== null) {
      const days = wished.map((day) => spokenDay(branch, day))
      const [first] = days
      return {
        ...common,
        has_hours: true,
        ...(first && dayFields(first)),
        ...(days.length > 1 && { days: days.map(dayFields) }),
        message: messageFor(days, branch, today, clock),
      }
    }
    const now24 = spokenDay(branch, today)
    const isOpenNow = now24.spans.some(({ from, to }) => clock >= from && clock < to)
    const monday = addDays(today, 1 - weekdayOf(today))
    const special = daysAfter(today, 6)
      .map((day) => spokenDay(branch, day))
      .filter(({ isSpecial, isUnsure }) => isSpecial || isUnsure)
    return {
      ...common,
      has_hours: true,
      today: {
        ...dayFields(now24),
        is_currently_open: isOpenNow && now24.isUnsure ? null : isOpenNow,
      },
      weekly_schedule: [monday, ...daysAfter(monday, 6)].map((day) => dayFields(spokenDay(branch, day))),
      message: [
        openOn(now24, today, clock),
        openInTheWeek(branch.openingHours),
        ...special.slice(0, specialMax).map((day) => openOnDays([day], today, clock, null)),
      ].join(' '),
    }
  },
})

/** A day that is closed is followed by the next one that is not. */
function messageFor(
  days: readonly SpokenDay[],
  branch: CatalogueBranch,
  today: LocalDay,
  clock: string,
): string {
  const [first] = days
  const last = days.at(-1)
  if (!first || !last) return openingHoursUnknown()
  const opens = last.spans.length === 0 ? nextOpenDay(branch, last.day) : null
  if (days.length >= longDaysMin) {
    const usual = days.filter(({ isSpecial, isUnsure }) => !isSpecial && !isUnsure)
    const special = days.filter((day) => !usual.includes(day))
    const week = openInTheWeek(branch.openingHours)
    if (special.length === 0) return week
    if (usual.some(({ spans }) => spans.length > 0)) return openOnDays(special, today, clock, opens, [week])
  }
  if (days.length > 1) return openOnDays(days, today, clock, opens)
  return [openOn(first, today, clock), ...(opens === null ? [] : [opensAgain(opens, today)])].join(' ')
}

function spokenDay(branch: CatalogueBranch, day: LocalDay): SpokenDay {
  return { day, ...dayHours(branch, day) }
}

function dayFields({ day, spans, dayOff, isUnsure, reason }: SpokenDay) {
  return {
    date: day,
    day: sayWeekday(day),
    day_name: sayWeekday(day),
    is_open: isUnsure ? null : spans.length > 0,
    ...(dayOff === null ? {} : { holiday: dayOff }),
    ...(reason === null || spans.length > 0 ? {} : { reason }),
    hours: spans.map(({ from, to }) => ({ open: from, close: to })),
    formatted: saySpans(spans),
  }
}

function daysAfter(day: LocalDay, count: number): LocalDay[] {
  return Array.from({ length: count }, (_, index) => addDays(day, index + 1))
}
