/**
 * The rows of a call: `calls` and `retell_call_sessions`. Webhooks and function calls arrive in any order and more than
 * once, so every write merges: a later fact fills what is empty, a status only moves forward.
 */
import type { Statement, Tenancy } from '../../db/tenancy.ts'

/** What reading and writing them needs. */
export type CallTenancy = Pick<Tenancy, 'oneTrip' | 'oneTripAsSystem'>

/** A call as the directory needs it. */
export interface StoredCall {
  callId: string
  companyId: number
  branchId: string | null
  phoneNumberId: number | null
  customerId: number | null
  agentId: string | null
  /** E.164; null when withheld or not told. */
  fromNumber: string | null
  toNumber: string | null
  direction: string
  timeZone: string
}

/** What is known of a call; undefined or null leaves what the row has. */
export interface CallFacts {
  callId: string
  companyId: number
  branchId: string
  phoneNumberId: number | null
  agentId: string | null
  agentVersion: string | null
  fromNumber: string | null
  toNumber: string | null
  direction: 'inbound' | 'outbound'
  status: CallStatus
  callStatus: string | null
  startedAt: Date | null
}

/** In the order a call goes through them. */
export type CallStatus = 'inbound' | 'ongoing' | 'completed' | 'analyzed'

interface StoredRow {
  retell_call_id: string
  company_id: number
  branch_id: string | null
  phone_number_id: number | null
  customer_id: number | null
  agent_id: string | null
  from_number: string | null
  to_number: string | null
  direction: string
  time_zone: string
}

const storedColumns = `
  SELECT k.retell_call_id, k.company_id, k.branch_id, k.phone_number_id, k.customer_id, k.agent_id, k.from_number,
         k.to_number, k.direction, coalesce(b.time_zone, c.time_zone) AS time_zone
  FROM calls k
  JOIN companies c ON c.id = k.company_id
  LEFT JOIN branches b ON b.company_id = k.company_id AND b.id = k.branch_id`

/** Reads a call by Retell's id; under the system role, because the id is what leads to the company. */
export async function loadCall(tenancy: CallTenancy, callId: string): Promise<StoredCall | null> {
  const [found] = await tenancy.oneTripAsSystem([storedCall(callId)])
  const row: StoredRow | undefined = found?.rows[0]
  return row ? toStoredCall(row) : null
}

/** The one ongoing call of a company that began after `since`; null when there is none or more than one. */
export async function loadOnlyOngoingCall(
  tenancy: CallTenancy,
  companyId: number,
  since: Date,
): Promise<StoredCall | null> {
  const [found] = await tenancy.oneTrip(companyId, [
    {
      name: 'load_only_ongoing_call',
      text: `${storedColumns}
        WHERE k.company_id = $1 AND k.status = 'ongoing' AND k.start_timestamp >= $2
        ORDER BY k.start_timestamp DESC LIMIT 2`,
      values: [companyId, since],
    },
  ])
  const rows: StoredRow[] = found?.rows ?? []
  const [row] = rows
  return row && rows.length === 1 ? toStoredCall(row) : null
}

/**
 * Creates the rows of a call or merges what is new into them, and links the caller if the number belongs to exactly one
 * customer. Out: the call as it stands then. A call id of another company makes PostgreSQL refuse the statement.
 */
export async function mergeCall(tenancy: CallTenancy, facts: CallFacts): Promise<StoredCall> {
  const caller = facts.direction === 'outbound' ? facts.toNumber : facts.fromNumber
  const [, , found] = await tenancy.oneTrip(facts.companyId, [
    {
      ...mergingCall,
      values: [
        facts.callId,
        facts.companyId,
        facts.branchId,
        facts.phoneNumberId,
        caller,
        facts.fromNumber,
        facts.toNumber,
        facts.direction,
        facts.agentId,
        facts.status,
        facts.callStatus,
        facts.startedAt,
      ],
    },
    {
      ...mergingSession,
      values: [
        facts.callId,
        facts.companyId,
        facts.branchId,
        facts.agentId,
        facts.agentVersion,
        facts.status,
      ],
    },
    storedCall(facts.callId),
  ])
  const row: StoredRow | undefined = found?.rows[0]
  if (!row) throw new Error('A call that was just written cannot be read')
  return toStoredCall(row)
}

const mergingCall = {
  name: 'merge_call',
  text: `
    WITH known AS (
      SELECT CASE WHEN count(*) = 1 THEN min(id) END AS customer_id
      FROM customers WHERE company_id = $2 AND phone = $5 AND erased_at IS NULL
    )
    INSERT INTO calls AS k (retell_call_id, company_id, branch_id, phone_number_id, customer_id, from_number, to_number,
                            direction, agent_id, status, call_status, start_timestamp, updated_at)
    SELECT $1, $2::int, $3::uuid, $4::int, known.customer_id, $6, $7, $8, $9, $10, $11, $12::timestamptz, now()
    FROM known
    ON CONFLICT (retell_call_id) DO UPDATE SET
      branch_id = coalesce(k.branch_id, EXCLUDED.branch_id),
      phone_number_id = coalesce(k.phone_number_id, EXCLUDED.phone_number_id),
      customer_id = coalesce(k.customer_id, EXCLUDED.customer_id),
      from_number = coalesce(k.from_number, EXCLUDED.from_number),
      to_number = coalesce(k.to_number, EXCLUDED.to_number),
      agent_id = coalesce(k.agent_id, EXCLUDED.agent_id),
      status = CASE WHEN array_position(ARRAY['inbound','ongoing','completed','analyzed'], EXCLUDED.status::text)
                       > array_position(ARRAY['inbound','ongoing','completed','analyzed'], k.status::text)
                    THEN EXCLUDED.status ELSE k.status END,
      call_status = CASE WHEN k.call_status IN ('ended', 'error') THEN k.call_status
                         ELSE coalesce(EXCLUDED.call_status, k.call_status) END,
      start_timestamp = coalesce(EXCLUDED.start_timestamp, k.start_timestamp),
      updated_at = now()`,
}

const mergingSession = {
  name: 'merge_call_session',
  text: `
    INSERT INTO retell_call_sessions AS s (call_id, company_id, branch_id, agent_id, agent_version, status, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, now())
    ON CONFLICT (call_id) DO UPDATE SET
      branch_id = coalesce(s.branch_id, EXCLUDED.branch_id),
      agent_id = coalesce(s.agent_id, EXCLUDED.agent_id),
      agent_version = coalesce(s.agent_version, EXCLUDED.agent_version),
      status = CASE WHEN s.status IN ('completed', 'analyzed') AND EXCLUDED.status <> 'analyzed' THEN s.status
                    ELSE EXCLUDED.status END,
      updated_at = now()`,
}

const storedCall = (callId: string): Statement => ({
  name: 'load_call',
  text: `${storedColumns} WHERE k.retell_call_id = $1`,
  values: [callId],
})

function toStoredCall(row: StoredRow): StoredCall {
  return {
    callId: row.retell_call_id,
    companyId: row.company_id,
    branchId: row.branch_id,
    phoneNumberId: row.phone_number_id,
    customerId: row.customer_id,
    agentId: row.agent_id,
    fromNumber: row.from_number,
    toNumber: row.to_number,
    direction: row.direction,
    timeZone: row.time_zone,
  }
}
