/**
 * When the caller wants to come: from words to one instant, or to the one question that is missing. A booking needs an exact day
 * and an exact time; windows ("nachmittags") and spans ("diese Woche") are asked about, never guessed (incident I-26).
 * A time alone is completed with the day that was offered in this call (I-36).
 */
import type { ErrorCode } from '../../error-codes.ts'
import { AppError } from '../../errors.ts'
import {
  type ClockTime,
  clockTimeOf,
  instantOf,
  type LocalDay,
  localDayOf,
  sayDay,
} from '../../german/index.ts'
import { askAboutTrouble, askDay, askDayAgain } from '../../german/sentences/availability.ts'
import { askDayAndTime, askOfferedDay, askTime } from '../../german/sentences/booking.ts'
import type { OfferMemory } from '../availability/offers.ts'
import type { CatalogueBranch } from '../catalogue.ts'
import { type Filled, readDayAndTime } from '../choices.ts'

export interface Moment {
  day: LocalDay
  time: ClockTime
  startAt: Date
}

interface Asking {
  callId: string | null
  now: Date
  today: LocalDay
  bookingWindowDays: number
}

/** A moment, and what of it was not said. */
type ReadMoment = Moment & { filled: Filled }

/**
 * Reads date and time of a wish at a branch. `offers` is the memory of what this call was offered, `draftDay` the day of the open
 * draft, for a time alone that was not offered.
 * @throws AppError `missing_date`, `missing_time`, `date_not_understood`, `offered_other_day`, or the trouble of `readDayAndTime`
 */
export async function readMoment(
  scene: Asking,
  branch: CatalogueBranch,
  wish: { date?: string; time?: string },
  offers: Pick<OfferMemory, 'resolveOffered'>,
  draftDay: LocalDay | null = null,
): Promise<ReadMoment> {
  const { now, today, bookingWindowDays } = scene
  const understood = readDayAndTime(wish, { now, branch, bookingWindowDays })
  // "am Freitag oder am Samstag": which of them is booked is for the caller to say.
  const named = understood.alternatives.filter(({ reason }) => reason === 'also_named')
  if (understood.day !== null && named.length > 0)
    throw new AppError(
      'ambiguous_day',
      askAboutTrouble('ambiguous_day', [sayDay(understood.day.from, today), ...named.map(({ say }) => say)]),
      {
        fields: { status: 'needs_date', missing: ['date'] },
      },
    )
  const day =
    understood.day !== null && understood.day.from === understood.day.to ? understood.day.from : null
  const time = understood.time?.at ?? null
  if (day === null || time === null) {
    const words = [wish.date, wish.time].filter((part) => part !== undefined).join(' ')
    const resolved = await offers.resolveOffered(scene.callId, {
      day,
      time,
      words,
      timeZone: branch.timeZone,
    })
    if (resolved.kind === 'match') return fromOffer(momentOf(resolved.start, branch.timeZone), { day, time })
    if (resolved.kind === 'ask') throw offeredOtherDay(resolved.starts, branch, today)
    if (day === null && understood.day === null && time !== null && draftDay !== null)
      return {
        ...exactMoment(draftDay, time, branch),
        filled: { date: { value: draftDay, from: 'draft' } },
      }
    if (time === null && day === null && understood.day === null && wish.date === undefined)
      throw missing('missing_date', askDayAndTime, ['date', 'time'])
    if (day === null && understood.day === null && wish.date !== undefined && understood.time === null)
      throw missing('date_not_understood', askDayAgain(), ['date'])
    if (day === null) throw missing('missing_date', askDay(), ['date'])
    throw missing('missing_time', askTime(day, today), ['time'])
  }
  return { ...exactMoment(day, time, branch), filled: {} }
}

/** What was not said stands for the machine as taken from the offer. */
function fromOffer(moment: Moment, said: { day: LocalDay | null; time: ClockTime | null }): ReadMoment {
  return {
    ...moment,
    filled: {
      ...(said.day === null && { date: { value: moment.day, from: 'offered' } }),
      ...(said.time === null && { time: { value: moment.time, from: 'offered' } }),
    },
  }
}

/** @throws AppError `impossible_time` for a time that the clocks skip that night */
function exactMoment(day: LocalDay, time: ClockTime, { timeZone }: CatalogueBranch): Moment {
  const startAt = instantOf(day, time, timeZone)
  if (startAt === null) throw missing('impossible_time', askAboutTrouble('impossible_time', []), ['time'])
  return { day, time, startAt }
}

/** This time was offered, but on another day than the one named, or on several: asked, never decided (incident I-36). */
export function offeredOtherDay(
  offered: readonly Date[],
  branch: CatalogueBranch,
  today: LocalDay,
): AppError {
  const moments = offered.map((start) => ({ ...momentOf(start, branch.timeZone), today }))
  return new AppError('offered_other_day', askOfferedDay(moments), {
    fields: {
      missing: ['date'],
      status: 'needs_date',
      offered: moments.map(({ day, time }) => ({ date: day, time })),
    },
  })
}

/** An instant as day and clock time of a zone. */
export function momentOf(startAt: Date, zone: string): Moment {
  return { day: localDayOf(startAt, zone), time: clockTimeOf(startAt, zone), startAt }
}

function missing(code: ErrorCode, say: string, fields: string[]): AppError {
  return new AppError(code, say, {
    fields: { missing: fields, status: code === 'missing_time' ? 'needs_time' : 'needs_date' },
  })
}
