/**
 * Turns an answer about free times into instants. Knows every shape seen (calcom.md §1, payload calcom-slots.json); what cannot be
 * placed on the time line without guessing makes the whole answer unreadable, never shorter: half a list would
 * be spoken as "fully booked".
 */
import { DateTime } from 'luxon'
import type { z } from 'zod'
import { instantSchema, type slotEntrySchema, slotsAnswerSchema } from './schemas.ts'

export interface SlotWindow {
  /** Inclusive. */
  start: Date
  /** Exclusive. */
  end: Date
  /** IANA zone the answer's days are counted in. */
  timeZone: string
}

/** Sorted, without duplicates, inside the window; undefined when the answer is not understood. */
export function readSlots(answer: unknown, { start, end, timeZone }: SlotWindow): Date[] | undefined {
  const parsed = slotsAnswerSchema.safeParse(answer)
  if (!parsed.success) return undefined
  const data = Array.isArray(parsed.data) ? parsed.data : parsed.data.data
  const slots = !Array.isArray(data) && 'slots' in data ? data.slots : data
  const days: Iterable<[string | undefined, unknown]> = Array.isArray(slots)
    ? [[singleDay({ start, end, timeZone }), slots]]
    : Object.entries(slots as Record<string, unknown>)

  const timesMs = new Set<number>()
  for (const [day, entries] of days) {
    for (const entry of entries as z.output<typeof slotEntrySchema>[]) {
      if (typeof entry !== 'string' && entry.seatsRemaining === 0) continue
      const text = typeof entry === 'string' ? entry : (entry.start ?? entry.time ?? entry.startTime ?? '')
      const instant = toInstant(text, day, timeZone)
      if (!instant) return undefined
      // Cal.com has been seen to return neighbours of the range (issue 24260).
      if (instant >= start && instant < end) timesMs.add(instant.getTime())
    }
  }
  return [...timesMs].sort((a, b) => a - b).map((timeMs) => new Date(timeMs))
}

/** "13:15" is an instant only together with its day. */
function toInstant(text: string, day: string | undefined, timeZone: string): Date | undefined {
  const parsed = instantSchema.safeParse(text)
  if (parsed.success) return parsed.data
  if (!day || !/^\d{2}:\d{2}(:\d{2})?$/.test(text)) return undefined
  const local = DateTime.fromISO(`${day}T${text}`, { zone: timeZone })
  return local.isValid ? local.toJSDate() : undefined
}

function singleDay({ start, end, timeZone }: SlotWindow): string | undefined {
  const first = DateTime.fromJSDate(start, { zone: timeZone }).toISODate()
  const last = DateTime.fromMillis(end.getTime() - 1, { zone: timeZone }).toISODate()
  return first === last ? (first ?? undefined) : undefined
}
