/** parse_date: which day (and time) the caller's words mean; ambiguous words are said to be so, with all readings. */
import { z } from 'zod'
import { AppError } from '../errors.ts'
import {
  type Alternative,
  daysBetween,
  germanDate,
  type LocalDay,
  sayDay,
  sayWeekday,
  type Understood,
  understand,
} from '../german/index.ts'
import { askAboutTrouble, askDayAgain } from '../german/sentences/availability.ts'
import { dateIs, onlyTimeUnderstood, whichReading } from '../german/sentences/dates.ts'
import { answers, clock, day, germanDay, readingShape, weekday } from './answers/contract.ts'
import { words } from './arguments/kinds.ts'
import { defineOpenFunction } from './define.ts'

const relativeNames = ['today', 'tomorrow', 'day_after_tomorrow']

export const parseDate = defineOpenFunction({
  name: 'parse_date',
  description:
    'Nur wenn unklar ist, welcher Tag gemeint ist, und noch nichts geprüft werden soll: wandelt eine Angabe wie „nächsten Freitag um halb drei“ in ein Datum um. Die anderen Funktionen verstehen solche Angaben selbst.',
  input: z.object({ date_expression: words('Die Angabe im Wortlaut des Anrufers') }),
  required: ['date_expression'],
  output: answers({
    iso_date: day,
    german_date: germanDay,
    weekday,
    relative: z.enum(['today', 'tomorrow', 'day_after_tomorrow', 'specific']),
    time: clock.optional(),
    part_of_day: z.string().optional(),
    ambiguous: z.boolean(),
    alternatives: z.array(readingShape).optional(),
  }),
  deadline: 'read',
  needs: 'nothing',
  async handler(input, { now, timeZone, today }) {
    const understood = understand(input.date_expression ?? '', { now, zone: timeZone })
    const { day, trouble } = understood
    const alternatives = understood.alternatives.map((alternative) => alternativeFields(alternative))
    if (day === null || (trouble !== null && trouble !== 'ambiguous_day')) {
      throw notUnderstood(understood, today, alternatives)
    }
    const readings = readingsOfDay(understood, today)
    const ambiguous = trouble === 'ambiguous_day' || readings.length > 1
    return {
      success: true,
      message: ambiguous ? whichReading(readings) : dateIs(day, understood.time, today),
      ...dayFields(day.from, today),
      ...(day.to > day.from ? { from: day.from, to: day.to } : {}),
      ...timeFields(understood),
      ambiguous,
      ...(alternatives.length > 0 ? { alternatives } : {}),
      next_action: ambiguous ? 'ask_which_date' : day.to > day.from ? 'ask_day' : 'check_availability',
      instruction: ambiguous
        ? 'Frage nach, welcher Tag gemeint ist.'
        : 'Nenne Wochentag und Datum zur Kontrolle und prüfe dann die Verfügbarkeit.',
    }
  },
})

function dayFields(day: LocalDay, today: LocalDay) {
  return {
    iso_date: day,
    date: day,
    german_date: germanDate(day),
    display_date: germanDate(day),
    weekday: sayWeekday(day),
    day_name: sayWeekday(day),
    spoken: sayDay(day, today),
    relative: relativeNames[daysBetween(today, day)] ?? 'specific',
  }
}

function timeFields({ time }: Understood) {
  if (time === null) return {}
  return {
    ...(time.at === null ? { time_from: time.from, time_to: time.to } : { time: time.at }),
    ...(time.part === null ? {} : { part_of_day: time.part }),
  }
}

function alternativeFields({ day, time, reason, say }: Alternative) {
  return { iso_date: day, german_date: day === null ? null : germanDate(day), time, reason, spoken: say }
}

/** The days the words can mean, the main reading first; one if only the time is in doubt. */
function readingsOfDay({ day, alternatives }: Understood, today: LocalDay): string[] {
  const others = alternatives.flatMap((alternative) => (alternative.day === null ? [] : [alternative.day]))
  const days = new Set([...(day === null ? [] : [day.from]), ...others])
  return [...days].map((candidate) => sayDay(candidate, today))
}

function notUnderstood(understood: Understood, today: LocalDay, alternatives: unknown[]): AppError {
  const { trouble, day, time } = understood
  const fields = { ...(alternatives.length > 0 ? { alternatives } : {}), next_action: 'ask_date' }
  if (trouble !== null) {
    const readings = understood.alternatives
      .filter((alternative) => alternative.day === null || alternative.day >= today)
      .map((alternative) => alternative.say)
    const speaksOfMain = trouble === 'weekday_mismatch' || trouble === 'past_day'
    const main = speaksOfMain && day !== null && day.from >= today ? [sayDay(day.from, today)] : []
    return new AppError(trouble, askAboutTrouble(trouble, [...new Set([...main, ...readings])]), { fields })
  }
  const say = time === null ? askDayAgain() : onlyTimeUnderstood()
  return new AppError('date_not_understood', say, { fields: { ...fields, ...timeFields(understood) } })
}
