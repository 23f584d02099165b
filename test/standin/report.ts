/** What is printed: a table per seed, and behind it how each finding came about. */
import type { StandIn } from './calcom.ts'
import type { Driver } from './driver.ts'
import { countNames, type Finding } from './judge.ts'

/** `made`: bookings through the API; a run in which hardly anything was booked proves nothing. */
export type SeedResult = { seed: number; calls: number; seconds: number; made: number; findings: Finding[] }

/** Steps of the person's calls and the requests about their bookings, in the order they happened. */
export function tellFinding({ count, text, person, uids }: Finding, standIn: StandIn): string {
  const lines = [`## ${count}: ${text}`]
  if (person) lines.push(`${person.name} ${person.phone}`)
  const events: { at: number; line: string }[] = []
  for (const call of person?.calls ?? []) {
    for (const { at, name, args, reply, ms } of call.steps) {
      const line = `${call.id} ${name} ${JSON.stringify(args)} → ${reply.status} ${JSON.stringify(reply.body).slice(0, 420)} (${ms} ms)`
      events.push({ at, line })
    }
  }
  for (const { at, operation, subject, uid, fault, status } of standIn.log) {
    const concerns =
      (uid !== undefined && uids.includes(uid)) ||
      (person !== undefined && subject.startsWith(`${person.name}|`))
    if (concerns)
      events.push({
        at,
        line: `  Cal.com ${operation} ${subject} ${uid ?? ''} → ${status}${fault ? ` [${fault}]` : ''}`,
      })
  }
  events.sort((one, other) => one.at - other.at)
  lines.push(...events.map(({ at, line }) => `${new Date(at).toISOString().slice(11, 23)} ${line}`))
  for (const uid of uids) {
    const booking = standIn.calendar.bookings.get(uid)
    if (!booking) continue
    const { status, start, host, origin, touchedByWeb, toUid, fromUid, metadata, attendee } = booking
    lines.push(
      `  state ${uid} ${status} ${new Date(start).toISOString()} host ${host.id} by ${origin}${touchedByWeb ? ', changed on the web' : ''}` +
        ` from ${fromUid ?? '-'} to ${toUid ?? '-'} "${attendee.name}" ${JSON.stringify(metadata)}`,
    )
  }
  for (const [start, { word, how }] of person?.claims ?? [])
    lines.push(`  told ${new Date(start).toISOString()} ${word} (${how})`)
  return lines.join('\n')
}

/** What was played and what went wrong on purpose. */
export function tellLoad(standIn: StandIn, driver: Driver): string {
  const answers = new Map<string, number>()
  const bump = (key: string) => answers.set(key, (answers.get(key) ?? 0) + 1)
  const seen = new Set<unknown>()
  for (const { calls } of driver.ledger.people.values()) {
    if (seen.has(calls)) continue
    seen.add(calls)
    for (const { steps } of calls)
      for (const { name, reply } of steps) {
        const { success, error, status } = reply.body
        const outcome = reply.status === 'none' ? 'no answer' : `${success} ${error ?? status ?? ''}`
        bump(`${name} ${outcome}`)
      }
  }
  const words = new Map<string, number>()
  for (const { claims } of driver.ledger.people.values())
    for (const { word } of claims.values()) words.set(word, (words.get(word) ?? 0) + 1)
  const bookings = [...standIn.calendar.bookings.values()]
  const { checks, faults, webhooks } = standIn
  return [
    `answers: ${list(answers)}`,
    `last words: ${list(words)}`,
    `bookings: ${bookings.filter(({ origin }) => origin === 'api').length} through the API, ${bookings.filter(({ origin }) => origin === 'web').length} on the web, ${standIn.calendar.live().length} live`,
    `faults: ${list(faults.counts)}`,
    `webhooks answered: ${list(webhooks.answers)}`,
    `checked against the OpenAPI: ${checks.checked.requests} requests, ${checks.checked.answers} answers`,
  ].join('\n')
}

/** The table: a line per count, a column per seed. */
export function table(results: readonly SeedResult[]): string {
  const cells = (values: readonly (string | number)[]) => `| ${values.join(' | ')} |`
  return [
    cells(['what must be 0', ...results.map(({ seed }) => `seed ${seed}`)]),
    cells(['---', ...results.map(() => '---')]),
    ...countNames.map((name) =>
      cells([name, ...results.map(({ findings }) => findings.filter(({ count }) => count === name).length)]),
    ),
    cells(['calls', ...results.map(({ calls }) => calls)]),
    cells(['seconds', ...results.map(({ seconds }) => seconds)]),
  ].join('\n')
}

function list(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([name, times]) => `${name.trim()} ${times}`)
    .join(', ')
}
