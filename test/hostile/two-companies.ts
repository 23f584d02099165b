/**
 * Two companies on one gateway, each with its own Cal.com account, and one of them full of secrets: what a call of the other
 * must neither read nor change nor learn the existence of.
 */
import { randomBytes } from 'node:crypto'
import type { Tx } from '../../src/db/tenancy.ts'
import { SecretBox } from '../../src/lib/secret-box.ts'
import { type Answer, type GatewayOptions, newCallId, startGateway } from '../helpers/gateway.ts'

export const practice = {
  companyId: 2,
  number: '+498999998001',
  agent: 'agent_demo_praxis',
  connectionId: 'praxis-weiss',
  webhookSecret: 'secret of the practice',
}
/** A customer of both companies. */
export const sharedPhone = '+4915228817386'
export const victim = {
  name: 'Beatrix Geheimrat',
  phone: '+4915155500123',
  email: 'beatrix@geheimpost-berlin.de',
}

export type TwoCompanies = Awaited<ReturnType<typeof startTwoCompanies>>

export async function startTwoCompanies(options: GatewayOptions = {}) {
  const encryptionKey = randomBytes(32).toString('base64')
  const gateway = await startGateway({
    ...options,
    environment: { ENCRYPTION_KEY: encryptionKey, ...options.environment },
  })
  const { tenancy } = gateway.database
  const box = new SecretBox([encryptionKey])
  await tenancy.asSystem(async (tx) => {
    await tx.calcomConnection.create({
      data: {
        id: practice.connectionId,
        baseUrl: `${gateway.simulator.url}/v2`,
        apiKeyEncrypted: box.seal('cal_test_other_company'),
        webhookSecretEncrypted: box.seal(practice.webhookSecret),
      },
    })
    await tx.company.update({
      where: { id: practice.companyId },
      data: { calcomConnectionId: practice.connectionId },
    })
  })

  const toPractice = (from: string | null, callId = newCallId()) => ({
    callId,
    from,
    to: practice.number,
    agentId: practice.agent,
  })
  const booked = async (name: string, from: string, date: string, time: string) => {
    const call = toPractice(from)
    const args = { name, date, time, service: 'Kontrolle', email: victim.email, notes: 'Wurzelbehandlung' }
    const answer = await gateway.call('book_appointment', args, call)
    if (!answer.success) throw new Error(`no booking at the practice: ${JSON.stringify(answer)}`)
    return { answer, call }
  }
  const first = await booked(victim.name, victim.phone, '2026-12-03', '10:00')
  const shared = await booked('Sabine Müller', sharedPhone, '2026-12-04', '11:30')
  const draftCall = toPractice('+4915155500124')
  const draft = await gateway.call(
    'start_booking',
    { name: 'Doris Entwurf', date: '2026-12-07', time: '14:00', service: 'Kontrolle' },
    draftCall,
  )
  await gateway.event('call_analyzed', {
    ...toPractice(victim.phone, first.call.callId),
    transcript: 'User: Ich habe Zahnschmerzen.',
    call_analysis: { call_summary: 'Zahnschmerzen' },
  })
  /** A call from the browser: it has no numbers of its own. */
  const webCallId = newCallId()
  await gateway.event('call_started', {
    callId: webCallId,
    from: null,
    to: null,
    agentId: practice.agent,
    call_type: 'web_call',
  })
  await gateway.settle()

  const ids = await tenancy.asSystem(async (tx) => ({
    customer: await tx.customer.findFirstOrThrow({ where: { companyId: 2, phone: victim.phone } }),
    services: await tx.service.findMany({ where: { companyId: 2 } }),
    staff: await tx.staff.findMany({ where: { companyId: 2 } }),
    branch: await tx.branch.findFirstOrThrow({ where: { companyId: 2 } }),
  }))

  return {
    ...gateway,
    secrets: { first, shared, draft: { answer: draft, call: draftCall }, webCallId, ...ids },
    /** Everything of the practice, as one text per table. */
    async practiceRows(): Promise<Record<string, string>> {
      return tenancy.asSystem(async (tx) => {
        const rows: Record<string, string> = {}
        for (const table of tables) rows[table] = await textOf(tx, table)
        return rows
      })
    },
    practiceBookings: () =>
      JSON.stringify(
        gateway.simulator.control
          .bookings()
          .filter(({ eventTypeId }) => String(eventTypeId).startsWith('77'))
          .map(({ uid, status, start }) => ({ uid, status, start })),
      ),
  }
}

const tables = [
  'branches',
  'services',
  'staff',
  'policies',
  'customers',
  'calls',
  'call_sessions',
  'function_calls',
  'retell_call_sessions',
  'appointments',
  'appointment_changes',
  'booking_attempts',
  'callback_requests',
  'mail_outbox',
  'audit_log',
]

async function textOf(tx: Tx, table: string): Promise<string> {
  const rows = await tx.$queryRawUnsafe<Array<{ row: string }>>(
    `SELECT to_jsonb(t)::text AS row FROM ${table} t WHERE company_id = 2 ORDER BY 1`,
  )
  return rows.map(({ row }) => row).join('\n')
}

/** What only the practice knows; none of it may be in an answer to anybody else. */
export function betrays(answer: Answer | string, asked: string): string | null {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer)
  const words = [
    'Geheimrat',
    'beatrix',
    'Zahn',
    'Weiß',
    'Ute',
    '"Kontrolle"',
    'für Kontrolle',
    'Kontrolltermin',
    'Schwabing',
    'Wurzel',
    'Entwurf',
    'Hohenzollern',
    '15155500123',
    '2026-12-03',
    '2026-12-04',
    '3. Dezember',
    '4. Dezember',
    '7700101',
    '7700102',
    'München',
  ]
  // An echo of what was asked tells nothing new.
  const dayAsked = /Dezember|2026-12/.test(asked)
  const found = words.find(
    (word) => text.includes(word) && !asked.includes(word) && !(dayAsked && /12-0|Dezember/.test(word)),
  )
  return found ?? null
}
