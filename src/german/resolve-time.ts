/**
 * Times of a wish on the clock: which of two readings twelve hours apart is meant, and the windows of the parts of day.
 */
import { inPart } from './day-parts.ts'
import type { SaidClock } from './items.ts'
import type { OpeningHours, Understood, Weekday } from './types.ts'
import { type PartWindow, partWindows } from './vocabulary.ts'
import type { Draft } from './wish.ts'
import { formatClock, parseClock } from './zone.ts'

const noon = 720
const dayMinutes = 1440
/** Without opening hours a business counts as open from 8 to 20 o'clock. */
const defaultHours = [{ from: '08:00', to: '20:00' }]
/** Below this a bare hour is rather the afternoon: nobody books "um drei" at night. */
const morningFromMinute = 480

export interface ResolvedTime {
  time: Understood['time']
  /** minutes after midnight until which the wish can still be met today */
  latest: number | null
  /** the reading twelve hours away, if it is plausible too */
  other: number | null
  impossible: boolean
}

const nothing: ResolvedTime = { time: null, latest: null, other: null, impossible: false }

/** The time of a draft. `weekday` picks the opening hours; without one any day's hours count. */
export function resolveTime(
  draft: Draft,
  hours: OpeningHours | undefined,
  weekday: Weekday | null,
): ResolvedTime {
  const isOpen = (minute: number) => openAt(minute, hours, weekday)
  const part = draft.part === null ? null : partWindows[draft.part]!
  if (draft.window) return resolveWindow(draft, part, isOpen)
  if (draft.clock) {
    const read = readClock(draft.clock, draft.part, isOpen)
    if (read === null) return { ...nothing, impossible: true }
    const reading = draft.clock.approximate ? 'approximate' : 'exact'
    return {
      time: { at: formatClock(read.minute), from: null, to: null, reading, part: part?.part ?? null },
      latest: read.minute,
      other: read.other,
      impossible: false,
    }
  }
  if (part === null) return nothing
  return {
    time: {
      at: null,
      from: formatClock(part.from),
      to: part.to === null ? null : formatClock(part.to),
      reading: 'part_of_day',
      part: part.part,
    },
    latest: part.to ?? dayMinutes,
    other: null,
    impossible: false,
  }
}

function openAt(minute: number, hours: OpeningHours | undefined, weekday: Weekday | null): boolean {
  const named = hours && weekday !== null ? hours[weekday] : undefined
  const spans = named ?? (hours ? Object.values(hours).flat() : defaultHours)
  return (spans.length > 0 ? spans : defaultHours).some(
    ({ from, to }) => minute >= parseClock(from) && minute < parseClock(to),
  )
}

/** The minute a said time stands for; null for one that does not exist (25 Uhr) or means another day (24 Uhr). */
function readClock(
  clock: SaidClock,
  part: string | null,
  isOpen: (minute: number) => boolean,
): { minute: number; other: number | null } | null {
  const said = clock.minute
  if (Number.isNaN(said) || said < 0 || said >= dayMinutes) return null
  if (part !== null && part !== 'early' && said < noon + 60) {
    const minute = inPart(said % noon, part, said)
    return minute >= dayMinutes ? null : { minute, other: null }
  }
  if (clock.fixed) {
    const other = said < noon && said >= 60 && !isOpen(said) && isOpen(said + noon) ? said + noon : null
    return { minute: said, other }
  }
  if (part === 'early' || said >= noon) return { minute: said, other: null }
  // "halb eins" is never half past midnight.
  if (said < 60) return { minute: said + noon, other: null }
  const [morning, afternoon] = [isOpen(said), isOpen(said + noon)]
  const late = morning === afternoon ? said < morningFromMinute : afternoon
  if (late) return { minute: said + noon, other: said }
  return { minute: said, other: afternoon || said < morningFromMinute ? said + noon : null }
}

function resolveWindow(
  draft: Draft,
  part: PartWindow | null,
  isOpen: (minute: number) => boolean,
): ResolvedTime {
  const { from, to, fromPart, toPart } = draft.window!
  let start = from
    ? (readClock(from, draft.part, isOpen)?.minute ?? Number.NaN)
    : fromPart
      ? partWindows[fromPart]!.from
      : null
  let until: number | null = null
  if (to) {
    const read = to.minute === dayMinutes ? dayMinutes : readClock(to, draft.part, isOpen)?.minute
    until = read ?? Number.NaN
    if (start !== null && !to.fixed && draft.part === null) {
      // "von neun bis fünf", "zwischen elf und eins": the first such time after the beginning.
      const half = to.minute % noon
      until = half > start ? half : half + noon
    }
    if (from && start !== null && !from.fixed && to.fixed && start >= until) start = from.minute % noon
    // "halb acht bis halb neun" is the morning if its end would be after closing.
    if (from && !from.fixed && !to.fixed && start !== null && start >= noon && draft.part === null) {
      if (!isOpen(until - 1) && isOpen(until - 1 - noon)) {
        start -= noon
        until -= noon
      }
    }
  } else if (toPart) until = partWindows[toPart]!.to
  if (Number.isNaN(start) || Number.isNaN(until)) return { ...nothing, impossible: true }
  if (start !== null && until !== null && until <= start) until = null
  // "vormittags ab elf" ends with the morning, "nachmittags bis drei" begins with the afternoon.
  if (
    part &&
    start !== null &&
    to === null &&
    toPart === null &&
    part.to !== null &&
    part.to - start >= 30 &&
    start >= part.from
  )
    until = part.to
  if (part && start === null && until !== null && part.from < until) start = part.from
  // "bis nachts" bounds nothing.
  if (start === null && (until === null || until >= dayMinutes)) return nothing
  const named = part ?? (fromPart ? partWindows[fromPart]! : toPart ? partWindows[toPart]! : null)
  return {
    time: {
      at: null,
      from: start === null ? null : formatClock(start),
      to: until === null || until >= dayMinutes ? null : formatClock(until),
      reading: 'span',
      part: named?.part ?? null,
    },
    latest: until ?? dayMinutes,
    other: null,
    impossible: false,
  }
}
