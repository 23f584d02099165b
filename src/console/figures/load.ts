/** Figures of a span of local days, and of the span before it to compare with. */
import { addDays, localDayOf } from '../../german/index.ts'
import { withinMsBounds } from '../../services/figures/keep.ts'
import type { PageContext } from '../page.ts'

const spans = [7, 28, 90] as const

export interface Span {
  days: number
  /** Local days, both inclusive. */
  from: string
  to: string
}

/** The last 7 days, or what the address says of the spans there are; today is part of it. */
export function readSpan(
  query: Readonly<Record<string, string | undefined>>,
  { now, timeZone }: PageContext,
): Span {
  const days = spans.find((one) => String(one) === query.tage) ?? 7
  const to = localDayOf(now, timeZone)
  return { days, from: addDays(to, 1 - days), to }
}

export type Figures = Awaited<ReturnType<typeof loadFigures>>

/** Sums of the span and of the one before, by day, and by function. Costs in euro cents. */
export async function loadFigures({ see, company }: PageContext, { days, from, to }: Span) {
  const companyId = company.id
  return see(async (tx) => {
    const rows = await tx.callFigures.groupBy({
      by: ['day'],
      where: { companyId, day: { gte: new Date(addDays(from, -days)), lte: new Date(to) } },
      _sum: { calls: true, booked: true, seconds: true, costEurCents: true },
      orderBy: { day: 'asc' },
    })
    const byDay = rows.map(({ day, _sum }) => ({
      day: day.toISOString().slice(0, 10),
      calls: _sum.calls ?? 0,
      booked: _sum.booked ?? 0,
      seconds: Number(_sum.seconds ?? 0),
      costEurCents: Number(_sum.costEurCents ?? 0),
    }))
    const functions = await tx.functionFigures.findMany({
      where: { companyId, day: { gte: new Date(from), lte: new Date(to) } },
      select: { functionName: true, calls: true, errors: true, durationMs: true, withinMs: true },
    })
    const inSpan = byDay.filter(({ day }) => day >= from)
    return {
      now: sum(inSpan),
      before: sum(byDay.filter(({ day }) => day < from)),
      byDay: Array.from({ length: days }, (_, at) => addDays(from, at)).map(
        (day) =>
          inSpan.find((one) => one.day === day) ?? { day, calls: 0, booked: 0, seconds: 0, costEurCents: 0 },
      ),
      functions: byFunction(functions),
    }
  })
}

function sum(rows: ReadonlyArray<{ calls: number; booked: number; seconds: number; costEurCents: number }>) {
  const total = { calls: 0, booked: 0, seconds: 0, costEurCents: 0 }
  for (const row of rows) {
    total.calls += row.calls
    total.booked += row.booked
    total.seconds += row.seconds
    total.costEurCents += row.costEurCents
  }
  return total
}

function byFunction(
  rows: ReadonlyArray<{
    functionName: string
    calls: number
    errors: number
    durationMs: bigint
    withinMs: number[]
  }>,
) {
  const all = new Map<string, { calls: number; errors: number; within: number[] }>()
  for (const { functionName, calls, errors, withinMs } of rows) {
    const one = all.get(functionName) ?? { calls: 0, errors: 0, within: withinMsBounds.map(() => 0) }
    all.set(functionName, {
      calls: one.calls + calls,
      errors: one.errors + errors,
      within: one.within.map((count, at) => count + (withinMs[at] ?? 0)),
    })
  }
  return [...all]
    .map(([name, { calls, errors, within }]) => ({
      name,
      calls,
      errors,
      median: reached(within, calls, 0.5),
      p95: reached(within, calls, 0.95),
    }))
    .sort((a, b) => b.calls - a.calls)
    .slice(0, 10)
}

/** The bound within which that share of calls was answered, milliseconds; null: later than the last bound. */
function reached(within: readonly number[], calls: number, share: number): number | null {
  const at = within.findIndex((count) => count >= calls * share)
  return withinMsBounds[at] ?? null
}
