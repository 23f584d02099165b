/** How long what is kept: by kind, per company, released before it deletes more than before; and what a call's own setting forbids. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runCommand } from '../helpers/command.ts'
import { newCallId, startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway
beforeEach(async () => {
  gateway = await startGateway()
})
afterEach(() => gateway.close())

const dayMs = 86_400_000
const said = 'Agent: Guten Tag.\nUser: Meine Kopfhaut juckt.'
const details = {
  transcript: said,
  recording_url: 'https://recordings.example/1.wav',
  call_analysis: { call_summary: 'Kopfhaut', custom_analysis_data: { topic: 'Kopfhaut' } },
}
const system = <T>(work: Parameters<typeof gateway.database.tenancy.asSystem<T>>[0]) =>
  gateway.database.tenancy.asSystem(work)
const company = (data: object) => system((tx) => tx.company.update({ where: { id: 1 }, data }))
const call = (callId: string) => system((tx) => tx.call.findFirstOrThrow({ where: { retellCallId: callId } }))

async function ended(more: object = {}, name = 'call_analyzed'): Promise<string> {
  const callId = newCallId()
  await gateway.event(name, { callId, ...details, ...more })
  return callId
}

test('a new company keeps transcripts 30 days, call facts a year, no recording; a customer of whom nothing is heard for two years is erased', {
  timeout: 60_000,
}, async () => {
  const callId = await ended()
  expect(await call(callId)).toMatchObject({ transcript: said, summary: 'Kopfhaut', recordingUrl: null })
  const { retention } = gateway.gateway.jobs
  const after = async (days: number) => {
    gateway.clock.advance(days * dayMs)
    await retention.run()
    return call(callId)
  }
  expect(await after(29)).toMatchObject({ transcript: said })
  expect(await after(2)).toMatchObject({
    transcript: null,
    summary: null,
    analysis: null,
    fromNumber: '+4915112345678',
  })
  expect(await after(335)).toMatchObject({ fromNumber: null, customerId: null, status: 'analyzed' })
  const customer = { companyId: 1, name: 'Sabine Müller' }
  const [sabine] = await system((tx) => tx.customer.findMany({ where: customer }))
  await after(300)
  expect(await system((tx) => tx.customer.findMany({ where: customer }))).toHaveLength(1)
  await after(100)
  expect(await system((tx) => tx.customer.findUniqueOrThrow({ where: { id: sabine!.id } }))).toMatchObject({
    name: 'Gelöscht',
    phone: null,
  })
  const audit = await system((tx) => tx.auditLog.findFirst({ where: { action: 'customer_erased' } }))
  expect(audit).toMatchObject({ actor: 'retention', detail: { why: 'inactive for 24 months' } })
})

test('a company of before keeps its one number of days until somebody has looked and released', {
  timeout: 120_000,
}, async () => {
  await company({ retentionReleasedAt: null, retentionDays: 90 })
  const callId = await ended()
  expect(await call(callId)).toMatchObject({ recordingUrl: details.recording_url })
  gateway.clock.advance(60 * dayMs)
  await gateway.gateway.jobs.retention.run()
  expect(await call(callId)).toMatchObject({ transcript: said, recordingUrl: details.recording_url })
  const preview = await gateway.gateway.jobs.retention.preview(1)
  expect(preview).toMatchObject({
    isReleased: false,
    running: { transcripts: 90, callFacts: null, inactiveMonths: null },
    wanted: { transcripts: 30, callFacts: 365, recordings: 0 },
    wouldGo: { transcripts: 1, recordings: 1, call_facts: 0 },
  })
  // Looking has changed nothing; releasing does, and says who did it.
  expect(await call(callId)).toMatchObject({ transcript: said })
  await gateway.gateway.jobs.retention.release(1, { by: 'cli:anna', why: 'geprüft' })
  expect(await call(callId)).toMatchObject({ transcript: null, recordingUrl: null })
  expect(
    await system((tx) => tx.auditLog.findFirst({ where: { action: 'retention_released' } })),
  ).toMatchObject({
    actor: 'cli:anna',
  })
})

test('the command lists what would go, and releases it with --yes', { timeout: 120_000 }, async () => {
  await company({ retentionReleasedAt: null })
  const retention = (...args: string[]) =>
    runCommand('retention', args, { NODE_ENV: 'test', DATABASE_URL: gateway.databaseUrl })
  const listed = await retention('--company', '1')
  expect([listed.code, listed.out]).toEqual([
    0,
    expect.stringContaining('transcripts, summaries, analysis: 30 days (until released: 90 days)'),
  ])
  expect(listed.out).toContain('--yes releases it')
  expect((await retention('--company', '1', '--yes', '--by', 'Anna')).out).toContain('Forgotten')
  const { retentionReleasedAt } = await system((tx) => tx.company.findUniqueOrThrow({ where: { id: 1 } }))
  expect(retentionReleasedAt).not.toBeNull()
  expect(await retention('--company', '99')).toEqual({ code: 1, out: '', err: 'There is no company 99.\n' })
})

test('a call’s own storage setting and the company’s switch leave no words here, whatever came before or comes later', async () => {
  await company({ keepRecordingsDays: 30 })
  for (const data_storage_setting of ['basic_attributes_only', 'everything_except_pii']) {
    const callId = await ended({}, 'call_ended')
    expect(await call(callId)).toMatchObject({ transcript: said, recordingUrl: details.recording_url })
    await gateway.event('call_analyzed', { callId, ...details, data_storage_setting })
    await gateway.event('call_ended', { callId, ...details })
    expect(await call(callId)).toMatchObject({
      ...{ transcript: null, recordingUrl: null, summary: null, analysis: null },
      ...{ fromNumber: '+4915112345678', status: 'analyzed' },
    })
  }
  expect(await call(await ended({ data_storage_setting: 'everything' }))).toMatchObject({ transcript: said })
  await company({ storeTranscripts: false })
  expect(await call(await ended())).toMatchObject({ transcript: null, summary: null, analysis: null })
})

test('privacy:report prints one company’s settings and figures, and nobody’s data', {
  timeout: 120_000,
}, async () => {
  await ended()
  const report = (...args: string[]) =>
    runCommand('privacy-report', args, { NODE_ENV: 'test', DATABASE_URL: gateway.databaseUrl })
  const { code, out } = await report('--company', '1')
  expect([code, out]).toEqual([0, expect.stringContaining('  transcripts: 30\n')])
  expect(out).toMatch(/evidence:\n {2}disclosure unknown: 1\n/)
  expect(out).not.toMatch(/Kopfhaut|\+49|Müller/)
  expect(await report('--company', '99')).toEqual({ code: 1, out: '', err: 'There is no company 99.\n' })
})
