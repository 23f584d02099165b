/** find_next_available: the next free time of a service in two weeks, in one request to Cal.com. */
import { z } from 'zod'
import { addDays, germanDate, sayTime } from '../german/index.ts'
import { maybeOutdated, nextFree, nothingFreeSoon, sayOff } from '../german/sentences/availability.ts'
import { inBackground } from '../lib/in-background.ts'
import { offeredTime } from '../services/availability/alternatives.ts'
import { requireComplete, searchDays } from '../services/availability/availability.ts'
import { nextFreeStarts } from '../services/availability/next-free.ts'
import { whoIsAway } from '../services/availability/off.ts'
import { effectiveTime } from '../services/availability/restrictions.ts'
import { laterDay, readDayAndTime } from '../services/choices.ts'
import { answers, offeredTimeShape } from './answers/contract.ts'
import { understoodFields } from './answers/times.ts'
import { chosenCalendar } from './arguments/calendar.ts'
import { lengthArgument, wholeNumber, words } from './arguments/kinds.ts'
import { defineFunction } from './define.ts'

const slotsMax = 10
const searchDaysMax = 31

export const findNextAvailable = defineFunction({
  name: 'find_next_available',
  description:
    'Nur wenn der Anrufer keinen Tag nennt: „Wann haben Sie den nächsten freien Termin?“. Sucht in den kommenden zwei Wochen. Mit genanntem Tag: check_availability.',
  input: z.object({
    service: words('Gewünschte Leistung'),
    from_date: words('Frühestens ab diesem Tag, im Wortlaut; ohne Angabe ab heute'),
    staff: words('Gewünschte Person, falls genannt'),
    part_of_day: words('Tageszeit, falls genannt', [
      'morgens',
      'vormittags',
      'mittags',
      'nachmittags',
      'abends',
    ]),
    search_days: wholeNumber('Wie viele Tage höchstens, 1 bis 31; ohne Angabe 14'),
    duration_minutes: lengthArgument,
    branch: words('Andere Filiale, falls genannt'),
  }),
  output: answers({
    next_slot: offeredTimeShape.extend({ service: z.string() }).nullable(),
    slots: z.array(offeredTimeShape),
  }),
  deadline: 'read',
  needs: 'call',
  async handler(input, context) {
    const { now, call, deadline, services } = context
    const { calendar, today, only, filled, whatFor, fieldsFor } = await chosenCalendar(input, context)
    const { branch, catalogue, service } = calendar
    const bookingWindowDays = catalogue.company.bookingWindowDays
    const wish = { date: input.from_date, time: input.part_of_day }
    const understood = readDayAndTime(wish, { now, branch, bookingWindowDays })
    const asked = laterDay(understood.day?.from ?? today, today)
    // Whoever is away is looked for from the day on which they are back.
    const until = whoIsAway(catalogue, calendar.staffId, asked)?.until ?? null
    const from = until === null ? asked : addDays(until, 1)
    const days = Math.min(Math.max(input.search_days ?? searchDays, 1), searchDaysMax)
    const to = addDays(from, days - 1)
    const free = await services.availability.load({
      ...calendar,
      from,
      to,
      partial: true,
      deadline,
      call,
      said: { ...understood, only },
    })
    const time = effectiveTime(understood.time, free.offers.restrictions)
    const starts = nextFreeStarts(free, { from, time, timeZone: branch.timeZone, max: slotsMax })
    if (starts.length === 0) requireComplete(free)
    const offer = { serviceId: service.id, source: 'day', wish: `next ${from}`, starts } as const
    inBackground(services.availability.offers.remember(call.callId, free.offers, offer))

    const slots = starts.map((start) => ({
      ...offeredTime(start, branch.timeZone, today),
      service: service.name,
    }))
    const [next] = slots
    const what = whatFor(free.staffId)
    const found = next
      ? nextFree({ day: next.date, time: next.time }, what, today)
      : nothingFreeSoon(what, days)
    const away = whoIsAway(catalogue, free.staffId, asked)
    const message = away ? `${sayOff(away, today)} ${found}` : found
    return {
      success: true,
      message: free.stale ? maybeOutdated(message) : message,
      ...fieldsFor(free.staffId),
      ...understoodFields(filled),
      found: next !== undefined,
      available: next !== undefined,
      next_slot: next ?? null,
      slots,
      ...(next
        ? {
            next_available: next.start,
            formatted_date: germanDate(next.date),
            formatted_time: sayTime(next.time),
          }
        : { fallback: 'callback_request' }),
      ...(free.stale ? { warning: 'stale_data' } : {}),
    }
  },
})
