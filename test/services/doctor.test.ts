/** The doctor on a whole gateway: a sound set-up, each way in which one is wrong, and what it puts right. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Tx } from '../../src/db/tenancy.ts'
import type { DoctorFinding } from '../../src/services/doctor/report.ts'
import { runCommand } from '../helpers/command.ts'
import { apiKey, salon, startGateway, type TestGateway } from '../helpers/gateway.ts'
import { type RetellSetUp, setUpAtRetell } from '../helpers/retell.ts'

const publicUrl = 'https://gateway.example'
const webhookAddress = `${publicUrl}/api/calcom/webhook`
let gateway: TestGateway
let retell: RetellSetUp

beforeAll(async () => {
  retell = await setUpAtRetell(publicUrl)
  gateway = await startGateway({
    environment: {
      PUBLIC_URL: publicUrl,
      RETELL_API_BASE_URL: retell.simulator.url,
      ANSWER_WITHIN_MS: '3000',
    },
  })
  await retell.enter(gateway)
})
afterAll(async () => {
  await gateway?.close()
  await retell?.simulator.close()
})

const look = async (fix = false) => gateway.gateway.doctor.run({ companyId: salon.companyId, fix })
/** What must be acted on. The clock of these tests stands still, so that it differs from PostgreSQL's: one test looks at that. */
const worth = (findings: DoctorFinding[]) =>
  findings.filter(({ severity, code }) => severity !== 'hint' && code !== 'clock_differs')
const codes = async () => worth((await look()).findings).map(({ code }) => code)

test('what a salon lacks is told, the webhook is made when asked for, and then nothing is left', async () => {
  expect(await codes()).toEqual(['webhook_missing'])
  expect((await look(true)).fixed).toEqual([`Cal.com now tells ${webhookAddress} of every change.`])
  expect(await codes()).toEqual([])
  expect((await look(true)).fixed).toEqual([])
})

test('clocks that differ are told with how far', async () => {
  const { findings } = await look()
  expect(findings.find(({ code }) => code === 'clock_differs')?.message).toMatch(/ are \d+ s apart: /)
})

test('a webhook that does not tell everything is completed, not doubled', async () => {
  const api = gateway.simulator.url
  const headers = {
    authorization: `Bearer ${gateway.config.calcom.apiKey}`,
    'content-type': 'application/json',
  }
  const list = async () =>
    (await (await fetch(`${api}/v2/webhooks`, { headers })).json()) as {
      data: Array<{ id: number; subscriberUrl: string; triggers: string[] }>
    }
  const ours = (await list()).data.find(({ subscriberUrl }) => subscriberUrl === webhookAddress)!
  await fetch(`${api}/v2/webhooks/${ours.id}`, {
    method: 'PATCH',
    headers,
    body: JSON.stringify({ triggers: ['BOOKING_CREATED', 'FORM_SUBMITTED'] }),
  })
  const [found] = worth((await look()).findings)
  expect(found).toMatchObject({ code: 'webhook_incomplete', severity: 'warning', company_id: 1 })
  expect(found?.message).toContain('BOOKING_CANCELLED')
  expect((await look(true)).fixed).toHaveLength(1)
  const after = (await list()).data.filter(({ subscriberUrl }) => subscriberUrl === webhookAddress)
  expect(after).toHaveLength(1)
  expect(after[0]?.triggers).toEqual(
    expect.arrayContaining(['FORM_SUBMITTED', 'BOOKING_CANCELLED', 'MEETING_ENDED']),
  )
  expect(await codes()).toEqual([])
})

const original = {
  serviceId: 0,
  eventTypeId: null as number | null,
  durationMinutes: 0,
  notifyEmail: null as string | null,
}
beforeAll(async () => {
  await gateway.database.tenancy.asSystem(async (tx) => {
    const service = await tx.service.findFirstOrThrow({
      where: { companyId: 1, name: 'Herrenhaarschnitt', calcomEventTypeId: { not: null } },
    })
    original.serviceId = service.id
    original.eventTypeId = service.calcomEventTypeId
    original.durationMinutes = service.durationMinutes
    original.notifyEmail = (await tx.company.findFirstOrThrow({ where: { id: 1 } })).notifyEmail
  })
})

/** Breaks one thing, asks, and puts it back. */
async function withBroken(
  change: (tx: Tx) => Promise<unknown>,
  back: (tx: Tx) => Promise<unknown>,
): Promise<DoctorFinding[]> {
  const { tenancy } = gateway.database
  await tenancy.asSystem(change)
  try {
    return worth((await look()).findings)
  } finally {
    await tenancy.asSystem(back)
  }
}

describe('each way to be wrong is one finding that says what to do', () => {
  test.each<[string, string, (tx: Tx) => Promise<unknown>, (tx: Tx) => Promise<unknown>]>([
    [
      'event_type_unknown',
      'error',
      (tx) =>
        tx.service.updateMany({ where: { id: original.serviceId }, data: { calcomEventTypeId: 999_999 } }),
      (tx) =>
        tx.service.updateMany({
          where: { id: original.serviceId },
          data: { calcomEventTypeId: original.eventTypeId },
        }),
    ],
    [
      'length_differs',
      'warning',
      (tx) => tx.service.updateMany({ where: { id: original.serviceId }, data: { durationMinutes: 95 } }),
      (tx) =>
        tx.service.updateMany({
          where: { id: original.serviceId },
          data: { durationMinutes: original.durationMinutes },
        }),
    ],
    [
      'notify_address_missing',
      'error',
      (tx) => tx.company.updateMany({ where: { id: 1 }, data: { notifyEmail: null } }),
      (tx) => tx.company.updateMany({ where: { id: 1 }, data: { notifyEmail: original.notifyEmail } }),
    ],
    [
      'mailbox_missing',
      'error',
      (tx) =>
        tx.company.updateMany({
          where: { id: 1 },
          data: { missingEmail: 'own_mailbox', mailbox: 'no mailbox' },
        }),
      (tx) =>
        tx.company.updateMany({ where: { id: 1 }, data: { missingEmail: 'phone_only', mailbox: null } }),
    ],
    [
      'no_number',
      'error',
      (tx) => tx.phoneNumber.updateMany({ where: { companyId: 1 }, data: { isActive: false } }),
      (tx) => tx.phoneNumber.updateMany({ where: { companyId: 1 }, data: { isActive: true } }),
    ],
  ])('%s', async (code, severity, change, back) => {
    const found = await withBroken(change, back)
    expect(found.map((one) => one.code)).toContain(code)
    const one = found.find((candidate) => candidate.code === code)!
    expect(one).toMatchObject({ severity, company_id: 1 })
    expect(one.message).toMatch(/^[A-Z].*\.$/s)
    expect(one.remedy).toMatch(/^[A-Z].*\.$/s)
  })
})

test('a branch without Bundesland or address is a warning', async () => {
  const original = await gateway.database.tenancy.asSystem((tx) =>
    tx.branch.findFirstOrThrow({ where: { companyId: 1, name: 'Mitte' } }),
  )
  const where = { where: { id: original.id } }
  const { federalState, address } = original
  const found = await withBroken(
    (tx) => tx.branch.update({ ...where, data: { federalState: null, address: null } }),
    (tx) => tx.branch.update({ ...where, data: { federalState, address } }),
  )
  expect(found.filter(({ code }) => code.startsWith('no_'))).toMatchObject([
    { code: 'no_bundesland', severity: 'warning', message: expect.stringContaining('Mitte') },
    { code: 'no_address', severity: 'warning', message: expect.stringContaining('Mitte') },
  ])
})

test('what callers will hear of the next sixty days is hinted at, and what they are told of a person who is away', async () => {
  const { tenancy } = gateway.database
  const hints = async () =>
    (await look()).findings
      .filter(({ code }) => code.endsWith('_ahead'))
      .map(({ severity, message }) => `${severity} ${message}`)
  const before = await hints()
  await tenancy.asSystem(async (tx) => {
    const mitte = await tx.branch.findFirstOrThrow({ where: { companyId: 1, name: 'Mitte' } })
    const anna = await tx.staff.findFirstOrThrow({ where: { companyId: 1, firstName: 'Anna' } })
    const days = (first: string, last = first) => ({
      ...{ companyId: 1, firstDay: new Date(first), lastDay: new Date(last) },
    })
    await tx.closure.create({
      data: {
        ...days('2026-12-08', '2026-12-10'),
        branchId: mitte.id,
        reason: 'Inventur',
        reasonSpoken: true,
      },
    })
    await tx.closure.create({ data: { ...days('2027-03-08'), branchId: mitte.id } })
    await tx.absence.create({ data: { ...days('2026-12-01', '2026-12-05'), staffId: anna.id } })
  })
  try {
    const added = (await hints()).filter((hint) => !before.includes(hint))
    expect(added).toEqual([
      'hint Of 2026-12-08 to 2026-12-10 callers of Mitte hear „Von Dienstag, den 8. Dezember, bis Donnerstag, den 10. Dezember, haben wir geschlossen: Inventur. Wieder geöffnet haben wir am Freitag, den 11. Dezember.“.',
      'hint Of 2026-12-01 to 2026-12-05 those who ask for Anna hear „Anna Becker ist bis zum 5. Dezember nicht da.“.',
    ])
    expect(before).toContainEqual(
      expect.stringMatching(/^hint Of 2026-12-24 to 2026-12-26 callers of Mitte hear „.*geschlossen/),
    )
  } finally {
    await tenancy.asSystem(async (tx) => {
      await tx.closure.deleteMany({ where: { companyId: 1, yearly: false } })
      await tx.absence.deleteMany({ where: { companyId: 1 } })
    })
  }
})

async function command(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return runCommand('doctor', args, {
    NODE_ENV: 'test',
    DATABASE_URL: gateway.databaseUrl,
    CALCOM_BASE_URL: gateway.simulator.url,
    CALCOM_API_KEY: gateway.config.calcom.apiKey,
    CALCOM_WEBHOOK_SECRET: 'a-secret',
    RETELLAI_API_KEY: apiKey,
    RETELL_API_BASE_URL: retell.simulator.url,
    PUBLIC_URL: publicUrl,
  })
}

// Each is a process of its own, and starting one takes seconds on a busy machine.
describe('npm run doctor', { timeout: 120_000 }, () => {
  test('ends with 0 when nothing is to be done, and with 1 and sentences when callers are not served', async () => {
    expect(await command('--company', '1')).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('0 errors, 0 warnings'),
    })
    await gateway.database.tenancy.asSystem((tx) =>
      tx.service.updateMany({ where: { id: original.serviceId }, data: { calcomEventTypeId: 999_999 } }),
    )
    const told = await command('--company', '1')
    expect(told).toMatchObject({ code: 1, err: '' })
    expect(told.out).toContain(
      'error    Company 1: Herrenhaarschnitt is booked with event type 999999, which Cal.com does not show',
    )
    const json = JSON.parse((await command('--json')).out)
    expect(
      json.findings.some((one: DoctorFinding) => one.code === 'event_type_unknown' && one.company_id === 1),
    ).toBe(true)
  })

  test('refuses what it cannot do in one sentence', async () => {
    expect(await command('--company', '77')).toEqual({ code: 1, out: '', err: 'There is no company 77.\n' })
    expect(await command('--company', 'salon')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^--company is the number.*\n$/),
    })
  })
})

test('a refused key is one error, and readiness counts companies that cannot answer without failing', async () => {
  gateway.simulator.control.expireKey(gateway.config.calcom.apiKey)
  const { findings } = await look()
  expect(worth(findings)).toMatchObject([{ code: 'key_refused', severity: 'error', company_id: 1 }])
  const ready = async () => {
    gateway.clock.advance(15_000)
    return (await gateway.app.inject({ url: '/readyz' })).json()
  }
  expect(await ready()).toMatchObject({ status: 'ready', companies_that_cannot_answer: 0 })
  await gateway.database.tenancy.asSystem((tx) =>
    tx.phoneNumber.updateMany({ where: { companyId: 1 }, data: { isActive: false } }),
  )
  expect(await ready()).toMatchObject({ status: 'ready', companies_that_cannot_answer: 1 })
})
