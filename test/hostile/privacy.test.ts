/** Personal data: in no log line, forgotten in time, shown to and erased for whoever asks for it. */
import { randomBytes } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { createLogger } from '../../src/lib/logger.ts'
import { SecretBox } from '../../src/lib/secret-box.ts'
import { rotateSecrets } from '../../src/services/privacy/secrets.ts'
import { newCallId, startGateway, type TestGateway } from '../helpers/gateway.ts'
import { startSmtp, type TestSmtp } from '../helpers/smtp.ts'
import { live, person, said, words } from './one-life.ts'
import { Tally } from './tally.ts'

let gateway: TestGateway | undefined
let smtp: TestSmtp | undefined
afterEach(async () => {
  await gateway?.close()
  await smtp?.stop()
  gateway = undefined
  smtp = undefined
})

function realLog() {
  const lines: string[] = []
  const log = createLogger({
    level: 'trace',
    personalData: false,
    destination: { write: (line: string) => void lines.push(line) },
  })
  return { log, lines }
}

test('a whole life with everything that can go wrong leaves no name, number, address, word or key in any log line at any level', {
  timeout: 120_000,
}, async () => {
  smtp = await startSmtp()
  const log = realLog()
  gateway = await startGateway({
    log,
    environment: {
      SMTP_URL: smtp.url.replace('smtp://', 'smtp://gateway:smtp-password@'),
      RETELLAI_LOG_WEBHOOKS: 'true',
    },
  })
  await gateway.database.tenancy.asSystem((tx) => tx.company.updateMany({ data: { customerMails: true } }))
  await live(gateway)
  smtp.mood('refuse')
  await gateway.call(
    'request_callback',
    { name: person.first, reason: said },
    { callId: newCallId(), from: person.phone },
  )
  await gateway.settle()
  // The database fails under a statement that carries all of it.
  await gateway.database.tenancy.asSystem((tx) =>
    tx.company.update({ where: { id: 1 }, data: { retentionDays: 91 } }),
  )
  const tally = new Tally('personal values searched')
  expect(log.lines.length).toBeGreaterThan(30)
  for (const word of words) {
    const line = log.lines.find((one) => one.toLowerCase().includes(word.toLowerCase()))
    tally.tried(`${word} in ${line?.slice(0, 600)}`, line === undefined)
  }
  tally.expectNoneThrough(words.length)
})

/** Every table's rows that hold one of the words. */
async function rowsWith(world: TestGateway, wanted: readonly string[]): Promise<string[]> {
  const tables = [
    'customers',
    'calls',
    'call_sessions',
    'function_calls',
    'appointments',
    'appointment_changes',
    'booking_attempts',
    'callback_requests',
    'webhook_events',
    'mail_outbox',
    'audit_log',
  ]
  return world.database.tenancy.asSystem(async (tx) => {
    const found: string[] = []
    for (const table of tables) {
      const rows = await tx.$queryRawUnsafe<Array<{ row: string }>>(
        `SELECT to_jsonb(t)::text AS row FROM ${table} t`,
      )
      for (const { row } of rows)
        for (const word of wanted)
          if (row.toLowerCase().includes(word.toLowerCase()))
            found.push(`${table}: ${word} in ${row.slice(0, 500)}`)
    }
    return found
  })
}
const retained = [said, person.email, person.first]

test('after its days a company’s transcripts, recordings, arguments, payloads, drafts and mails are gone, and the facts stay', {
  timeout: 120_000,
}, async () => {
  smtp = await startSmtp()
  gateway = await startGateway({ environment: { SMTP_URL: smtp.url } })
  await gateway.database.tenancy.asSystem((tx) => tx.company.updateMany({ data: { customerMails: true } }))
  const { callId } = await live(gateway)
  expect((await rowsWith(gateway, retained)).length).toBeGreaterThan(5)
  const job = () => gateway!.gateway.jobs.runner
  const run = async () => {
    // What another job has only just settled is forgotten by the next run.
    for (let times = 0; times < 2; times += 1) {
      await gateway!.database.tenancy.asSystem(
        (tx) => tx.$executeRaw`SELECT gateway_enqueue_job('retention', '{}'::json, NULL, NULL, NULL)`,
      )
      await job().drain()
    }
  }
  // Nothing is touched before its time.
  await run()
  expect((await rowsWith(gateway, [said])).length).toBeGreaterThan(2)
  gateway.clock.advance(120 * 86_400_000)
  await gateway.database.tenancy.asSystem(async (tx) => {
    for (const table of ['calls', 'call_sessions', 'booking_attempts', 'callback_requests', 'mail_outbox'])
      await tx.$executeRawUnsafe(
        `UPDATE ${table} SET updated_at = updated_at - interval '300 days', created_at = created_at - interval '300 days'`,
      )
    await tx.$executeRawUnsafe(`UPDATE appointment_changes SET created_at = created_at - interval '300 days'`)
    await tx.$executeRawUnsafe(`UPDATE function_calls SET called_at = called_at - interval '300 days'`)
  })
  await run()
  const left = (await rowsWith(gateway, [said, 'recordings.example', ...words.slice(6, 9)])).filter(
    (row) => !/^(customers|appointments): |^calls: 15112347731/.test(row),
  )
  expect(left).toEqual([])
  const counts = await gateway.database.tenancy.asSystem(async (tx) => ({
    call: await tx.call.findFirstOrThrow({ where: { retellCallId: callId } }),
    session: await tx.retellCallSession.findFirstOrThrow({ where: { callId } }),
    appointments: await tx.appointment.count({ where: { companyId: 1 } }),
    audit: await tx.auditLog.findMany({ where: { action: 'forgotten' } }),
  }))
  expect(counts.call).toMatchObject({ transcript: null, recordingUrl: null, status: 'analyzed' })
  expect((counts.session.functionCalls as Array<Record<string, unknown>>)[0]).toMatchObject({
    function_name: 'initialize_call',
    status: 'success',
    duration_ms: expect.any(Number),
  })
  expect(counts.appointments).toBeGreaterThan(0)
  expect(counts.audit.length).toBeGreaterThan(0)
})

test('stored secrets are unreadable without the key, survive its rotation, and are useless with another', async () => {
  gateway = await startGateway()
  const { tenancy } = gateway.database
  const [before, after, stranger] = [1, 2, 3].map(() => randomBytes(32).toString('base64')) as [
    string,
    string,
    string,
  ]
  const old = new SecretBox([before])
  const sealed = {
    apiKeyEncrypted: old.seal('cal_live_geheim'),
    webhookSecretEncrypted: old.seal('whsec_geheim'),
  }
  await tenancy.asSystem(async (tx) => {
    await tx.calcomConnection.create({ data: { id: 'eigene', baseUrl: 'https://api.cal.com/v2', ...sealed } })
    await tx.company.update({ where: { id: 1 }, data: { calcomConnectionId: 'eigene' } })
  })
  expect(JSON.stringify(sealed)).not.toMatch(/geheim/)
  await expect(rotateSecrets({ tenancy, box: new SecretBox([stranger]) })).rejects.toThrow('not configured')
  expect(await rotateSecrets({ tenancy, box: new SecretBox([after, before]) })).toEqual({
    rotated: ['eigene'],
    current: 0,
  })
  expect(await rotateSecrets({ tenancy, box: new SecretBox([after, before]) })).toEqual({
    rotated: [],
    current: 1,
  })
  const row = await tenancy.asSystem((tx) =>
    tx.calcomConnection.findUniqueOrThrow({ where: { id: 'eigene' } }),
  )
  expect(new SecretBox([after]).open(row.apiKeyEncrypted)).toBe('cal_live_geheim')
  expect(() => old.open(row.apiKeyEncrypted)).toThrow()
  expect(() => new SecretBox([after]).open(row.apiKeyEncrypted.replace(/.{4}$/, 'AAAA'))).toThrow()
  expect(
    await tenancy.asSystem((tx) => tx.auditLog.findFirst({ where: { action: 'secrets_rotated' } })),
  ).toMatchObject({ companyId: 1, entityId: 'eigene', actor: 'cli' })
})
