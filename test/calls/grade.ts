/** What is true when the caller has hung up, against what the call expects. The end state counts before words. */
import { clockTimeOf, localDayOf } from '../../src/german/index.ts'
import type { TestGateway } from '../helpers/gateway.ts'
import type { Played } from './player.ts'
import type { CallFile } from './read.ts'

export interface Grade {
  id: string
  title: string
  verdict: 'pass' | 'fail' | 'inconclusive'
  /** One for each expectation that does not hold. */
  reasons: string[]
  functions: string[]
  calcomRequests: number
}

const zone = 'Europe/Berlin'
const promises = /\bgebucht\b|\bbestätigt\b/i

/** @param before requests to Cal.com before the call began */
export async function grade(
  file: CallFile,
  played: Played,
  gateway: TestGateway,
  before: number,
): Promise<Grade> {
  const { expect } = file
  const calcomRequests = gateway.simulator.control.requests().length - before
  await gateway.settle()
  const reasons: string[] = []
  const check = (holds: boolean, reason: string) => {
    if (!holds) reasons.push(reason)
  }
  if (played.stopped !== null) reasons.push(`stopped: ${played.stopped}`)

  const booked = await gateway.database.tenancy.run(
    1,
    (tx) => tx.$queryRaw<
      Array<{ uid: string | null; at: Date; service: string; name: string; staff: string | null }>
    >`
      SELECT a.calcom_uid AS uid, a.appointment_datetime AS at, s.name AS service,
             coalesce(a.attendee_name, c.name) AS name, concat_ws(' ', p.first_name, p.last_name) AS staff
      FROM appointments a
      JOIN services s ON s.id = a.service_id
      JOIN customers c ON c.id = a.customer_id
      LEFT JOIN staff p ON p.id = a.staff_id
      WHERE a.status IN ('scheduled', 'pending')
      ORDER BY a.appointment_datetime`,
  )
  const rows = booked.map(({ at, service, name, staff }) => ({
    at: `${localDayOf(at, zone)} ${clockTimeOf(at, zone)}`,
    service,
    name,
    staff,
  }))
  const fits =
    rows.length === expect.bookings.length && rows.every((row, at) => isLike(row, expect.bookings[at]!))
  check(fits, `bookings are ${JSON.stringify(rows)} and not ${JSON.stringify(expect.bookings)}`)
  const live = gateway.simulator.control
    .bookings()
    .filter(({ status }) => status === 'accepted' || status === 'pending')
  check(
    live
      .map(({ uid }) => uid)
      .toSorted()
      .join() ===
      booked
        .map(({ uid }) => uid)
        .toSorted()
        .join(),
    'the calendar and the database differ',
  )
  const callbacks = await gateway.database.tenancy.asSystem((tx) =>
    tx.callbackRequest.findMany({ where: { companyId: 1 }, orderBy: { id: 'asc' } }),
  )
  const asked = callbacks.map(({ reason }) => reason ?? '')
  check(
    asked.length === expect.callbacks.length &&
      asked.every((reason, at) => expect.callbacks[at]!.reason?.test(reason) ?? true),
    `callbacks are ${JSON.stringify(asked)}`,
  )

  for (const name of expect.used) check(played.used.includes(name), `${name} was not used`)
  for (const name of expect.never) check(!played.used.includes(name), `${name} was used`)
  let at = -1
  for (const name of expect.order) {
    at = played.used.indexOf(name, at + 1)
    check(at >= 0, `${name} was not used in its turn`)
    if (at < 0) break
  }
  const text = played.said.join('\n')
  for (const pattern of expect.said) check(pattern.test(text), `never said: ${pattern.source}`)
  for (const pattern of expect.not_said) check(!pattern.test(text), `said: ${pattern.source}`)
  check(/Maschine/.test(played.said[0] ?? ''), 'the first sentence does not say that a machine speaks')
  check(!/\{\{|\$\{/.test(text), 'a variable was spoken')
  const done = played.answers.some(
    ({ answer }) => answer.success === true && answer.appointment_id !== undefined,
  )
  check(done || !promises.test(text), 'said to be booked, and nothing is')
  check(
    expect.calcom_requests_max === undefined || calcomRequests <= expect.calcom_requests_max,
    `${calcomRequests} requests to Cal.com`,
  )
  const executed = played.answers.length > 0 || played.said.length > 1
  return {
    id: file.id,
    title: file.title,
    verdict: reasons.length > 0 ? 'fail' : executed ? 'pass' : 'inconclusive',
    reasons,
    functions: played.used,
    calcomRequests,
  }
}

function isLike(row: Record<string, unknown>, wanted: Record<string, unknown>): boolean {
  return Object.entries(wanted).every(([key, value]) => value === undefined || row[key] === value)
}
