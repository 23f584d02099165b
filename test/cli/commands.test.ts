/** The commands of operators, as processes of their own: what they print and how they end. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { newCallId, startGateway, type TestGateway, webhookSecret } from '../helpers/gateway.ts'
import { look, sendWebhook, startOver } from '../helpers/webhooks.ts'

let gateway: TestGateway
beforeAll(async () => {
  // The commands run on the machine's clock.
  gateway = await startGateway({ now: new Date().toISOString() })
})
afterAll(() => gateway.close())
beforeEach(() => startOver(gateway))

function start(name: string, ...args: string[]) {
  return startWith({}, name, ...args)
}

function startWith(environment: Record<string, string>, name: string, ...args: string[]) {
  const path = fileURLToPath(new URL(`../../src/cli/${name}.ts`, import.meta.url))
  return spawn(process.execPath, ['--import', 'tsx', path, ...args], {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'test',
      DATABASE_URL: gateway.databaseUrl,
      CALCOM_API_KEY: 'cal_test_demo_salon',
      CALCOM_BASE_URL: `${gateway.simulator.url}/v2`,
      CALCOM_WEBHOOK_SECRET: webhookSecret,
      ...environment,
    },
  })
}

async function command(name: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const child = start(name, ...args)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)))
  const [code] = (await once(child, 'exit')) as [number]
  return { code, output }
}

test('reconcile --check prints every difference and ends with 1; reconcile repairs them; then both agree', async () => {
  const found = await gateway.call(
    'find_next_available',
    { service: 'Herrenhaarschnitt' },
    { callId: newCallId(), from: '+4915112345001' },
  )
  const start = new Date(String((found.next_slot as { start?: string } | undefined)?.start ?? found.start))
  await gateway.simulator.control.bookAsStranger({
    start: start.toISOString(),
    eventTypeId: 2563101,
    attendee: { name: 'Erika Web', email: 'erika@web.example', timeZone: 'Europe/Berlin' },
  })
  const check = await command('reconcile', '--check', '--company', '1')
  expect(check.output).toContain('company 1  booking_missing_here')
  expect(check.output).toContain('1 difference(s).')
  expect(check.output).not.toMatch(/Erika|erika@/)
  expect(check.code).toBe(1)
  expect(await look(gateway).appointments()).toEqual([])
  const repair = await command('reconcile', '--company', '1')
  expect([repair.code, repair.output]).toEqual([0, expect.stringContaining('1 applied')])
  const again = await command('reconcile', '--check', '--company', '1')
  expect([again.code, again.output]).toEqual([0, 'Cal.com and the database agree.\n'])
}, 120_000)

test('webhooks:replay lists what is dead, without personal data, and enqueues it again', async () => {
  const payload = { uid: 'u1', attendees: [{ name: 'Erika Web' }] }
  await sendWebhook(gateway, {
    triggerEvent: 'BOOKING_CANCELLED',
    createdAt: new Date().toISOString(),
    payload,
  })
  await gateway.database.tenancy.asSystem((tx) =>
    tx.webhookEvent.updateMany({
      data: { status: 'dead', attempts: 8, lastError: 'CalcomError unavailable' },
    }),
  )
  const list = await command('webhooks-replay', '--list')
  expect(list.output).toMatch(/BOOKING_CANCELLED {2}default {2}dead after 8 {2}CalcomError unavailable/)
  expect(list.output).not.toContain('Erika')
  expect(await command('webhooks-replay')).toEqual({ code: 0, output: '1 event(s) enqueued again.\n' })
  expect(await look(gateway).events()).toMatchObject([{ status: 'received', attempts: 0 }])
}, 120_000)

test('services:import says what it did, and ends with 1 when a company kept its services', async () => {
  const done = await command('services-import', '--company', '1')
  expect([done.code, done.output]).toEqual([0, expect.stringContaining('Company 1: 0 new')])
  gateway.simulator.control.addFault({
    operation: 'listTeamEventTypes',
    effect: 'error',
    status: 503,
    times: null,
  })
  const failed = await command('services-import', '--company', '1')
  expect([failed.code, failed.output]).toEqual([
    1,
    expect.stringContaining('Company 1: nothing was changed.'),
  ])
}, 120_000)

test('a worker does what gateways leave to it, and ends in peace when told to', async () => {
  await sendWebhook(gateway, {
    triggerEvent: 'BOOKING_CREATED',
    createdAt: new Date().toISOString(),
    payload: { uid: 'by-a-worker', eventTypeId: 999_999 },
  })
  const folder = mkdtempSync(join(tmpdir(), 'gateway-worker-'))
  const aliveFile = join(folder, 'alive')
  const worker = startWith({ WORKER_ALIVE_FILE: aliveFile }, 'worker')
  try {
    await vi.waitFor(
      async () => expect(await look(gateway).events()).toMatchObject([{ status: 'ignored' }]),
      {
        timeout: 60_000,
        interval: 200,
      },
    )
    await vi.waitFor(() => expect(existsSync(aliveFile)).toBe(true), { timeout: 30_000, interval: 200 })
    const exit = once(worker, 'exit')
    worker.kill('SIGTERM')
    expect(await exit).toEqual([0, null])
  } finally {
    worker.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  }
}, 120_000)
