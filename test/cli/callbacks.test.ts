/** `npm run callbacks`: who waits to be called back, and closing a request, as a process of its own on a real database. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readCallbackCommand } from '../../src/cli/callback-arguments.ts'
import type { Database } from '../../src/db/database.ts'
import { runCommand } from '../helpers/command.ts'
import { createTestDatabase, openTestDatabase, type TestDatabase } from '../helpers/database.ts'

let address: TestDatabase
let database: Database
beforeAll(async () => {
  address = await createTestDatabase()
  database = await openTestDatabase(address.url)
})
afterAll(async () => {
  await database?.close()
  await address?.drop()
})
beforeEach(() => database.tenancy.asSystem((tx) => tx.callbackRequest.deleteMany()))

async function callbacks(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return runCommand('callbacks', args, { NODE_ENV: 'test', DATABASE_URL: address.url })
}

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000)

/** Stores a request of a company; its id. */
async function waiting(companyId: number, more: Record<string, unknown> = {}): Promise<string> {
  const row = await database.tenancy.run(companyId, async (tx) => {
    const branch = await tx.branch.findFirstOrThrow({ where: { companyId }, orderBy: { name: 'asc' } })
    return tx.callbackRequest.create({
      data: {
        companyId,
        branchId: branch.id,
        name: 'Erika Muster',
        phone: '+4915112345678',
        reason: 'Frage zur Farbe',
        preferredFrom: new Date('2026-01-15T08:00:00Z'),
        preferredTo: new Date('2026-01-15T11:00:00Z'),
        createdAt: hoursAgo(50),
        ...more,
      },
    })
  })
  return String(row.id)
}

const rowOf = (id: string) =>
  database.tenancy.asSystem((tx) => tx.callbackRequest.findUniqueOrThrow({ where: { id: BigInt(id) } }))
const auditOf = (id: string) =>
  database.tenancy.asSystem((tx) =>
    tx.auditLog.findMany({ where: { entity: 'callback_requests', entityId: id } }),
  )

test('list shows company, branch, number, name, reason, promised time and age, oldest first', async () => {
  const first = await waiting(1)
  const second = await waiting(2, {
    branchId: null,
    name: null,
    phone: null,
    preferredFrom: null,
    preferredTo: null,
    kind: 'technical',
    reason: 'Bitte\u001b[2J prüfen\nund Bescheid geben',
  })
  const { code, out, err } = await callbacks('list')
  expect([code, err]).toEqual([0, ''])
  const lines = out.split('\n')
  expect(lines[0]).toMatch(
    new RegExp(
      `^${first}  1 \\S.*  Mitte  \\+4915112345678  Erika Muster  caller: Frage zur Farbe  promised 2026-01-15 09:00–12:00 \\(Europe/Berlin\\), OVERDUE  2 d 2 h old$`,
    ),
  )
  // What a caller said does not move the operator's cursor.
  expect(lines[1]).toMatch(
    new RegExp(
      `^${second}  2 \\S.*  -  no number  no name  technical: Bitte \\[2J prüfen und Bescheid geben  no time promised  2 d 2 h old$`,
    ),
  )
  expect(lines[2]).toBe('2 open callback(s), 1 past the promised time.')
}, 120_000)

test('list is narrowed to a company, leaves out what is closed unless asked, and speaks JSON', async () => {
  const open = await waiting(1)
  await waiting(2)
  const done = await waiting(1, { status: 'done', closedAt: hoursAgo(1), closingNote: 'erreicht' })
  const one = await callbacks('list', '--company', '1')
  expect(one.out).toContain('1 open callback(s)')
  expect(one.out.split('\n').filter((line) => /^\d+ {2}/.test(line))).toHaveLength(1)
  const all = JSON.parse((await callbacks('list', '--company', '1', '--all', '--json')).out)
  expect(all).toMatchObject([
    {
      id: open,
      companyId: 1,
      branchName: 'Mitte',
      phone: '+4915112345678',
      name: 'Erika Muster',
      reason: 'Frage zur Farbe',
      promisedTo: '2026-01-15T11:00:00.000Z',
      overdue: true,
      status: 'open',
    },
    { id: done, status: 'done', overdue: false, closingNote: 'erreicht' },
  ])
  expect(all[0].ageSeconds).toBeGreaterThanOrEqual(180_000)
}, 120_000)

test('nobody waits: that is said, and JSON is an empty list', async () => {
  expect(await callbacks('list')).toEqual({
    code: 0,
    out: '0 open callback(s), 0 past the promised time.\n',
    err: '',
  })
  expect((await callbacks('list', '--json')).out).toBe('[]\n')
}, 120_000)

test('close ends one request, with a note and an entry in the audit that does not hold it', async () => {
  const [id, other] = [await waiting(1), await waiting(2)]
  const closed = await callbacks('close', id, '--note', ' Frau Muster erreicht ')
  expect(closed).toEqual({ code: 0, out: `Callback ${id} of company 1 is closed.\n`, err: '' })
  expect(await rowOf(id)).toMatchObject({ status: 'done', closingNote: 'Frau Muster erreicht' })
  expect((await rowOf(id)).closedAt).toBeInstanceOf(Date)
  expect(await rowOf(other)).toMatchObject({ status: 'open', closedAt: null })
  const audit = await auditOf(id)
  expect(audit).toMatchObject([
    { companyId: 1, actor: 'cli', action: 'callback_closed', detail: { noted: true } },
  ])
  expect(JSON.stringify(audit.map(({ detail }) => detail))).not.toContain('Muster')
}, 120_000)

test('closing twice is said and changes nothing, also at once', async () => {
  const id = await waiting(1)
  const both = await Promise.all([callbacks('close', id), callbacks('close', id, '--note', 'zwei')])
  expect(both.map(({ code }) => code).sort()).toEqual([0, 1])
  const before = await rowOf(id)
  const again = await callbacks('close', id, '--note', 'noch einmal')
  expect(again.code).toBe(1)
  expect(again.err).toBe(
    `Callback ${id} was closed before, at ${before.closedAt!.toISOString()}. Nothing was changed.\n`,
  )
  expect(await rowOf(id)).toEqual(before)
  expect(await auditOf(id)).toHaveLength(1)
}, 120_000)

test('a company’s request is closed for no other company', async () => {
  const id = await waiting(2)
  const { code, err } = await callbacks('close', id, '--company', '1')
  expect([code, err]).toEqual([1, `Callback ${id} does not belong to company 1.\n`])
  expect(await rowOf(id)).toMatchObject({ status: 'open' })
  expect((await callbacks('close', id, '--company', '2')).code).toBe(0)
}, 120_000)

test.each([
  [[], /^npm run callbacks -- list/],
  [['clsoe', '7'], /^"clsoe" is neither list nor close/],
  [['close'], /^close needs the ID/],
  [['close', 'seven'], /^"seven" is no ID/],
  [['close', '0'], /^"0" is no ID/],
  [['close', '1.5'], /^"1\.5" is no ID/],
  [['close', '9223372036854775808'], /is no ID/],
  [['close', '7', '8'], /one ID at a time/],
  [['close', '7', '--note', '  '], /--note is empty/],
  [['close', '7', '--note', 'x'.repeat(501)], /at most 500/],
  [['close', '7', '--json'], /belong to list/],
  [['close', '7', '--company', '0'], /--company is the number/],
  [['list', '7'], /list takes no "7"/],
  [['list', '--note', 'x'], /--note belongs to close/],
  [['list', '--company', 'salon'], /--company is the number/],
])('%j is refused with a sentence', (args, sentence) => {
  expect(() => readCallbackCommand(args)).toThrow(sentence)
})

test.each([
  [['close', '-7'], /-7/],
  [['list', '--copmany', '1'], /--copmany/],
  [['close', 'seven'], /^"seven" is no ID/],
  [['close', '999999999'], /^There is no callback 999999999\.$/m],
  [['list', '--company', '4711'], /^There is no company 4711$/m],
])(
  '%j ends with 1, one clear sentence and no stack',
  async (args, sentence) => {
    const { code, out, err } = await callbacks(...args)
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(sentence)
    expect(err).not.toMatch(/\n\s+at /)
  },
  120_000,
)
