/**
 * Which company and branch a call belongs to, before anything else is known about it: by our number (the dialled one, or
 * the calling one of an outbound call), else by the agent if it maps to exactly one company. These are the few look-ups
 * across tenants; they run under the system role and return routing data only.
 */
import { LRUCache } from 'lru-cache'
import type { Tenancy, Tx } from '../../db/tenancy.ts'
import type { Clock } from '../../lib/clock.ts'

export interface Route {
  companyId: number
  branchId: string
  phoneNumberId: number | null
  /** IANA zone of the branch. */
  timeZone: string
}

type Deps = {
  tenancy: Pick<Tenancy, 'asSystem'>
  clock: Clock
  /** RETELLAI_TEST_MODE_COMPANY_ID; null: no test mode. */
  testModeCompanyId: number | null
  /** In production only a company flagged is_test may be the test company. */
  production: boolean
}

interface RouteRow {
  company_id: number
  branch_id: string
  phone_number_id: number | null
  time_zone: string
}

const maxAgeMs = 60_000

export class CallRouting {
  readonly #deps: Deps
  readonly #routes: LRUCache<string, { route: Route | null }>

  constructor(deps: Deps) {
    this.#deps = deps
    this.#routes = new LRUCache({
      max: 5_000,
      ttl: maxAgeMs,
      perf: { now: () => deps.clock.now().getTime() },
    })
  }

  /** The branch that answers a number, also one that is switched off: its callers are not left alone. @param number E.164 */
  loadByNumber(number: string): Promise<Route | null> {
    return this.#remembered(`number:${number}`, async (tx) => {
      const rows = await tx.$queryRaw<RouteRow[]>`
        SELECT p.company_id, p.branch_id, p.id AS phone_number_id, coalesce(b.time_zone, c.time_zone) AS time_zone
        FROM phone_numbers p
        JOIN companies c ON c.id = p.company_id
        JOIN branches b ON b.company_id = p.company_id AND b.id = p.branch_id
        WHERE p.number = ${number}`
      return rows[0] ?? null
    })
  }

  /** The company of an agent, if all its numbers belong to one; its first branch when they are at several. */
  loadByAgent(agentId: string): Promise<Route | null> {
    return this.#remembered(`agent:${agentId}`, async (tx) => {
      const rows = await tx.$queryRaw<RouteRow[]>`
        SELECT p.company_id, p.branch_id, NULL::int AS phone_number_id, coalesce(b.time_zone, c.time_zone) AS time_zone
        FROM phone_numbers p
        JOIN companies c ON c.id = p.company_id
        JOIN branches b ON b.company_id = p.company_id AND b.id = p.branch_id
        WHERE p.agent_id = ${agentId}
        ORDER BY (p.is_active AND b.is_active) DESC, p.id`
      return new Set(rows.map((row) => row.company_id)).size === 1 ? (rows[0] ?? null) : null
    })
  }

  /** The company for web and test calls without numbers, if one is configured and allowed. */
  loadTestCompany(): Promise<Route | null> {
    const { testModeCompanyId, production } = this.#deps
    if (testModeCompanyId === null) return Promise.resolve(null)
    return this.#remembered('test-company', (tx) => firstBranch(tx, testModeCompanyId, production))
  }

  /** The company of the installation, when there is only one. */
  loadOnlyCompany(): Promise<Route | null> {
    return this.#remembered('only-company', async (tx) => {
      const companies = await tx.company.findMany({ select: { id: true }, take: 2 })
      const [only] = companies
      return companies.length === 1 && only ? firstBranch(tx, only.id, false) : null
    })
  }

  /** Drops what is remembered; called when the database announces a change of numbers, branches or companies. */
  forget(): void {
    this.#routes.clear()
  }

  async #remembered(key: string, query: (tx: Tx) => Promise<RouteRow | null>): Promise<Route | null> {
    const known = this.#routes.get(key)
    if (known) return known.route
    const row = await this.#deps.tenancy.asSystem(query)
    const route =
      row === null
        ? null
        : {
            companyId: row.company_id,
            branchId: row.branch_id,
            phoneNumberId: row.phone_number_id,
            timeZone: row.time_zone,
          }
    this.#routes.set(key, { route })
    return route
  }
}

async function firstBranch(tx: Tx, companyId: number, onlyTest: boolean): Promise<RouteRow | null> {
  const rows = await tx.$queryRaw<RouteRow[]>`
    SELECT c.id AS company_id, b.id AS branch_id, NULL::int AS phone_number_id,
           coalesce(b.time_zone, c.time_zone) AS time_zone
    FROM companies c JOIN branches b ON b.company_id = c.id
    WHERE c.id = ${companyId} AND (c.is_test OR NOT ${onlyTest}::boolean)
    ORDER BY b.is_active DESC, b.created_at, b.name LIMIT 1`
  return rows[0] ?? null
}
