/** get_current_context: which day and what time it is, so that no model has to guess (incident I-31). */
import { z } from 'zod'
import {
  addDays,
  clockTimeOf,
  germanDate,
  isoWeekOf,
  type LocalDay,
  sayMonth,
  sayWeekday,
  weekdayOf,
} from '../german/index.ts'
import { fullDate, nowIs } from '../german/sentences/dates.ts'
import { answers, clock, day, weekday } from './answers/contract.ts'
import { defineOpenFunction } from './define.ts'

export const getCurrentContext = defineOpenFunction({
  name: 'get_current_context',
  description: 'Nennt das heutige Datum, den Wochentag und die Uhrzeit.',
  input: z.object({}),
  onRequest: true,
  output: answers({
    current_date: day,
    current_time: clock,
    current_datetime: z.string(),
    weekday,
    current_year: z.int(),
  }),
  deadline: 'read',
  needs: 'nothing',
  async handler(_input, { now, today, timeZone }) {
    const time = clockTimeOf(now, timeZone)
    return {
      success: true,
      message: nowIs(today, time),
      date: today,
      time,
      day_of_week: sayWeekday(today),
      day_number: Number(today.slice(8)),
      month_name: sayMonth(today),
      month_number: Number(today.slice(5, 7)),
      year: Number(today.slice(0, 4)),
      week_number: isoWeekOf(today),
      is_weekend: weekdayOf(today) >= 6,
      yesterday: neighbour(addDays(today, -1)),
      tomorrow: neighbour(addDays(today, 1)),
      formatted: `${fullDate(today)}, ${time} Uhr`,
      timezone: timeZone,
      timestamp: Math.floor(now.getTime() / 1000),
      current_date: today,
      current_time: time,
      current_datetime: `${today}T${time}`,
      weekday: sayWeekday(today),
      current_weekday: sayWeekday(today),
      current_year: Number(today.slice(0, 4)),
      iso_date: today,
      german_date: germanDate(today),
    }
  },
})

function neighbour(day: LocalDay): { date: LocalDay; day: string } {
  return { date: day, day: sayWeekday(day) }
}
