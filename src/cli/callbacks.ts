/**
 * `npm run callbacks -- list [--company N] [--all] [--json]`: who waits to be called back, oldest first, `--all` with those that are closed.
 * `npm run callbacks -- close ID [--company N] [--note "…"]`: somebody has called. Prints personal data, for the operator's eyes.
 */
import { clockTimeOf, localDayOf, type Urgency, urgencyOf } from '../german/index.ts'
import { systemClock } from '../lib/clock.ts'
import { CallbackDesk, type ListedCallback, listedMax } from '../services/callback-desk.ts'
import { plain } from '../services/mail/render.ts'
import { readCallbackCommand } from './callback-arguments.ts'
import { runCli, UsageError } from './run-cli.ts'
import { withDatabase } from './with-database.ts'

const cellCharactersMax = 300

await runCli(async () => {
  const command = readCallbackCommand(process.argv.slice(2))
  return withDesk((desk) =>
    command.verb === 'list' ? list(desk, command) : close(desk, command.id, command),
  )
})

function withDesk(work: (desk: CallbackDesk) => Promise<void>): Promise<void> {
  return withDatabase('gateway-callbacks', ({ tenancy }) =>
    work(new CallbackDesk({ tenancy, clock: systemClock })),
  )
}

async function list(
  desk: CallbackDesk,
  { companyId, all, json }: { companyId?: number; all: boolean; json: boolean },
): Promise<void> {
  if (companyId !== undefined && !(await desk.hasCompany(companyId)))
    throw new UsageError(`There is no company ${companyId}`)
  const { callbacks, total } = await desk.list({ companyId, all })
  const now = systemClock.now()
  if (json) {
    console.log(
      JSON.stringify(
        callbacks.map((callback) => asJson(callback, now)),
        null,
        2,
      ),
    )
  } else {
    for (const callback of callbacks) console.log(asLine(callback, now))
    const open = callbacks.filter(({ status }) => status === 'open')
    const overdue = open.filter(({ promisedTo }) => promisedTo !== null && promisedTo < now)
    console.log(`${open.length} open callback(s), ${overdue.length} past the promised time.`)
  }
  // On stderr: standard output stays a list, or JSON.
  if (total > callbacks.length) console.error(`Only the first ${listedMax} of ${total} are shown.`)
}

async function close(
  desk: CallbackDesk,
  id: bigint,
  { companyId, note }: { companyId?: number; note?: string },
): Promise<void> {
  const closed = await desk.close(id, { companyId, note, actor: 'cli' })
  if (closed.kind === 'closed') {
    console.log(`Callback ${id} of company ${closed.companyId} is closed.`)
    return
  }
  process.exitCode = 1
  if (closed.kind === 'absent') console.error(`There is no callback ${id}.`)
  if (closed.kind === 'wrong_company')
    console.error(`Callback ${id} does not belong to company ${companyId}.`)
  if (closed.kind === 'closed_already')
    console.error(
      `Callback ${id} was closed before${closed.closedAt === null ? '' : `, at ${closed.closedAt.toISOString()}`}. Nothing was changed.`,
    )
}

/** What callers said may hold control characters; a terminal must not obey them. */
function cell(text: string | null, otherwise = '-'): string {
  return text === null || text.trim() === '' ? otherwise : plain(text, cellCharactersMax)
}

function asLine(callback: ListedCallback, now: Date): string {
  const { id, companyId, companyName, branchName, phone, name, reason, kind, createdAt } = callback
  return [
    String(id),
    `${companyId} ${cell(companyName)}`,
    cell(branchName),
    cell(phone, 'no number'),
    cell(name, 'no name'),
    `${priorityOf(callback) === 'normal' ? '' : 'URGENT '}${kind}: ${cell(reason)}`,
    promised(callback, now),
    `${age(createdAt, now)} old`,
    ...(callback.status === 'open'
      ? []
      : [`closed ${callback.closedAt?.toISOString() ?? ''} ${cell(callback.closingNote, '')}`.trim()]),
  ].join('  ')
}

/** By the caller's words; what we noted ourselves is in ours. */
function priorityOf({ kind, reason, preferredTime }: ListedCallback): Urgency {
  return kind === 'caller' ? urgencyOf(reason, preferredTime) : 'normal'
}

function promised({ promisedFrom, promisedTo, timeZone, status }: ListedCallback, now: Date): string {
  if (promisedFrom === null || promisedTo === null) return 'no time promised'
  const day = localDayOf(promisedFrom, timeZone)
  const lastDay = localDayOf(promisedTo, timeZone)
  const end = clockTimeOf(promisedTo, timeZone)
  const span = `${day} ${clockTimeOf(promisedFrom, timeZone)}–${day === lastDay ? end : `${lastDay} ${end}`}`
  return `promised ${span} (${timeZone})${status === 'open' && promisedTo < now ? ', OVERDUE' : ''}`
}

/** '3 d 4 h', '4 h 5 min', '5 min'. */
function age(since: Date, now: Date): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - since.getTime()) / 60_000))
  const [days, hours] = [Math.floor(minutes / 1_440), Math.floor(minutes / 60) % 24]
  if (days > 0) return `${days} d ${hours} h`
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`
}

function asJson(callback: ListedCallback, now: Date) {
  const { id, promisedTo, createdAt, status } = callback
  return {
    ...callback,
    id: String(id),
    priority: priorityOf(callback),
    overdue: status === 'open' && promisedTo !== null && promisedTo < now,
    ageSeconds: Math.max(0, Math.floor((now.getTime() - createdAt.getTime()) / 1_000)),
  }
}
