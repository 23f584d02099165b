/** check_availability: is the wished time free, or what is? Alternatives come in the same answer. */
import { z } from 'zod'
import { AppError } from '../errors.ts'
import {
  clockTimeOf,
  clockTimesOf,
  germanDate,
  type LocalDay,
  localDayOf,
  sayDay,
  sayWeekday,
  type Understood,
  type UnderstoodDay,
  type UnderstoodTime,
} from '../german/index.ts'
import {
  dayHas,
  maybeOutdated,
  notFree,
  otherNamed,
  spanHas,
  timeIsFree,
} from '../german/sentences/availability.ts'
import { whichReading } from '../german/sentences/dates.ts'
import { type SpokenWhat, withOpenPerson } from '../german/sentences/naming.ts'
import { exactly } from '../services/availability/alternatives.ts'
import { type CheckOutcome, checkWish } from '../services/availability/check.ts'
import { readDayAndTime, requireDay } from '../services/choices.ts'
import { alternativeShape, answers, clock, day, germanDay } from './answers/contract.ts'
import { elsewhereFields, spokenElsewhere, understoodFields } from './answers/times.ts'
import { chosenCalendar } from './arguments/calendar.ts'
import { lengthArgument, words } from './arguments/kinds.ts'
import { defineFunction, type TenantContext } from './define.ts'

/** So many further days or times of one sentence are looked at. */
const namedMax = 2

export const checkAvailability = defineFunction({
  name: 'check_availability',
  description:
    'Prüft einen genannten Tag oder eine genannte Zeit: „Ist Freitag um halb drei frei?“, „Was ist am Dienstag frei?“. Nennt bei Bedarf gleich Alternativen. Ohne genannten Tag: find_next_available.',
  input: z.object({
    date: words('Wunschtag im Wortlaut, z. B. „nächsten Dienstag“ oder „27.11.“'),
    time: words('Wunschzeit im Wortlaut, z. B. „halb drei“, „nachmittags“ oder „ab 16 Uhr“'),
    service: words('Gewünschte Leistung, z. B. „Herrenhaarschnitt“'),
    staff: words('Gewünschte Person, falls genannt'),
    duration_minutes: lengthArgument,
    branch: words('Andere Filiale, falls genannt'),
  }),
  required: ['date'],
  output: answers({
    available: z.boolean(),
    slots: z.array(clock),
    date: day,
    formatted_date: germanDay,
    service: z.string(),
    alternatives: z.array(alternativeShape),
  }),
  deadline: 'read',
  needs: 'call',
  async handler(input, context) {
    const { calendar, today, only, filled, whatFor, fieldsFor } = await chosenCalendar(input, context)
    const { branch, catalogue } = calendar
    const understood = readDayAndTime(input, {
      now: context.now,
      branch,
      bookingWindowDays: catalogue.company.bookingWindowDays,
    })
    const offered = understood.day === null ? await offeredMoment(understood, context, branch.timeZone) : null
    const { time } = offered ?? understood
    const day = offered?.day ?? requireDay(understood, input.date)
    const check = (wish: NamedWish) =>
      checkWish(context.services.availability, {
        ...calendar,
        ...wish,
        said: { ...understood, only },
        now: context.now,
        deadline: context.deadline,
        call: context.call,
      })
    const first = await check({ day, time })
    const outcome =
      first.kind === 'refused'
        ? ((await firstFree(alsoNamed(understood, { day, time }), check)) ?? first)
        : first
    const what = whatFor(outcome.staffId)
    const seats =
      outcome.kind === 'free'
        ? await context.services.freeSeats.few(catalogue, {
            service: calendar.service,
            staffId: outcome.staffId,
            start: outcome.start!,
          })
        : null
    const told = withOpenPerson(sentenceFor(outcome, { today, timeZone: branch.timeZone, what, seats }), what)
    const message =
      outcome !== first && first.refusal !== null ? otherNamed(first.refusal, what, told, today) : told
    return {
      success: true,
      message: outcome.stale ? maybeOutdated(message) : message,
      ...fieldsFor(outcome.staffId),
      ...(seats !== null && { seats_left: seats }),
      ...answerFields(outcome, branch.timeZone),
      ...understoodFields(
        offered === null ? filled : { ...filled, date: { value: day.from, from: 'offered' } },
      ),
      ...(outcome === first && day.to > day.from ? { date_to: day.to } : {}),
    }
  },
})

interface NamedWish {
  day: UnderstoodDay
  time: UnderstoodTime | null
}

/** "am Samstag oder Freitag", "um zehn oder um drei": the further ones that were named, each with what was said of the first. */
function alsoNamed({ alternatives }: Understood, { day, time }: NamedWish): NamedWish[] {
  return alternatives
    .filter(({ reason }) => reason === 'also_named')
    .slice(0, namedMax)
    .map((other) => ({
      day: other.day === null ? day : { from: other.day, to: other.day, reading: 'exact' },
      time: other.time === null ? time : exactly(other.time),
    }))
}

async function firstFree(
  wishes: readonly NamedWish[],
  check: (wish: NamedWish) => Promise<CheckOutcome>,
): Promise<CheckOutcome | null> {
  for (const wish of wishes) {
    const outcome = await check(wish)
    if (outcome.kind !== 'refused') return outcome
  }
  return null
}

/** A time without a day means the day on which it was offered in this call, if it was (incident I-36). */
async function offeredMoment(
  { time }: Understood,
  { call, services, today }: TenantContext,
  timeZone: string,
): Promise<{ day: UnderstoodDay; time: UnderstoodTime } | null> {
  if (!time?.at) return null
  const resolved = await services.availability.offers.resolveOffered(call.callId, {
    day: null,
    time: time.at,
    timeZone,
  })
  if (resolved.kind === 'none') return null
  if (resolved.kind === 'match') {
    const day = localDayOf(resolved.start, timeZone)
    return { day: { from: day, to: day, reading: 'exact' }, time }
  }
  const days = [...new Set(resolved.starts.map((start) => localDayOf(start, timeZone)))]
  throw new AppError('ambiguous_day', whichReading(days.map((day) => sayDay(day, today))), {
    fields: { status: 'needs_date', possible_dates: days },
  })
}

function sentenceFor(
  outcome: CheckOutcome,
  {
    today,
    timeZone,
    what,
    seats,
  }: { today: LocalDay; timeZone: string; what: SpokenWhat; seats: number | null },
): string {
  const clock = (slot: Date) => clockTimeOf(slot, timeZone)
  const offers = outcome.alternatives.map(({ date, time }) => ({ day: date, time }))
  if (outcome.kind === 'free')
    return timeIsFree({ day: outcome.day, time: clock(outcome.start!) }, what, today, seats)
  if (outcome.kind === 'times')
    return dayHas(outcome.day, outcome.slots.map(clock), outcome.time, what, today)
  return outcome.refusal === null
    ? spanHas(offers, what, today)
    : notFree(outcome.refusal, offers, what, today, outcome.elsewhere.map(spokenElsewhere))
}

/** The machine's half of the answer, made from the same instants as the sentence (incident I-32). */
function answerFields(outcome: CheckOutcome, timeZone: string) {
  const { kind, day, start, alternatives, refusal } = outcome
  const available = kind === 'free' || kind === 'times'
  const status = kind === 'span' ? 'needs_time' : available ? 'available' : 'unavailable'
  return {
    available,
    status,
    found: available || alternatives.length > 0,
    same_day_available: outcome.sameDay,
    date: day,
    formatted_date: germanDate(day),
    weekday: sayWeekday(day),
    // In autumn the clocks show one hour twice; told once, the earlier one is booked.
    slots: [...new Set(clockTimesOf(outcome.slots, timeZone))],
    alternatives,
    suggest_user_alternative: !available && alternatives.length > 0,
    ...(start ? { requested_time: clockTimeOf(start, timeZone), start: start.toISOString() } : {}),
    ...(refusal ? { reason: refusal.reason } : {}),
    ...(refusal?.reason === 'booking_notice_violation' ? noticeFields(outcome, timeZone) : {}),
    ...elsewhereFields(outcome.elsewhere),
    ...(outcome.stale ? { warning: 'stale_data' } : {}),
  }
}

function noticeFields({ earliest }: CheckOutcome, timeZone: string) {
  const first = roundedUp(earliest.at)
  return {
    minimum_notice_minutes: earliest.noticeMinutes,
    earliest_bookable: clockTimeOf(first, timeZone),
    earliest_bookable_at: first.toISOString(),
  }
}

/** To the next whole minute, so that the spoken minute is not already too early. */
function roundedUp(instant: Date): Date {
  return new Date(Math.ceil(instant.getTime() / 60_000) * 60_000)
}
