/**
 * Asks Cal.com harmless questions and compares the answers with what this version knows: whether its API has changed is seen before a
 * caller meets it. Reads only; changes, holds and books nothing. Limit: what only a booking's answer shows is not asked for.
 */
import type { CalcomApi } from '../../calcom/client.ts'
import type { Drift } from '../../calcom/drift.ts'
import { CalcomError, isDownKind } from '../../calcom/errors.ts'
import type { CallOptions } from '../../calcom/transport.ts'
import type { Clock } from '../../lib/clock.ts'
import { Deadline } from '../../lib/deadline.ts'
import type { DriftBook } from '../drift.ts'
import type { DoctorFinding } from './report.ts'

type Api = Pick<
  CalcomApi,
  'fetchMe' | 'fetchEventTypes' | 'fetchSlots' | 'fetchBookings' | 'fetchBooking' | 'fetchWebhooks'
>

export interface CanaryDeps {
  calcom: (connectionId: string) => Promise<Api>
  drift: Pick<DriftBook, 'during' | 'load'>
  clock: Clock
}

/** What a connection is asked about. */
export interface CanarySubject {
  connectionId: string
  /** Whose event types to list; null: the key's own. */
  teamId: number | null
  /** IANA */
  timeZone: string
}

interface Question {
  name: string
  ask: (api: Api, options: CallOptions) => Promise<unknown>
  /** The refusal that is the right answer; absent: an answer is. */
  refusal?: CalcomError['kind']
}

const requestMs = 10_000
const dayMs = 86_400_000
/** No event type and no booking of anybody's. */
const unknownEventType = 999_999_999
const unknownBooking = 'askproCanaryAsksForNone'
const remedy = 'Update the gateway; until then look at what callers are told, and report the change.'

/** In: a connection. Out: a finding for everything that is not as we know it; none for what was not answered at all. */
export async function askCanary(deps: CanaryDeps, subject: CanarySubject): Promise<DoctorFinding[]> {
  const { connectionId } = subject
  const found: DoctorFinding[] = []
  const add = (severity: DoctorFinding['severity'], message: string) =>
    found.push({ severity, code: 'calcom_changed', company_id: null, message, remedy })
  const drifts = await deps.drift.during(async () => {
    for (const question of questionsAbout(subject, deps.clock.now())) {
      const got = await outcomeOf(deps, connectionId, question)
      if (got !== null)
        add(
          'error',
          `Cal.com (connection ${connectionId}) answers ${question.name} otherwise than we know it: ${got}.`,
        )
    }
  })
  for (const drift of distinct(drifts)) add('warning', driftSentence(connectionId, drift))
  return found
}

/** What calls and webhooks of the last thirty days have shown. */
export async function seenDrift({ drift }: Pick<CanaryDeps, 'drift'>): Promise<DoctorFinding[]> {
  const known = await drift.load()
  return known.map((one) => ({
    severity: 'warning',
    code: 'calcom_drift',
    company_id: null,
    message: `${driftSentence(one.connectionId, one)} Seen ${one.count} time(s), last on ${one.lastSeenAt.toISOString().slice(0, 10)}.`,
    remedy,
  }))
}

function questionsAbout({ teamId, timeZone }: CanarySubject, now: Date): Question[] {
  let eventTypeId: number | undefined
  const week = { start: now, end: new Date(now.getTime() + 7 * dayMs), timeZone }
  return [
    { name: 'whose key this is', ask: (api, options) => api.fetchMe(options) },
    {
      name: 'the event types',
      async ask(api, options) {
        const types = await api.fetchEventTypes(teamId === null ? {} : { teamId }, options)
        eventTypeId = types.find(({ bookable, hidden }) => bookable && !hidden)?.id
      },
    },
    {
      name: 'the free times of a week',
      ask: async (api, options) =>
        eventTypeId === undefined ? null : api.fetchSlots({ eventTypeId, ...week }, options),
    },
    {
      name: 'the free times of an event type that does not exist',
      ask: (api, options) => api.fetchSlots({ eventTypeId: unknownEventType, ...week }, options),
      refusal: 'not_found',
    },
    {
      name: 'the bookings of the last day',
      ask: (api, options) =>
        api.fetchBookings({ afterUpdatedAt: new Date(now.getTime() - dayMs), pagesMax: 1 }, options),
    },
    {
      name: 'a booking that does not exist',
      ask: (api, options) => api.fetchBooking({ uid: unknownBooking }, options),
      refusal: 'not_found',
    },
    { name: 'the webhooks', ask: (api, options) => api.fetchWebhooks(options) },
  ]
}

/** How the answer differs; null: it does not, or there was none. */
async function outcomeOf(
  { calcom, clock }: CanaryDeps,
  connectionId: string,
  { ask, refusal }: Question,
): Promise<string | null> {
  const deadline = new Deadline({ clock, budgetMs: requestMs })
  try {
    await ask(await calcom(connectionId), { deadline, priority: 'background' })
    return refusal === undefined ? null : 'it is no refusal'
  } catch (error) {
    if (!(error instanceof CalcomError)) throw error
    const { kind, reason } = error
    if (kind === refusal) return null
    if (reason === 'unexpected_shape') return 'it cannot be read'
    // Down, busy, or the key: other findings say so.
    if (isDownKind(kind) || kind === 'unauthorized') return null
    return `it is refused (${kind}, ${reason})`
  }
}

function driftSentence(connectionId: string, { source, field, found }: Drift): string {
  return `Cal.com (connection ${connectionId}) says something otherwise than we know it: ${field || 'the whole'} of ${source} is ${found}.`
}

function distinct(drifts: readonly Drift[]): Drift[] {
  return [...new Map(drifts.map((one) => [JSON.stringify(one), one])).values()]
}
