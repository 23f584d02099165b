/**
 * Free times of several services one after the other, out of the free times of each. The next part begins when the one before ends, or
 * as soon after that as it can; a gap of more than an hour is no visit. Pure.
 */
import type { LocalDay } from '../../german/index.ts'
import { staffOfPart, stepOf } from '../together.ts'
import type { AvailabilityQuery, FreeTimes } from './availability.ts'

/** A part of a visit: how long it takes and when it could begin (ascending). */
export interface Block {
  minutes: number
  starts: readonly Date[]
}

/** One way to have all parts: the start of each, in the order of the blocks. */
export interface Layout {
  starts: Date[]
  /** Milliseconds of waiting between the parts. */
  gapMs: number
}

const minuteMs = 60_000
const gapMsMax = 60 * minuteMs

/** Every start of the first block from which all can be had, ascending, each with the least waiting. */
export function layoutsOf(blocks: readonly Block[]): Layout[] {
  const [first, ...rest] = blocks
  if (!first) return []
  return first.starts.flatMap((start) => {
    const starts = [start]
    let endMs = start.getTime() + first.minutes * minuteMs
    let gapMs = 0
    for (const block of rest) {
      const earliestMs = endMs
      const next = block.starts.find(
        (one) => one.getTime() >= earliestMs && one.getTime() <= earliestMs + gapMsMax,
      )
      if (!next) return []
      gapMs += next.getTime() - earliestMs
      starts.push(next)
      endMs = next.getTime() + block.minutes * minuteMs
    }
    return [{ starts, gapMs }]
  })
}

/** The orders in which services may be done: as given, and with those of one step changed. In: services in an order that makes sense. */
export function ordersOf<S extends { name: string }>(services: readonly S[]): S[][] {
  if (services.length < 2) return [[...services]]
  return services.flatMap((first, index) => {
    const rest = services.filter((_, at) => at !== index)
    const mayBeFirst = index === 0 || services.slice(0, index).every((one) => stepOf(one) === stepOf(first))
    return mayBeFirst ? ordersOf(rest).map((order) => [first, ...order]) : []
  })
}

/** The questions for each part of several services; null for one service. */
export function visitBlocks(query: AvailabilityQuery): AvailabilityQuery[] | null {
  const { parts } = query.service
  if (!parts) return null
  return parts.map((service) => ({ ...query, service, staffId: staffOfPart(service, query.staffId) }))
}

/** When a visit can begin on each day that is known of all its parts. In: the parts' questions and answers, in the same order. */
export function visitTimes(blocks: readonly AvailabilityQuery[], all: readonly FreeTimes[]): FreeTimes {
  const [first] = all
  if (!first) throw new Error('A visit has no parts')
  const services = blocks.map(({ service }, index) => ({ ...service, free: all[index]! }))
  const known = [...first.days.keys()].filter((day) => all.every(({ days }) => days.has(day)))
  const startsOn = (day: LocalDay): Date[] => {
    const starts = ordersOf(services).flatMap((order) =>
      layoutsOf(
        order.map(({ durationMinutes, free }) => ({
          minutes: durationMinutes,
          starts: free.days.get(day) ?? [],
        })),
      ).map((layout) => layout.starts[0]!.getTime()),
    )
    return [...new Set(starts)].sort((a, b) => a - b).map((start) => new Date(start))
  }
  return {
    ...first,
    days: new Map(known.map((day) => [day, startsOn(day)])),
    stale: all.some(({ stale }) => stale),
    complete: all.every(({ complete }) => complete),
  }
}
