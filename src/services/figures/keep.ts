/**
 * Keeps the figures of calls and functions per company, branch and local day. Triggers note in `figures_due` which days changed;
 * here each of them is counted anew from its rows, so a figure is right whatever happened to it before. The work of a run grows with
 * what changed since the last, not with what there is.
 */
import { Prisma } from '../../db/generated/client.ts'
import type { Tenancy, Tx } from '../../db/tenancy.ts'

type Deps = { tenancy: Pick<Tenancy, 'asSystem'> }

/** Upper bounds of the latency buckets of `function_figures.within_ms`, milliseconds, in its order. */
export const withinMsBounds = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000] as const

/** So many notes are taken at once; what is left is taken next. */
const notesMax = 20_000
/** One run at a time: two would count the same day beside each other. */
const lockKey = 814_203_551
const limits = { statementTimeoutMs: 120_000, transactionTimeoutMs: 600_000 }

interface Due {
  companyId: number
  /** ISO dates; null is every day that has calls. */
  days: string[] | null
}

export class FiguresKeeper {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Recounts every day that changed. Out: how many days of companies were counted. */
  async run(signal?: AbortSignal): Promise<number> {
    let counted = 0
    for (let more = true; more; ) {
      signal?.throwIfAborted()
      const taken = await this.#deps.tenancy.asSystem(recountSome, limits)
      counted += taken.days
      more = taken.notes === notesMax
    }
    return counted
  }
}

async function recountSome(tx: Tx): Promise<{ notes: number; days: number }> {
  const [lock] = await tx.$queryRaw<
    Array<{ held: boolean }>
  >`SELECT pg_try_advisory_xact_lock(${lockKey}) AS held`
  if (!lock?.held) return { notes: 0, days: 0 }
  const taken = await takeNotes(tx)
  let days = 0
  for (const due of await eachCompany(tx, taken)) days += await recount(tx, due)
  return { notes: taken[0]?.notes ?? 0, days }
}

type TakenRow = { companyId: number | null; whole: boolean; days: string[] | null; notes: number }

/** Takes notes away and tells the days they mean: a moment lies in one day by each zone of its company's branches. */
async function takeNotes(tx: Tx): Promise<TakenRow[]> {
  return tx.$queryRaw<TakenRow[]>`
    WITH taken AS (
      DELETE FROM figures_due WHERE id IN (SELECT id FROM figures_due ORDER BY id LIMIT ${notesMax}) RETURNING company_id, at
    )
    SELECT t.company_id AS "companyId", bool_or(t.at IS NULL) AS whole, (SELECT count(*)::int FROM taken) AS notes,
           array_agg(DISTINCT (t.at AT TIME ZONE zones.zone)::date::text) FILTER (WHERE t.at IS NOT NULL) AS days
    FROM taken t
    LEFT JOIN LATERAL (
      SELECT time_zone AS zone FROM companies WHERE id = t.company_id
      UNION SELECT time_zone FROM branches WHERE company_id = t.company_id AND time_zone IS NOT NULL
    ) AS zones ON true
    GROUP BY t.company_id`
}

async function eachCompany(tx: Tx, taken: readonly TakenRow[]): Promise<Due[]> {
  if (taken.some(({ companyId }) => companyId === null)) {
    const companies = await tx.company.findMany({ select: { id: true }, orderBy: { id: 'asc' } })
    return companies.map(({ id }) => ({ companyId: id, days: null }))
  }
  return taken.map(({ companyId, whole, days }) => ({ companyId: companyId!, days: whole ? null : days }))
}

async function recount(tx: Tx, { companyId, days: told }: Due): Promise<number> {
  const days = told ?? (await daysWithCalls(tx, companyId))
  if (told === null) {
    await tx.$executeRaw`DELETE FROM call_figures WHERE company_id = ${companyId}`
    await tx.$executeRaw`DELETE FROM function_figures WHERE company_id = ${companyId}`
  } else {
    await tx.$executeRaw`DELETE FROM call_figures WHERE company_id = ${companyId} AND day = ANY(${days}::date[])`
    await tx.$executeRaw`DELETE FROM function_figures WHERE company_id = ${companyId} AND day = ANY(${days}::date[])`
  }
  const counted = callsOfDays(companyId, days)
  await tx.$executeRaw`
    WITH counted AS (${counted}), products AS (
      SELECT branch_id, day, jsonb_object_agg(product, cents) AS costs FROM (
        SELECT c.branch_id, c.day, entry ->> 'product' AS product, sum((entry ->> 'cost')::numeric) AS cents
        FROM counted c, jsonb_array_elements(CASE jsonb_typeof(c.call_cost -> 'product_costs') WHEN 'array' THEN c.call_cost -> 'product_costs' ELSE '[]' END) AS entry
        WHERE entry ->> 'product' IS NOT NULL AND jsonb_typeof(entry -> 'cost') = 'number'
        GROUP BY 1, 2, 3
      ) AS summed GROUP BY 1, 2
    )
    INSERT INTO call_figures (company_id, branch_id, day, calls, booked, seconds, calls_with_seconds, cost_cents, cost_eur_cents,
                              calls_with_cost, product_costs)
    SELECT ${companyId}::int, c.branch_id, c.day, count(*), count(*) FILTER (WHERE c.appointment_made), coalesce(sum(c.duration_sec), 0),
      count(c.duration_sec), coalesce(sum(c.cents), 0), coalesce(sum(coalesce(c.cents * c.usd_eur_rate, c.cost_eur_cents)), 0),
      count(coalesce(c.cents, c.cost_eur_cents)),
      coalesce((SELECT p.costs FROM products p WHERE p.branch_id IS NOT DISTINCT FROM c.branch_id AND p.day = c.day), '{}')
    FROM counted c GROUP BY c.branch_id, c.day`
  await tx.$executeRaw`
    WITH counted AS (${counted})
    INSERT INTO function_figures (company_id, branch_id, day, function_name, calls, errors, alternatives, duration_ms, within_ms)
    SELECT ${companyId}::int, c.branch_id, c.day, f.function_name, count(*), count(*) FILTER (WHERE f.status = 'error'),
      count(*) FILTER (WHERE f.alternatives), sum(f.duration_ms), ${withinMs}
    FROM counted c JOIN function_calls f ON f.company_id = ${companyId} AND f.call_id = c.retell_call_id
    GROUP BY c.branch_id, c.day, f.function_name`
  return days.length
}

const withinMs = Prisma.raw(
  `ARRAY[${withinMsBounds.map((bound) => `count(*) FILTER (WHERE f.duration_ms <= ${bound})`).join(', ')}]::int[]`,
)

/** A company's calls of these local days, each day read by the index of moments. `cents`: what a call cost, exactly where Retell said so. */
function callsOfDays(companyId: number, days: readonly string[]): Prisma.Sql {
  return Prisma.sql`
    SELECT k.*, wanted.day, coalesce((k.call_cost ->> 'combined_cost')::numeric, k.cost_cents) AS cents
    FROM unnest(${days}::date[]) AS wanted (day)
    CROSS JOIN LATERAL (
      SELECT * FROM calls WHERE company_id = ${companyId}
        AND start_timestamp >= (wanted.day - 1)::timestamp AT TIME ZONE 'UTC' AND start_timestamp < (wanted.day + 2)::timestamp AT TIME ZONE 'UTC'
      UNION ALL
      SELECT * FROM calls WHERE company_id = ${companyId} AND start_timestamp IS NULL
        AND created_at >= (wanted.day - 1)::timestamp AT TIME ZONE 'UTC' AND created_at < (wanted.day + 2)::timestamp AT TIME ZONE 'UTC'
    ) AS k
    JOIN companies c ON c.id = k.company_id
    LEFT JOIN branches b ON b.company_id = k.company_id AND b.id = k.branch_id
    WHERE (coalesce(k.start_timestamp, k.created_at) AT TIME ZONE coalesce(b.time_zone, c.time_zone))::date = wanted.day`
}

async function daysWithCalls(tx: Tx, companyId: number): Promise<string[]> {
  const rows = await tx.$queryRaw<Array<{ day: string }>>`
    SELECT DISTINCT (coalesce(k.start_timestamp, k.created_at) AT TIME ZONE coalesce(b.time_zone, c.time_zone))::date::text AS day
    FROM calls k JOIN companies c ON c.id = k.company_id
    LEFT JOIN branches b ON b.company_id = k.company_id AND b.id = k.branch_id
    WHERE k.company_id = ${companyId}`
  return rows.map(({ day }) => day)
}
