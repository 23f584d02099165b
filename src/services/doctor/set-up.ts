/**
 * What of a company's set-up the database alone shows to be wrong. Pure: rows in, findings out.
 */
import { groupBy } from '../../lib/group-by.ts'
import { readFacts } from '../facts.ts'
import { whyUnreachable } from '../mail/notify.ts'
import { oneMailbox } from '../mail/recipient.ts'
import type { DoctorFinding } from './report.ts'

/** Where public holidays are those of a Bundesland. */
const germanZone = 'Europe/Berlin'

/** A company's configuration, as far as it can be wrong. */
export interface SetUp {
  company: {
    id: number
    timeZone: string
    notifyEmail: string | null
    missingEmail: string
    mailbox: string | null
  }
  branches: ReadonlyArray<{
    id: string
    name: string
    isActive: boolean
    calcomTeamId: number | null
    timeZone: string | null
    federalState: string | null
    address: string | null
    facts: unknown
    openingHours: readonly unknown[]
    phoneNumbers: ReadonlyArray<{ isActive: boolean }>
  }>
  services: ReadonlyArray<{
    id: number
    name: string
    branchId: string | null
    durationMinutes: number
    priceCents: number | null
    calcomEventTypeId: number | null
    isActive: boolean
    notOfferedReason: string | null
    serviceStaff: ReadonlyArray<{
      staffId: number
      calcomEventTypeId: number | null
      notOfferedReason: string | null
    }>
  }>
  staff: ReadonlyArray<{
    id: number
    firstName: string
    lastName: string
    isActive: boolean
    calcomUserId: number | null
  }>
}

/** Why callers cannot be served at all; empty: they can. In: one company's rows. */
export function whySilent({
  branches,
  services,
}: Pick<SetUp, 'branches' | 'services'>): Array<'no_branch' | 'no_number' | 'no_service'> {
  const active = branches.filter(({ isActive }) => isActive)
  if (active.length === 0) return ['no_branch']
  const reachable = active.some(({ phoneNumbers }) => phoneNumbers.some(({ isActive }) => isActive))
  return [
    ...(reachable ? [] : (['no_number'] as const)),
    ...(services.some(isOffered) ? [] : (['no_service'] as const)),
  ]
}

const silent = {
  no_branch: ['It has no active branch, so that no call can be answered.', 'Add a branch, or switch one on.'],
  no_number: [
    'No phone number leads to it, so that no call can be answered.',
    'Enter the number that Retell answers, in E.164, at its branch.',
  ],
  no_service: [
    'Nothing can be booked: no active service has an event type that callers are offered.',
    'Run npm run services:import, or enter the event types of its services.',
  ],
} as const

/** Findings of one company. In: `mailServer`, whether mails can go out at all. */
export function checkSetUp(setUp: SetUp, { mailServer }: { mailServer: boolean }): DoctorFinding[] {
  const { company, branches, services, staff } = setUp
  const found: DoctorFinding[] = []
  const add = (severity: DoctorFinding['severity'], code: string, message: string, remedy: string) =>
    found.push({ severity, code, company_id: company.id, message, remedy })

  for (const code of whySilent(setUp)) add('error', code, silent[code][0], silent[code][1])
  const unreachable = mailServer ? whyUnreachable(company.notifyEmail, true) : null
  if (unreachable !== null)
    add(
      'error',
      unreachable,
      `Callback requests reach nobody but npm run callbacks, and callers are promised none: its address for them is ${unreachable === 'notify_address_missing' ? 'missing' : 'not exactly one mailbox'}.`,
      'Enter one mailbox as its notify_email.',
    )
  if (company.missingEmail === 'own_mailbox' && oneMailbox(company.mailbox) === null)
    add(
      'error',
      'mailbox_missing',
      'Callers without an e-mail are booked with its own mailbox, and it has none that works.',
      'Enter its mailbox, or choose phone_only or ask for missing_email.',
    )
  for (const { name, isActive, openingHours } of branches)
    if (isActive && openingHours.length === 0)
      add(
        'warning',
        'no_hours',
        `The branch ${name} has no opening hours: questions about them are not answered.`,
        'Enter them.',
      )

  for (const { name, federalState, address, facts, ...branch } of branches.filter(
    ({ isActive }) => isActive,
  )) {
    if (federalState === null && (branch.timeZone ?? company.timeZone) === germanZone)
      add(
        'warning',
        'no_bundesland',
        `The branch ${name} has no Bundesland: on public holidays callers hear that nobody can say whether it is open.`,
        'Enter its bundesland in the company’s file.',
      )
    if (address === null && readFacts(facts).address === undefined)
      add(
        'warning',
        'no_address',
        `The branch ${name} has no address: callers who ask where it is are not told.`,
        'Enter its address in the company’s file.',
      )
  }

  const teams = new Set(branches.filter(({ isActive }) => isActive).map(({ calcomTeamId }) => calcomTeamId))
  if (branches.filter(({ isActive }) => isActive).length > 1 && teams.has(null))
    add(
      'warning',
      'branch_without_team',
      'It has several branches, and one of them has no Cal.com team: its event types are not imported.',
      'Enter the team of each branch.',
    )

  const active = services.filter(({ isActive }) => isActive)
  for (const { name, calcomEventTypeId, serviceStaff } of active)
    if (calcomEventTypeId === null && serviceStaff.every((pair) => pair.calcomEventTypeId === null))
      add(
        'warning',
        'no_event_type',
        `${name} cannot be booked: it has no event type.`,
        'Enter one, or switch the service off.',
      )
  for (const name of namesTwice(active))
    add(
      'warning',
      'same_name',
      `${name} stands twice at one branch, with the same length and price: callers cannot tell the two apart.`,
      'Rename one of them, or let the event type of one person belong to that person.',
    )
  const present = new Set(staff.filter(({ isActive }) => isActive).map(({ id }) => id))
  for (const { name, serviceStaff } of active)
    if (serviceStaff.length > 0 && !serviceStaff.some(({ staffId }) => present.has(staffId)))
      add(
        'warning',
        'nobody_performs',
        `Nobody who performs ${name} is still there: callers are not offered it.`,
        'Enter who does, or switch the service off.',
      )
  const withUser = staff.filter(({ isActive, calcomUserId }) => isActive && calcomUserId !== null)
  for (const [userId, people] of groupBy(withUser, ({ calcomUserId }) => calcomUserId))
    if (people.length > 1)
      add(
        'error',
        'calendar_user_twice',
        `${people.map(({ firstName, lastName }) => `${firstName} ${lastName}`).join(' and ')} share the Cal.com user ${userId}: a wish for one may be booked with the other.`,
        'Give each their own user.',
      )
  return found
}

function isOffered({
  isActive,
  calcomEventTypeId,
  notOfferedReason,
  serviceStaff,
}: SetUp['services'][number]): boolean {
  const own = calcomEventTypeId !== null && notOfferedReason === null
  return (
    isActive &&
    (own || serviceStaff.some((pair) => pair.calcomEventTypeId !== null && pair.notOfferedReason === null))
  )
}

/** Names that stand more than once at one branch and that neither length nor price tells apart. */
function namesTwice(services: SetUp['services']): string[] {
  const alike = groupBy(services, ({ name, branchId, durationMinutes, priceCents }) =>
    JSON.stringify([name.trim().toLowerCase(), branchId, durationMinutes, priceCents]),
  )
  return [...new Set([...alike.values()].flatMap((group) => (group.length > 1 ? group[0]!.name : [])))]
}
