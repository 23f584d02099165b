/**
 * Fills a migrated and seeded database with what years of calls leave behind: 1,000 companies of very different size beside the demo
 * ones, three function calls a call, customers, appointments with their attempts and mails. Deterministic: a number decides everything
 * about a row. Made inside PostgreSQL, as its superuser with triggers off, so that two million calls take minutes.
 */
import type { Client } from 'pg'

/** Company 1 of the demo, which answers calls, gets the most of all. */
const companies = 1_000
const days = 400

/** Further companies, then rows in proportion to `calls`. In: a superuser's connection; `until`, the last moment of the past. */
export async function fillDatabase(
  client: Client,
  { calls, until }: { calls: number; until: Date },
): Promise<void> {
  await client.query('SET session_replication_role = replica')
  const scale = { calls, customers: Math.ceil(calls / 3), appointments: Math.ceil(calls / 3) }
  // A cube makes few companies big and most of them small; 1 of the demo takes what falls on the first.
  const companyOf = (n: string) =>
    `(CASE WHEN ${share(n)} < 0.1 THEN 1 ELSE 10000 + floor(${companies} * power(${share(n)}, 3)) END)::int`
  const at = (n: string) =>
    `(timestamptz '${until.toISOString()}' - ${share(n, 7)} * interval '${days} days')`
  const branchOf = (company: string) =>
    `(CASE WHEN ${company} = 1 THEN '5a10a000-0000-4000-8000-000000000001' ELSE '00000000-0000-4000-8000-' || lpad((${company})::text, 12, '0') END)::uuid`
  const statements = [
    `INSERT INTO companies (id, name, updated_at) SELECT 10000 + n, 'Firma ' || n, now() FROM generate_series(0, ${companies}) n`,
    `INSERT INTO branches (id, company_id, name, updated_at)
     SELECT ${branchOf('10000 + n')}, 10000 + n, 'Mitte', now() FROM generate_series(0, ${companies}) n`,
    `INSERT INTO services (id, company_id, branch_id, name, duration_minutes, updated_at)
     SELECT 1000000 + n, 10000 + n, ${branchOf('10000 + n')}, 'Schnitt', 30, now() FROM generate_series(0, ${companies}) n`,
    `INSERT INTO customers (id, company_id, name, phone, source, created_at, updated_at)
     SELECT 1000000 + n, ${companyOf('n')}, 'Kunde ' || n, '+4916' || lpad(n::text, 9, '0'), 'phone', ${at('n')}, ${at('n')}
     FROM generate_series(1, ${scale.customers}) n`,
    `INSERT INTO calls (id, retell_call_id, company_id, branch_id, customer_id, from_number, to_number, direction, status, appointment_made,
       duration_sec, cost_cents, cost_eur_cents, usd_eur_rate, call_cost, transcript, start_timestamp, end_timestamp, created_at, updated_at)
     SELECT 1000000 + n, 'filled_' || n, c.id, ${branchOf('c.id')}, NULL, '+4916' || lpad((n % ${scale.customers})::text, 9, '0'), '+493023125001',
       'inbound', 'analyzed', n % 3 = 0, 30 + n % 200, 12, 11, 0.92,
       '{"combined_cost": 12.3, "product_costs": [{"product": "tts", "cost": 8.1}, {"product": "llm", "cost": 4.2}]}',
       repeat('Agent: Guten Tag. User: Einen Termin bitte. ', 10), ${at('n')}, ${at('n')} + interval '2 minutes', ${at('n')}, ${at('n')}
     FROM generate_series(1, ${calls}) n, LATERAL (SELECT ${companyOf('n')} AS id) c`,
    `INSERT INTO call_sessions (id, call_id, company_id, branch_id, status, created_at, updated_at)
     SELECT id, retell_call_id, company_id, branch_id, 'analyzed', created_at, created_at FROM calls WHERE id > 1000000`,
    `INSERT INTO function_calls (company_id, call_id, number, function_name, arguments, answer, duration_ms, status, alternatives, called_at)
     SELECT k.company_id, k.retell_call_id, f.number, f.name, '{"date": "morgen"}',
       '{"success": true, "message": "Am Donnerstag um 14 Uhr ist noch frei."}', 20 + (k.id % 300)::int, 'success', f.number = 2, k.start_timestamp
     FROM calls k, (VALUES (1, 'initialize_call'), (2, 'check_availability'), (3, 'start_booking')) AS f (number, name) WHERE k.id > 1000000`,
    `INSERT INTO appointments (id, company_id, branch_id, customer_id, service_id, appointment_datetime, ends_at, duration_minutes, status,
       calcom_uid, call_id, created_at, updated_at)
     SELECT 1000000 + n, c.company_id, ${branchOf('c.company_id')}, c.id,
       CASE WHEN c.company_id = 1 THEN (SELECT min(id) FROM services WHERE company_id = 1) ELSE 990000 + c.company_id END,
       ${at('n')}, ${at('n')} + interval '30 minutes', 30, 'completed', 'filled-' || n, 'filled_' || n, ${at('n')}, ${at('n')}
     FROM generate_series(1, ${scale.appointments}) n JOIN customers c ON c.id = 1000000 + n`,
    `INSERT INTO booking_attempts (id, company_id, kind, state, wish_key, service_id, start_at, call_id, calcom_uid, appointment_id, created_at, updated_at)
     SELECT 'filled_' || id, company_id, 'book', 'booked', 'filled-' || id, service_id, appointment_datetime, call_id, calcom_uid, id, created_at, created_at
     FROM appointments WHERE id > 1000000`,
    `INSERT INTO mail_outbox (company_id, appointment_id, kind, dedupe_key, to_address, subject, text_body, html_body, message_id, state, created_at, updated_at)
     SELECT company_id, id, 'confirmation', 'filled-' || id, 'kunde' || id || '@web.de', 'Ihr Termin', 'Ihr Termin', 'Ihr Termin', id || '@gateway.example', 'sent', created_at, created_at
     FROM appointments WHERE id > 1000000`,
    'INSERT INTO figures_due (company_id, at) VALUES (NULL, NULL)',
  ]
  for (const statement of statements) await client.query(statement)
  await client.query('SET session_replication_role = origin')
  await client.query('VACUUM ANALYZE')
}

/** A number from 0 to 1 that looks random and is decided by `n`. */
function share(n: string, salt = 0): string {
  return `((hashint8(${n}::bigint + ${salt}) & 1048575) / 1048576.0)`
}
