/** A database that is late or busy: a start waits for it, a caller hears something in time, and nobody gets a 500. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { isDatabaseUnavailable } from '../../src/db/errors.ts'
import { migrateDatabase } from '../../src/db/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts'
import { newCallId, startGateway } from '../helpers/gateway.ts'
import { startTcpProxy, type TcpProxy } from '../helpers/tcp-proxy.ts'

let database: TestDatabase
let proxy: TcpProxy
beforeAll(async () => {
  database = await createTestDatabase()
  proxy = await startTcpProxy(Number(new URL(database.url).port))
})
afterAll(async () => {
  await proxy.close()
  await database.drop()
})

const at = (url: string, port: number) => {
  const address = new URL(url)
  address.hostname = '127.0.0.1'
  address.port = String(port)
  return address.href
}
const open = (url: string, reachWithinMs?: number) =>
  openDatabase({ url, poolMax: 2, applicationName: 'test', requireRestrictedLogin: false, reachWithinMs })

/** An address that turns so many connections away before it lets them through. */
async function openAfter(refusals: number): Promise<{ url: string; door: Server }> {
  let left = refusals
  const door = createServer((socket) => {
    socket.on('error', () => {})
    left -= 1
    if (left >= 0) {
      socket.resetAndDestroy()
      return
    }
    const upstream = connect(proxy.port, '127.0.0.1')
    upstream.on('error', () => socket.destroy())
    socket.pipe(upstream).pipe(socket)
  })
  door.listen(0, '127.0.0.1')
  await once(door, 'listening')
  return { url: at(database.url, (door.address() as AddressInfo).port), door }
}

test('a start waits for a database that is late, and a migration too, and says so', async () => {
  const late = await openAfter(3)
  const opened = await open(late.url)
  expect(await opened.tenancy.asSystem(async () => 'done')).toBe('done')
  await opened.close()
  late.door.close()
  const later = await openAfter(2)
  const lines: string[] = []
  expect(await migrateDatabase({ url: later.url, log: (line) => lines.push(line) })).toEqual({ applied: [] })
  expect(lines).toEqual(['the database cannot be reached yet, trying for 30 s'])
  later.door.close()
})

test('a start gives up when its time is over, with the outage as its reason; a wrong password is told at once', async () => {
  proxy.set('gone')
  const failure = await open(at(database.url, proxy.port), 600).catch((error: unknown) => error)
  proxy.set('open')
  expect(isDatabaseUnavailable(failure)).toBe(true)
  const wrong = new URL(database.url)
  wrong.password = 'wrong'
  await expect(open(wrong.href)).rejects.toMatchObject({ code: '28P01' })
})

test('a connection that takes longer than a second is waited for', async () => {
  const opened = await open(at(database.url, proxy.port))
  // Greeting, password and answer pass one after the other: more than a second. The first transaction has the idle connection.
  proxy.set({ delayMs: 400 })
  try {
    const startedAt = performance.now()
    const both = [1, 2].map(() => opened.tenancy.asSystem((tx) => tx.company.count()))
    expect(await Promise.all(both)).toEqual([2, 2])
    expect(performance.now() - startedAt).toBeGreaterThan(1_000)
  } finally {
    proxy.set('open')
    await opened.close()
  }
})

test.each([
  ['gone', 'technical_error'],
  ['frozen', 'too_slow'],
] as const)(
  'a database that is %s in the middle of a call is a spoken offer of a callback, never a 500',
  async (mood, error) => {
    const gateway = await startGateway({
      environment: {
        ANSWER_WITHIN_MS: '500',
        READ_DEADLINE_MS: '400',
        START_BOOKING_DEADLINE_MS: '400',
        WRITE_DEADLINE_MS: '400',
      },
      databaseAddress: (url) => at(url, proxy.port),
    })
    try {
      const call = { callId: newCallId() }
      await gateway.event('call_started', call)
      proxy.set(mood)
      for (const [name, args] of [
        ['check_customer', {}],
        [
          'start_booking',
          { service: 'Herrenhaarschnitt', date: 'morgen', time: '10 Uhr', customer_name: 'Eva Kern' },
        ],
        ['confirm_booking', {}],
        ['cancel_appointment', { appointment_date: 'morgen' }],
        ['request_callback', { reason: 'Rückfrage' }],
      ] as const) {
        const answer = await gateway.call(name, args, call)
        expect(answer, name).toMatchObject({ success: false, fallback: 'callback_request' })
        expect([error, 'technical_error'], name).toContain(answer.error)
        expect(answer.message, name).toMatch(/zurückrufen.*\?$/)
      }
    } finally {
      proxy.set('open')
      proxy.cut()
      await gateway.close()
    }
  },
)
