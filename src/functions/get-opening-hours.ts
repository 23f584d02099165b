/**
 * get_opening_hours: of a day, or today's and the week's. Our data has the hours of a usual week: on a holiday the regular ones are
 * told as such, and whether they hold is left open (`is_open: null`).
 */
import { z } from 'zod'
import {
  addDays,
  clockTimeOf,
  dayOffOn,
  type LocalDay,
  localDayOf,
  type OpeningHours,
  sayWeekday,
  understand,
  weekdayOf,
} from '../german/index.ts'
import { openInTheWeek, openingHoursUnknown, openOn, saySpans } from '../german/sentences/catalogue.ts'
import { chooseBranch } from '../services/choices.ts'
import { answers } from './answers/contract.ts'
import { words } from './arguments/kinds.ts'
import { defineFunction } from './define.ts'

const englishDays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

export const getOpeningHours = defineFunction({
  name: 'get_opening_hours',
  description: 'Nennt die Öffnungszeiten der Filiale, für einen Tag oder die ganze Woche.',
  input: z.object({
    day_of_week: words('Wochentag oder Datum, falls nach einem Tag gefragt wird'),
    branch: words('Andere Filiale, falls genannt'),
  }),
  output: answers({ branch_name: z.string(), has_hours: z.boolean() }),
  deadline: 'read',
  needs: 'call',
  async handler(input, { catalogue, branch: dialled, now }) {
    const branch = chooseBranch(catalogue, dialled, input.branch)
    const { openingHours: hours, timeZone } = branch
    const today = localDayOf(now, timeZone)
    const now24 = clockTimeOf(now, timeZone)
    const common = { success: true, branch_name: branch.name }
    if (Object.keys(hours).length === 0)
      return { ...common, has_hours: false, message: openingHoursUnknown() }
    const wished =
      input.day_of_week === undefined ? null : readDay(input.day_of_week, { now, today, timeZone })
    if (wished !== null) {
      return {
        ...common,
        has_hours: true,
        ...dayFields(wished, hours),
        message: openOn(wished, today, hours, now24),
      }
    }
    const isOpenNow = (hours[weekdayOf(today)] ?? []).some(({ from, to }) => now24 >= from && now24 < to)
    return {
      ...common,
      has_hours: true,
      today: {
        ...dayFields(today, hours),
        is_currently_open: isOpenNow && dayOffOn(today) !== null ? null : isOpenNow,
      },
      weekly_schedule: Array.from({ length: 7 }, (_, index) =>
        dayFields(addDays(monday(today), index), hours),
      ),
      message: `${openOn(today, today, hours, now24)} ${openInTheWeek(hours)}`,
    }
  },
})

function dayFields(day: LocalDay, hours: OpeningHours) {
  const spans = hours[weekdayOf(day)] ?? []
  const isOpen = spans.length > 0
  const dayOff = dayOffOn(day)
  return {
    day: sayWeekday(day),
    day_name: sayWeekday(day),
    is_open: isOpen && dayOff !== null ? null : isOpen,
    ...(dayOff === null ? {} : { holiday: dayOff }),
    hours: spans.map(({ from, to }) => ({ open: from, close: to })),
    formatted: saySpans(spans),
  }
}

/** A weekday, also in English as some agents send it, or any day in words; null when the words name none. */
function readDay(words: string, at: { now: Date; today: LocalDay; timeZone: string }): LocalDay | null {
  const english = englishDays.indexOf(words.trim().toLowerCase())
  if (english >= 0) return addDays(at.today, (english + 8 - weekdayOf(at.today)) % 7)
  const { day } = understand(words, { now: at.now, zone: at.timeZone })
  return day?.from ?? null
}

function monday(today: LocalDay): LocalDay {
  return addDays(today, 1 - weekdayOf(today))
}
