/**
 * get_opening_hours: of a day, or today's and the week's. Our data has the hours of a usual week: on a holiday the regular ones are
 * told as such, and whether they hold is left open (`is_open: null`).
 */
import { z } from 'zod'
import {
  addDays,
  clockTimeOf,
  dayOffOn,
  daysBetween,
  type LocalDay,
  localDayOf,
  type OpeningHours,
  sayWeekday,
  understandWish,
  weekdayOf,
} from '../german/index.ts'
import { openInTheWeek, openingHoursUnknown, openOn, saySpans } from '../german/sentences/catalogue.ts'
import type { CatalogueBranch } from '../services/catalogue.ts'
import { chooseBranch, readDayAndTime } from '../services/choices.ts'
import { answers } from './answers/contract.ts'
import { words } from './arguments/kinds.ts'
import { defineFunction } from './define.ts'

/** The hours of a usual week are told for any day that people ask about. */
const horizonDays = 3 * 366

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
      input.day_of_week === undefined ? null : readDays(input.day_of_week, { now, branch, today })
    if (wished !== null) {
      const [first] = wished
      return {
        ...common,
        has_hours: true,
        ...dayFields(first, hours),
        ...(wished.length > 1 && { days: wished.map((day) => dayFields(day, hours)) }),
        message: wished.map((day) => openOn(day, today, hours, now24)).join(' '),
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

/** Asked for in general: today and the week are the answer. */
const generally =
  /woche|immer|generell|allgemein|normal|üblich|sonst|zeiten|offen|geöffnet|alle|week|hours|open/i

/**
 * A weekday, also in English as some agents send it, any day in words, or the two of a weekend; null when the week is meant.
 * @throws AppError with the question to ask, when a day was said and not understood
 */
function readDays(
  words: string,
  { now, branch, today }: { now: Date; branch: CatalogueBranch; today: LocalDay },
): [LocalDay, ...LocalDay[]] | null {
  const english = englishDays.indexOf(words.trim().toLowerCase())
  if (english >= 0) return [addDays(today, (english + 8 - weekdayOf(today)) % 7)]
  const namesNoDay = () => understandWish({ date: words }, { now, zone: branch.timeZone }).day === null
  if (generally.test(words) && namesNoDay()) return null
  const { day: known } = readDayAndTime({ date: words }, { now, branch, bookingWindowDays: horizonDays })
  if (known === null) return null
  const days = daysBetween(known.from, known.to)
  if (days > 1) return null
  return days === 1 ? [known.from, known.to] : [known.from]
}

function monday(today: LocalDay): LocalDay {
  return addDays(today, 1 - weekdayOf(today))
}
