/** What a booking at Cal.com was over time: its moves, in place or to a new uid, and when each of its lives ended. */
import type { BookingOutput } from '../../src/simulator/control.ts'
import type { Ledger } from './ledger.ts'

export const isLive = ({ status }: BookingOutput) => status === 'accepted' || status === 'pending'
export const metadataOf = (booking: BookingOutput) => (booking.metadata ?? {}) as Record<string, unknown>
export const isOurs = (booking: BookingOutput) => metadataOf(booking).source === 'retell_voice_agent'
export const callIdOf = (booking: BookingOutput) => String(metadataOf(booking).call_id)

/** A time that a booking had, from one instant to another (ms). */
export interface Life {
  start: number
  end: number
  from: number
  to: number
}

/** A booking and its later lives. */
export function chainFrom(
  booking: BookingOutput,
  byUid: ReadonlyMap<string, BookingOutput>,
): BookingOutput[] {
  const chain = [booking]
  for (let next = booking.rescheduledToUid; next; ) {
    const moved = byUid.get(next)
    if (!moved) break
    chain.push(moved)
    next = moved.rescheduledToUid
  }
  return chain
}

/** Where a booking has been without a new uid, oldest first. */
export function startsOf(booking: BookingOutput, ledger: Ledger): number[] {
  return [...inPlace(booking, ledger).map(({ from }) => from), Date.parse(booking.start)]
}

/** Every time that a booking and its successors had, oldest first. */
export function livesOf(
  booking: BookingOutput,
  byUid: ReadonlyMap<string, BookingOutput>,
  ledger: Ledger,
): Life[] {
  return chainFrom(booking, byUid).flatMap((link) => {
    const lengthMs = Date.parse(link.end) - Date.parse(link.start)
    const ended = isLive(link) ? Number.POSITIVE_INFINITY : Date.parse(link.updatedAt ?? link.createdAt)
    const moves = inPlace(link, ledger)
    return startsOf(link, ledger).map((start, nth) => ({
      start,
      end: start + lengthMs,
      from: moves[nth - 1]?.at ?? Date.parse(link.createdAt),
      to: moves[nth]?.at ?? ended,
    }))
  })
}

function inPlace({ uid }: BookingOutput, ledger: Ledger): Array<{ from: number; at: number }> {
  return (ledger.hostActs.get(uid) ?? []).flatMap(({ from, at }) =>
    from === undefined ? [] : [{ from, at }],
  )
}
