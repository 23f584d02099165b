/** Cal.com's webhooks on their way to a test gateway: from the simulator over HTTP, or written by hand and signed. */
import { createHmac } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { LightMyRequestResponse } from 'fastify'
import { Client } from 'pg'
import type { Tx } from '../../src/db/tenancy.ts'
import { type TestGateway, webhookSecret } from './gateway.ts'

/** Lets the simulator's webhooks reach the gateway, as they would in production: inside Cal.com's own request. */
export async function receiveWebhooks(gateway: TestGateway): Promise<void> {
  if (!gateway.app.server.listening) await gateway.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = gateway.app.server.address() as AddressInfo
  gateway.simulator.control.subscribe({
    subscriberUrl: `http://127.0.0.1:${port}/api/calcom/webhook`,
    secret: webhookSecret,
  })
}

export function signatureOf(body: string, secret = webhookSecret): string {
  return createHmac('sha256', secret).update(body).digest('hex')
}

/** Sends a webhook as Cal.com signs it. */
export function sendWebhook(
  gateway: TestGateway,
  body: object | string,
  { secret = webhookSecret, path = '/api/calcom/webhook', headers = {} as Record<string, string> } = {},
): Promise<LightMyRequestResponse> {
  const payload = typeof body === 'string' ? body : JSON.stringify(body)
  return gateway.app.inject({
    method: 'POST',
    url: path,
    payload,
    headers: {
      'content-type': 'application/json',
      'x-cal-signature-256': signatureOf(payload, secret),
      'x-cal-webhook-version': '2021-10-20',
      ...headers,
    },
  })
}

/** Rows of the salon as its owner sees them. */
export function look(gateway: TestGateway) {
  const inSalon = <T>(work: (tx: Tx) => Promise<T>) => gateway.database.tenancy.run(1, work)
  return {
    appointments: () => inSalon((tx) => tx.appointment.findMany({ orderBy: { id: 'asc' } })),
    changes: () => inSalon((tx) => tx.appointmentChange.findMany({ orderBy: { id: 'asc' } })),
    customers: () => inSalon((tx) => tx.customer.findMany({ orderBy: { id: 'asc' } })),
    attempts: () => inSalon((tx) => tx.bookingAttempt.findMany({ orderBy: { createdAt: 'asc' } })),
    events: () =>
      gateway.database.tenancy.asSystem((tx) => tx.webhookEvent.findMany({ orderBy: { id: 'asc' } })),
    /** Bookings at Cal.com that take place. */
    live: () =>
      gateway.simulator.control
        .bookings()
        .filter(({ status }) => status === 'accepted' || status === 'pending'),
  }
}

/** Runs SQL as the owner of the tables. */
export async function asOwner<T extends object>(
  gateway: TestGateway,
  sql: string,
  values: unknown[] = [],
): Promise<T[]> {
  const client = new Client({ connectionString: gateway.databaseUrl })
  await client.connect()
  try {
    return (await client.query<T>(sql, values)).rows
  } finally {
    await client.end()
  }
}

/** Nothing left of earlier tests: rows of calls and bookings, jobs, Cal.com's memory. */
export async function startOver(gateway: TestGateway): Promise<void> {
  await gateway.settle()
  gateway.simulator.control.reset()
  await asOwner(
    gateway,
    `TRUNCATE agent_releases, calcom_drift, console_sessions, console_links, console_memberships, console_users, erasure_marks, call_evidence, company_files, closures, absences, answered_bodies, identity_misses, appointment_changes, mail_outbox, callback_requests, booking_attempts, visits, appointments, webhook_events, sync_marks,
       function_calls, call_figures, function_figures, figures_due, call_sessions, calls, customers RESTART IDENTITY CASCADE;
     DELETE FROM graphile_worker._private_jobs`,
  )
  // Definitions and free times are remembered for minutes of the pinned clock.
  gateway.clock.advance(16 * 60_000)
}
