/**
 * The only way to tenant data. Each piece of work is one interactive transaction that takes its role, its company and its
 * limits in one first statement, all of them local to the transaction; PostgreSQL's policies do the rest. Not for
 * network calls: while work runs it holds a connection and perhaps locks. Transactions do not nest.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Prisma, PrismaClient } from './generated/client.ts'

/** The database inside one transaction; raw SQL through `$queryRaw` / `$executeRaw` sees the same rows. */
export type Tx = Prisma.TransactionClient

/** How long a transaction may wait; PostgreSQL enforces the first two, also on a blocked statement. */
export type Limits = { lockTimeoutMs?: number; statementTimeoutMs?: number; transactionTimeoutMs?: number }

const defaultLimits = { lockTimeoutMs: 2_000, statementTimeoutMs: 5_000, transactionTimeoutMs: 10_000 }
/** How long to wait for a connection before the database counts as gone. */
const connectionWaitMs = 2_000

type Role = 'gateway_tenant' | 'gateway_system' | 'gateway_report'

export class Tenancy {
  readonly #prisma: Pick<PrismaClient, '$transaction'>
  /** Undefined where nesting is not looked for. */
  readonly #current: AsyncLocalStorage<{ open: boolean }> | undefined

  /** @param deps.detectNesting unless false; costs every promise of the process some time up to Node 22: for development and tests */
  constructor(deps: { prisma: Pick<PrismaClient, '$transaction'>; detectNesting?: boolean }) {
    this.#prisma = deps.prisma
    this.#current = deps.detectNesting === false ? undefined : new AsyncLocalStorage()
  }

  /**
   * Runs work as one company: it sees and writes that company's rows only. Commits when work resolves, rolls back when it
   * rejects, and returns what work returns.
   * @throws RangeError when companyId is no positive integer; Error when called inside another run (where that is detected).
   */
  async run<T>(companyId: number, work: (tx: Tx) => Promise<T>, limits: Limits = {}): Promise<T> {
    if (!Number.isInteger(companyId) || companyId < 1 || companyId > 2_147_483_647)
      throw new RangeError('companyId must be a positive integer')
    return this.#transaction('gateway_tenant', String(companyId), work, limits)
  }

  /** Runs work across all companies: routing look-ups and jobs only. Same guarantees and errors as `run`. */
  async asSystem<T>(work: (tx: Tx) => Promise<T>, limits: Limits = {}): Promise<T> {
    return this.#transaction('gateway_system', '', work, limits)
  }

  /** Reads across all companies in the role of reports, which may not write: metrics only. Same guarantees and errors as `run`. */
  async asReport<T>(work: (tx: Tx) => Promise<T>, limits: Limits = {}): Promise<T> {
    return this.#transaction('gateway_report', '', work, limits)
  }

  async #transaction<T>(
    role: Role,
    company: string,
    work: (tx: Tx) => Promise<T>,
    limits: Limits,
  ): Promise<T> {
    // A second connection from inside a transaction would not see its rows, and a full pool would wait for itself.
    if (this.#current?.getStore()?.open)
      throw new Error('A tenancy transaction must not be opened inside another')
    const { lockTimeoutMs, statementTimeoutMs, transactionTimeoutMs } = { ...defaultLimits, ...limits }
    const scope = { open: true }
    try {
      const transaction = () =>
        this.#prisma.$transaction(
          async (tx) => {
            // One round trip. `true` is "local": nothing of it outlives the transaction on a reused connection.
            await tx.$executeRaw`SELECT set_config('app.company_id', ${company}, true),
              set_config('lock_timeout', ${`${lockTimeoutMs}ms`}, true),
              set_config('statement_timeout', ${`${statementTimeoutMs}ms`}, true),
              set_config('role', ${role}, true)`
            return await work(tx)
          },
          { maxWait: connectionWaitMs, timeout: transactionTimeoutMs },
        )
      return await (this.#current === undefined ? transaction() : this.#current.run(scope, transaction))
    } finally {
      scope.open = false
    }
  }
}
