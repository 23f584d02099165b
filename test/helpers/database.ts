/** A fresh, migrated and seeded database for one test file: a clone of the run's template, in a few dozen milliseconds. */
import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { inject } from 'vitest'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { PrismaClient } from '../../src/db/generated/client.ts'
import { openPool, prismaAdapter } from '../../src/db/pool.ts'
import { Tenancy } from '../../src/db/tenancy.ts'

export type TestDatabase = {
  /** An address whose login owns the tables. */
  url: string
  /** Ends its connections and deletes it. */
  drop(): Promise<void>
}

/** Clones the template. Call in `beforeAll`, and `drop` in `afterAll`; what is forgotten goes with the run. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { adminUrl, template, prefix } = inject('postgres')
  const name = `${prefix}_${randomBytes(4).toString('hex')}`
  await onServer(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`)
  const address = new URL(adminUrl)
  address.pathname = `/${name}`
  return { url: address.href, drop: () => onServer(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) }
}

/** Opens a test database as the gateway does in development; close it before `drop`. */
export async function openTestDatabase(url: string, poolMax = 4): Promise<Database> {
  return openDatabase({ url, poolMax, applicationName: 'test', requireRestrictedLogin: false })
}

/** One connection, opened as the gateway opens its own in development, with what lies under its tenancy in reach. */
export function openOneConnection(url: string) {
  const pool = openPool({ connectionString: url, options: '-c role=gateway_bare', max: 1 })
  const prisma = new PrismaClient({ adapter: prismaAdapter(pool) })
  return {
    pool,
    tenancy: new Tenancy({ prisma, pool }),
    async close() {
      await prisma.$disconnect()
      await pool.end()
    },
  }
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
