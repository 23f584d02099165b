/**
 * The only way to tenant data. Each piece of work is one interactive transaction that takes its role, its company and its
 * limits in one first statement, all of them local to the transaction; PostgreSQL's policies do the rest. Not for
 * network calls: while work runs it holds a connection and perhaps locks. Transactions do not nest.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Pool, QueryResult } from 'pg'
import type { Prisma, PrismaClient } from './generated/client.ts'
import { scopeBeginning } from './pool.ts'

/** The database inside one transaction; raw SQL through `$queryRaw` / `$executeRaw` sees the same rows. */
export type Tx = Prisma.TransactionClient

/** How long a transaction may wait; PostgreSQL enforces the first two, also on a blocked statement. */
export type Limits = { lockTimeoutMs?: number; statementTimeoutMs?: number; transactionTimeoutMs?: number }

const defaultLimits = { lockTimeoutMs: 2_000, statementTimeoutMs: 5_000, transactionTimeoutMs: 10_000 }
/** How long to wait for a connection before the database counts as gone; a function's own time is often over before. */
const connectionWaitMs = 5_000

/** A statement with $1… and its values; `name`, under which each connection prepares it. */
export type Statement = { name: string; text: string; values: unknown[] }

/** What a person of the console sees: companies, and of them the branches, null for all. */
export interface ConsoleView {
  companyIds: readonly number[]
  branchIds: readonly string[] | null
}

type Role = 'gateway_tenant' | 'gateway_system' | 'gateway_report' | 'gateway_console'

export class Tenancy {
  readonly #prisma: Pick<PrismaClient, '$transaction'>
  readonly #pool: Pick<Pool, 'connect'>
  /** Undefined where nesting is not looked for. */
  readonly #current: AsyncLocalStorage<{ open: boolean }> | undefined
  readonly #limits: Required<Limits>
  /** Who acts, for the audit; '' for the gateway itself. */
  readonly #actor: string

  /**
   * @param deps.detectNesting unless false; costs every promise of the process some time up to Node 22: for development and tests
   * @param deps.limits instead of the usual ones, unless a piece of work has its own
   * @param deps.actor who is written down by the audit of whatever this tenancy's transactions change
   */
  constructor(deps: {
    prisma: Pick<PrismaClient, '$transaction'>
    /** The connections Prisma uses too. */
    pool: Pick<Pool, 'connect'>
    detectNesting?: boolean
    limits?: Limits
    actor?: string
  }) {
    this.#prisma = deps.prisma
    this.#pool = deps.pool
    this.#current = deps.detectNesting === false ? undefined : new AsyncLocalStorage()
    this.#limits = { ...defaultLimits, ...deps.limits }
    this.#actor = deps.actor ?? ''
  }

  /**
   * Runs work as one company: it sees and writes that company's rows only. Commits when work resolves, rolls back when it
   * rejects, and returns what work returns.
   * @throws RangeError when companyId is no positive integer; Error when called inside another run (where that is detected).
   */
  async run<T>(companyId: number, work: (tx: Tx) => Promise<T>, limits: Limits = {}): Promise<T> {
    return this.#transaction('gateway_tenant', companyText(companyId), work, limits)
  }

  /**
   * Runs statements as one company, a transaction of their own in one round trip: for what many requests do, which Prisma would
   * write into JSON and read again on its way. All are sent at once, so none can use what another answered. Same guarantees
   * and errors as `run`. Out: each statement's rows and how many it touched.
   */
  async oneTrip(companyId: number, statements: readonly Statement[]): Promise<QueryResult[]> {
    return this.#oneTrip('gateway_tenant', companyText(companyId), statements)
  }

  /** The same across all companies, as `asSystem`: look-ups by an id that leads to the company. */
  async oneTripAsSystem(statements: readonly Statement[]): Promise<QueryResult[]> {
    return this.#oneTrip('gateway_system', '', statements)
  }

  async #oneTrip(role: Role, company: string, statements: readonly Statement[]): Promise<QueryResult[]> {
    this.#refuseNesting()
    const scope = scopeStatement(role, company, this.#limits, this.#actor)
    const client = await this.#pool.connect()
    // A connection that breaks refuses its statements; without a listener it would end the process too.
    client.on('error', ignore)
    try {
      // After a failure COMMIT rolls back, and what follows the failed one is refused, so all of it can be sent at once.
      const sent = [{ text: 'BEGIN' }, scope, ...statements, { text: 'COMMIT' }].map((one) =>
        client.query(one),
      )
      const outcomes = await Promise.allSettled(sent)
      const results: QueryResult[] = []
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') throw outcome.reason
        results.push(outcome.value)
      }
      return results.slice(2, -1)
    } finally {
      client.off('error', ignore)
      client.release()
    }
  }

  /** Runs work across all companies: routing look-ups and jobs only. Same guarantees and errors as `run`. */
  async asSystem<T>(work: (tx: Tx) => Promise<T>, limits: Limits = {}): Promise<T> {
    return this.#transaction('gateway_system', '', work, limits)
  }

  /** Reads across all companies in the role of reports, which may not write: metrics only. Same guarantees and errors as `run`. */
  async asReport<T>(work: (tx: Tx) => Promise<T>, limits: Limits = {}): Promise<T> {
    return this.#transaction('gateway_report', '', work, limits)
  }

  /**
   * Reads what a person of the console may see; PostgreSQL's policies compare companies and branches, and the role may not write.
   * Without companies nothing is seen. Same guarantees and errors as `run`.
   */
  async asConsole<T>(view: ConsoleView, work: (tx: Tx) => Promise<T>, limits: Limits = {}): Promise<T> {
    const companies = view.companyIds.map(companyText).join(',')
    // An empty list must see nothing; the setting '' would be every branch.
    const branches = view.branchIds === null ? '' : view.branchIds.join(',') || noBranch
    return this.#transaction(
      'gateway_console',
      '',
      async (tx) => {
        await tx.$executeRaw`SELECT set_config('app.company_ids', ${companies}, true), set_config('app.branch_ids', ${branches}, true)`
        return work(tx)
      },
      limits,
    )
  }

  /** A second connection from inside a transaction would not see its rows, and a full pool would wait for itself. */
  #refuseNesting(): void {
    if (this.#current?.getStore()?.open)
      throw new Error('A tenancy transaction must not be opened inside another')
  }

  async #transaction<T>(
    role: Role,
    company: string,
    work: (tx: Tx) => Promise<T>,
    limits: Limits,
  ): Promise<T> {
    this.#refuseNesting()
    const entered = { ...this.#limits, ...limits }
    const scope = { open: true }
    try {
      const transaction = () =>
        this.#prisma.$transaction(
          async (tx) => {
            const { text, values } = scopeStatement(role, company, entered, this.#actor)
            await tx.$executeRawUnsafe(text, ...values)
            return await work(tx)
          },
          { maxWait: connectionWaitMs, timeout: entered.transactionTimeoutMs },
        )
      return await (this.#current === undefined ? transaction() : this.#current.run(scope, transaction))
    } finally {
      scope.open = false
    }
  }
}

const ignore = () => {}
const noBranch = '00000000-0000-0000-0000-000000000000'

/** Enters the scope, for the rest of the transaction: `true` is "local", nothing of it stays on a reused connection. */
function scopeStatement(
  role: Role,
  company: string,
  { lockTimeoutMs, statementTimeoutMs }: Pick<Required<Limits>, 'lockTimeoutMs' | 'statementTimeoutMs'>,
  actor: string,
): { text: string; values: string[] } {
  const values = [company, `${lockTimeoutMs}ms`, `${statementTimeoutMs}ms`, role]
  if (actor !== '')
    return {
      text: `${scopeBeginning} $1, true), set_config('lock_timeout', $2, true), set_config('statement_timeout', $3, true),
        set_config('app.actor', $5, true), set_config('role', $4, true)`,
      values: [...values, actor],
    }
  return {
    text: `${scopeBeginning} $1, true), set_config('lock_timeout', $2, true),
      set_config('statement_timeout', $3, true), set_config('role', $4, true)`,
    values,
  }
}

function companyText(companyId: number): string {
  if (!Number.isInteger(companyId) || companyId < 1 || companyId > 2_147_483_647)
    throw new RangeError('companyId must be a positive integer')
  return String(companyId)
}
