/**
 * The gateway's connections to PostgreSQL. They save each transaction two round trips: BEGIN and the statement that enters the
 * tenant scope are answered at once and leave in one write with the first statement of the work (node-postgres's pipeline
 * mode). PostgreSQL runs them in order, and should one of them fail, it refuses everything after it until ROLLBACK: nothing
 * runs outside of its scope. Statements are prepared once per connection.
 */
import { PrismaPg } from '@prisma/adapter-pg'
import { Client, Pool, type PoolConfig, type QueryConfig, type QueryResult } from 'pg'

/** How the statement begins that enters a scope (tenancy.ts). */
export const scopeBeginning = "SELECT set_config('app.company_id',"
/** So many statements a connection remembers; more than the gateway has, so that only endless variants go without. */
const statementsMax = 1_000

/** A pool of such connections. */
export function openPool(config: PoolConfig): Pool {
  return new Pool({ ...config, Client: TransactionClient, pipeline: true })
}

/** Prisma on top of it. */
export function prismaAdapter(pool: Pool): PrismaPg {
  return new PrismaPg(pool, { statementNameGenerator: statementNames() })
}

const nothing: QueryResult = { command: '', rowCount: 1, oid: 0, fields: [], rows: [] }

class TransactionClient extends Client {
  /** What leaves with the next statement. */
  #held: QueryConfig[] = []
  /** Why this transaction cannot work; PostgreSQL answers everything after it with "transaction is aborted" only. */
  #refused: unknown

  // node-postgres declares `query` with many overloads; Prisma's adapter uses the one with an object and no callback.
  override query = ((config: QueryConfig | string, ...rest: unknown[]): unknown => {
    if (typeof config === 'string' || rest.length > 0 || !('text' in config)) return this.#plain(config, rest)
    if (config.text === 'BEGIN') {
      this.#held = [config]
      this.#refused = undefined
      return Promise.resolve(nothing)
    }
    if (this.#held.length === 1 && config.text.startsWith(scopeBeginning)) {
      this.#held.push(config)
      return Promise.resolve(nothing)
    }
    return this.#withHeld(config)
  }) as Client['query']

  #withHeld(config: QueryConfig): Promise<unknown> {
    const { stream } = (this as unknown as { connection: { stream: Corkable } }).connection
    const held = this.#held.splice(0)
    stream.cork()
    try {
      for (const earlier of held) {
        this.#send(earlier).catch((error) => {
          this.#refused ??= error
        })
      }
      return this.#send(config).catch((error) => {
        throw this.#refused ?? error
      })
    } finally {
      stream.uncork()
    }
  }

  async #send(config: QueryConfig): Promise<unknown> {
    return this.#plain(config, [])
  }

  /** node-postgres's own. */
  #plain(config: unknown, rest: unknown[]): unknown {
    return (super.query as (...all: unknown[]) => unknown).call(this, config, ...rest)
  }
}

interface Corkable {
  cork(): void
  uncork(): void
}

/** Names of prepared statements by their text; '' is the unnamed one. */
function statementNames(): (query: { sql: string }) => string {
  const names = new Map<string, string>()
  return ({ sql }) => {
    const known = names.get(sql)
    if (known !== undefined) return known
    if (names.size >= statementsMax) return ''
    const name = `s${names.size + 1}`
    names.set(sql, name)
    return name
  }
}
