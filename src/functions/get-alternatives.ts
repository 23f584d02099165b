/** get_alternatives: the free times nearest to a wish; asked again, others than those proposed before. */
import { z } from 'zod'
import { instantOf } from '../german/index.ts'
import { alternativesAre, maybeOutdated, sayOff } from '../german/sentences/availability.ts'
import { lengthIs } from '../german/sentences/booking.ts'
import { inBackground } from '../lib/in-background.ts'
import { requireComplete } from '../services/availability/availability.ts'
import { whoIsAway } from '../services/availability/off.ts'
import { refusedStarts } from '../services/availability/offers.ts'
import { laterDay, otherLengthOf, readDayAndTime, requireDay } from '../services/choices.ts'
import { alternativeShape, answers } from './answers/contract.ts'
import { understoodFields } from './answers/times.ts'
import { chosenCalendar } from './arguments/calendar.ts'
import { lengthArgument, wholeNumber, words } from './arguments/kinds.ts'
import { defineFunction } from './define.ts'

export const getAlternatives = defineFunction({
  name: 'get_alternatives',
  description:
    'Weitere freie Zeiten rund um einen Wunsch, wenn die schon genannten nicht passen: „Haben Sie sonst noch etwas?“. Nennt bis zu fünf andere als zuvor. Zuerst aber check_availability.',
  input: z.object({
    preferred_date: words('Wunschtag im Wortlaut'),
    preferred_time: words('Wunschzeit im Wortlaut, auch „nachmittags“ oder „ab 16 Uhr“'),
    service: words('Gewünschte Leistung'),
    staff: words('Gewünschte Person, falls genannt'),
    duration_minutes: lengthArgument,
    max_alternatives: wholeNumber('Wie viele Zeiten höchstens, 1 bis 5'),
    branch: words('Andere Filiale, falls genannt'),
  }),
  required: ['preferred_date'],
  output: answers({
    found: z.boolean(),
    alternatives: z.array(alternativeShape).max(5),
    strategy: z.enum(['same_day', 'next_day', 'same_time', 'any', 'none']),
  }),
  deadline: 'read',
  needs: 'call',
  async handler(input, context) {
    const { now, call, deadline, services } = context
    const { calendar, today, only, filled, whatFor, fieldsFor } = await chosenCalendar(input, context)
    const { branch, catalogue, service } = calendar
    const { preferred_date: date, preferred_time: time } = input
    const bookingWindowDays = catalogue.company.bookingWindowDays
    const understood = readDayAndTime({ date, time }, { now, branch, bookingWindowDays })
    const day = requireDay(understood, date)
    const from = laterDay(day.from, today)
    const wished = understood.time?.at ? instantOf(from, understood.time.at, branch.timeZone) : null
    const wish = `alternatives ${day.from} ${day.to} ${JSON.stringify(understood.time)}`
    const { alternatives, free } = await services.availability.alternatives({
      ...calendar,
      wish: { from, to: laterDay(day.to, from), time: understood.time },
      exclude: (offers) => refusedStarts(offers, { serviceId: service.id, wish, wished, now }),
      max: Math.max(1, input.max_alternatives ?? 5),
      said: { ...understood, only },
      deadline,
      call,
    })
    if (alternatives.length === 0) requireComplete(free)
    const starts = alternatives.map(({ start }) => new Date(start))
    const offer = { serviceId: service.id, source: 'alternatives', wish, starts } as const
    inBackground(services.availability.offers.remember(call.callId, free.offers, offer))
    const spoken = alternatives.map((alternative) => ({ day: alternative.date, time: alternative.time }))
    const otherLength = otherLengthOf(service, input.duration_minutes)
    const away = whoIsAway(catalogue, free.staffId, from)
    const others = alternativesAre(spoken, whatFor(free.staffId), today)
    const found = away ? `${sayOff(away, today)} ${others}` : others
    const message = otherLength === null ? found : `${lengthIs(otherLength)} ${found}`
    return {
      success: true,
      message: free.stale ? maybeOutdated(message) : message,
      ...fieldsFor(free.staffId),
      ...understoodFields(filled),
      found: alternatives.length > 0,
      alternatives,
      strategy: alternatives[0]?.strategy ?? 'none',
      count: alternatives.length,
      original_request: { date: day.from, time: understood.time?.at ?? null },
      ...(free.stale ? { warning: 'stale_data' } : {}),
    }
  },
})
