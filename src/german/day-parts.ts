/** Which of the two times twelve hours apart a part of day means. */
import type { SaidClock } from './items.ts'

const noon = 720
const dayMinutes = 1440

/** The clock time that was said with this part of day: "4 Uhr nachmittags" is 16:00 and nothing else. */
export function clockInPart(clock: SaidClock, part: string): SaidClock {
  if (clock.fixed && clock.minute >= noon + 60) return clock
  if (Number.isNaN(clock.minute)) return clock
  const minute = part === 'early' ? clock.minute : inPart(clock.minute % noon, part, clock.minute)
  return { ...clock, minute: minute >= dayMinutes ? Number.NaN : minute, fixed: true }
}

/** A time of the twelve-hour clock within a part of day: "abends um acht", "nachts um zwölf", "mittags um eins". */
export function inPart(half: number, part: string, said: number): number {
  if (part.endsWith('noon') && part !== 'noon' && !part.endsWith('forenoon')) return half + noon
  if (part === 'noon') return half >= 600 ? half : half + noon
  if (part.endsWith('evening')) return half < 60 ? half + dayMinutes : half + noon
  if (part === 'night') return half >= 360 ? half + noon : half
  return said
}
