/**
 * What of a company's set-up does not fit its calendar: the key, the event types its services name, who hosts them, what a booking
 * must bring along, and whether changes in the calendar are told to us. Asks Cal.com, and changes it only when told to.
 */
import type { CalcomApi } from '../../calcom/client.ts'
import type { CalcomConnection } from '../../calcom/connection.ts'
import { CalcomError } from '../../calcom/errors.ts'
import { filledFields, notOfferedBecause } from '../../calcom/kinds.ts'
import type { CalcomEventType, CalcomSubscription } from '../../calcom/types.ts'
import type { Clock } from '../../lib/clock.ts'
import { Deadline } from '../../lib/deadline.ts'
import type { Add, DoctorFinding } from './report.ts'
import type { SetUp } from './set-up.ts'

export interface CalendarDeps {
  calcom: (
    connectionId: string,
  ) => Promise<
    Pick<CalcomApi, 'fetchMe' | 'fetchEventTypes' | 'fetchWebhooks' | 'createWebhook' | 'updateWebhook'>
  >
  connection: (connectionId: string) => Promise<Pick<CalcomConnection, 'webhookSecrets'> | undefined>
  /** PUBLIC_URL without a slash at its end; null: not set. */
  publicUrl: string | null
  /** CALCOM_TEAM_ID, for a company with one branch. */
  teamId: number | null
  clock: Clock
}

/** The changes of a calendar that we act on. */
const triggers = [
  'BOOKING_CREATED',
  'BOOKING_REQUESTED',
  'BOOKING_RESCHEDULED',
  'BOOKING_CANCELLED',
  'BOOKING_REJECTED',
  'BOOKING_NO_SHOW_UPDATED',
  'MEETING_ENDED',
] as const
const requestMs = 10_000

/** Findings of one company's calendar, and what was put right. In: `fix`, whether a missing webhook is made. */
export async function checkCalendar(
  deps: CalendarDeps,
  setUp: SetUp & { company: { calcomConnectionId: string | null } },
  { fix }: { fix: boolean },
): Promise<{ findings: DoctorFinding[]; fixed: string[] }> {
  const findings: DoctorFinding[] = []
  const fixed: string[] = []
  const add: Add = (severity, code, message, remedy) =>
    findings.push({ severity, code, company_id: setUp.company.id, message, remedy })
  const connectionId = setUp.company.calcomConnectionId ?? 'default'
  const options = () => ({
    deadline: new Deadline({ clock: deps.clock, budgetMs: requestMs }),
    priority: 'background' as const,
  })
  try {
    const api = await deps.calcom(connectionId)
    await api.fetchMe(options())
    const types = await loadEventTypes(deps, setUp, connectionId, (teamId) =>
      api.fetchEventTypes(teamId === null ? {} : { teamId }, options()),
    )
    checkEventTypes(setUp, types, add)
    const webhooks = await api.fetchWebhooks(options())
    const made = await checkWebhook(
      deps,
      connectionId,
      webhooks,
      add,
      fix
        ? (input, id) =>
            id === null ? api.createWebhook(input, options()) : api.updateWebhook({ id, ...input }, options())
        : null,
    )
    if (made !== null) fixed.push(made)
  } catch (error) {
    if (!(error instanceof CalcomError)) throw error
    add('error', ...whatFailed(error))
  }
  return { findings, fixed }
}

function whatFailed({
  kind,
  reason,
  operation,
}: CalcomError): [code: string, message: string, remedy: string] {
  if (reason === 'no_connection')
    return [
      'no_connection',
      'It names a Cal.com connection that does not exist, so that nothing can be booked.',
      'Enter the connection, or name another one.',
    ]
  if (kind === 'unauthorized')
    return [
      'key_refused',
      `Cal.com refuses its key (${operation}), so that nothing can be booked.`,
      'Enter a key that is valid and may read and write bookings.',
    ]
  if (kind === 'not_found')
    return [
      'team_unknown',
      'Cal.com does not know its team, or the key may not see it.',
      'Enter the number of a team that the key belongs to.',
    ]
  return [
    'calendar_unreachable',
    `Cal.com did not answer (${operation}: ${kind}): the rest of its calendar was not looked at.`,
    'Run the doctor again; see status.cal.com.',
  ]
}

/** By their ids. Every active branch's team, or the key's own event types where a company has one branch without a team. */
async function loadEventTypes(
  { teamId }: CalendarDeps,
  { branches }: SetUp,
  connectionId: string,
  fetch: (teamId: number | null) => Promise<CalcomEventType[]>,
): Promise<Map<number, CalcomEventType>> {
  const active = branches.filter(({ isActive }) => isActive)
  const ofBranches = active.flatMap(({ calcomTeamId }) => calcomTeamId ?? [])
  const teams =
    ofBranches.length > 0 || active.length > 1 ? ofBranches : [connectionId === 'default' ? teamId : null]
  const found = new Map<number, CalcomEventType>()
  for (const team of new Set(teams)) for (const type of await fetch(team)) found.set(type.id, type)
  return found
}

function checkEventTypes({ services, staff }: SetUp, types: Map<number, CalcomEventType>, add: Add): void {
  const hosts = new Map(
    [...types.values()].flatMap(({ hosts }) => hosts.map(({ userId, name }) => [userId, name])),
  )
  const used = new Set<number>()
  for (const { name, isActive, calcomEventTypeId, durationMinutes, serviceStaff } of services) {
    const ids = [calcomEventTypeId, ...serviceStaff.map((pair) => pair.calcomEventTypeId)]
    for (const id of ids) {
      if (id === null || !isActive) continue
      used.add(id)
      const type = types.get(id)
      if (type === undefined) {
        add(
          'error',
          'event_type_unknown',
          `${name} is booked with event type ${id}, which Cal.com does not show to its key.`,
          'Enter an event type of its team, or run npm run services:import.',
        )
        continue
      }
      const lengths = [type.durationMinutes, ...type.durationOptionsMinutes]
      if (!type.bookable)
        add(
          'error',
          'event_type_managed',
          `${name} is booked with event type ${id}, a managed template that refuses every booking.`,
          'Enter the event type of the person or team instead.',
        )
      if (!lengths.includes(durationMinutes))
        add(
          'warning',
          'length_differs',
          `${name} is told to last ${durationMinutes} minutes, and its event type ${id} lasts ${type.durationMinutes}.`,
          'Correct the length here or there.',
        )
      if (type.schedulingType === 'collective' && type.hosts.length > 1)
        add(
          'warning',
          'needs_all_hosts',
          `${name} needs all ${type.hosts.length} hosts of event type ${id} at once and will hardly ever be free.`,
          'Choose round robin at Cal.com, if one of them is enough.',
        )
      const missing = type.requiredFields.filter((field) => !filledFields.has(field))
      if (missing.length > 0)
        add(
          'error',
          'field_required',
          `Event type ${id} of ${name} insists on ${missing.join(', ')}, which no caller is asked for: every booking is refused.`,
          'Make the field optional at Cal.com.',
        )
      if (type.kind.phone === 'hidden' && type.kind.email !== 'required')
        add(
          'hint',
          'phone_hidden',
          `Event type ${id} of ${name} shows no field for a phone number, so that Cal.com insists on an e-mail all the same.`,
          'Show the phone field at Cal.com, if callers without an e-mail should be booked with their number.',
        )
      if (type.notOffered !== undefined)
        add(
          'warning',
          'kind_not_offered',
          `${name} is not offered to callers, as event type ${id} cannot be served on the phone: ${notOfferedBecause[type.notOffered]}.`,
          'Change the event type at Cal.com, or enter another one.',
        )
      if (type.requiredFields.includes('email'))
        add(
          'hint',
          'email_required',
          `Event type ${id} of ${name} insists on an e-mail.`,
          'Nothing, if missing_email says what is done without one.',
        )
    }
  }
  const unknownHosts = [...hosts].filter(
    ([userId]) => !staff.some(({ calcomUserId }) => calcomUserId === userId),
  )
  for (const [userId, name] of unknownHosts)
    add(
      'warning',
      'host_unknown',
      `${name ?? `User ${userId}`} hosts bookings at Cal.com and is nobody of its staff: callers cannot ask for this person.`,
      'Enter the person, or run npm run services:import.',
    )
  for (const { firstName, lastName, isActive, calcomUserId } of staff)
    if (isActive && calcomUserId !== null && !hosts.has(calcomUserId))
      add(
        'warning',
        'person_hosts_nothing',
        `${firstName} ${lastName} hosts no event type at Cal.com and is never free.`,
        'Make the person a host there, or switch the person off here.',
      )
  const others = [...types.values()].filter(
    ({ id, hidden, bookable }) => !used.has(id) && !hidden && bookable,
  )
  for (const { id, title } of others)
    add(
      'hint',
      'event_type_unused',
      `Event type ${id} (${title}) belongs to no service.`,
      'Run npm run services:import, if callers should be offered it.',
    )
}

type Subscribe = (
  input: { active: boolean; subscriberUrl: string; triggers: readonly string[]; secret?: string },
  id: string | null,
) => Promise<CalcomSubscription>

/** Out: what was put right, or null. */
async function checkWebhook(
  { publicUrl, connection }: CalendarDeps,
  connectionId: string,
  webhooks: readonly CalcomSubscription[],
  add: Add,
  subscribe: Subscribe | null,
): Promise<string | null> {
  if (publicUrl === null) {
    add(
      'hint',
      'webhook_unchecked',
      'Whether Cal.com tells us of changes was not looked at: PUBLIC_URL is not set.',
      'Set PUBLIC_URL.',
    )
    return null
  }
  const ends =
    connectionId === 'default'
      ? ['/api/calcom/webhook', '/api/webhooks/calcom', '/api/calcom/webhook/default']
      : [`/api/calcom/webhook/${connectionId}`]
  const addresses = ends.map((end) => `${publicUrl}${end}`)
  const ours = webhooks.find(({ subscriberUrl }) => addresses.includes(subscriberUrl.replace(/\/$/, '')))
  const missing = triggers.filter((trigger) => !ours?.triggers.includes(trigger))
  if (ours?.active && missing.length === 0) return null
  const [secret] = (await connection(connectionId))?.webhookSecrets ?? []
  if (subscribe !== null && secret !== undefined) {
    const all = [...new Set([...(ours?.triggers ?? []), ...triggers])]
    await subscribe(
      { active: true, subscriberUrl: ours?.subscriberUrl ?? addresses[0]!, triggers: all, secret },
      ours?.id ?? null,
    )
    return `Cal.com now tells ${addresses[0]} of every change.`
  }
  const remedy =
    secret === undefined
      ? 'Set the webhook secret of its connection, then run npm run doctor -- --fix.'
      : 'Run npm run doctor -- --fix, or enter it at Cal.com.'
  if (ours === undefined)
    add(
      'warning',
      'webhook_missing',
      `Cal.com has no webhook to ${addresses[0]}: what is changed in the calendar arrives minutes late.`,
      remedy,
    )
  else if (!ours.active)
    add(
      'warning',
      'webhook_off',
      'Its webhook at Cal.com is switched off: what is changed in the calendar arrives minutes late.',
      remedy,
    )
  else
    add(
      'warning',
      'webhook_incomplete',
      `Its webhook at Cal.com does not tell ${missing.join(', ')}.`,
      remedy,
    )
  return null
}
