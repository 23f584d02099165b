/**
 * Event types that come in several lengths: which one a caller means. A length is said ("anderthalb Stunden"), remembered from this call,
 * or asked for; none is ever taken in silence, and what was looked up is what is booked. A service of a chosen length is the
 * service with that duration, so that everything after this reckons with it.
 */
import { AppError } from '../errors.ts'
import { readLength } from '../german/lengths.ts'
import { whichLength } from '../german/sentences/catalogue.ts'
import type { Attempt } from './attempts.ts'
import { type Catalogue, type CatalogueBranch, type CatalogueService, calendarOf } from './catalogue.ts'
import { chooseService } from './choices.ts'
import { kindOfEventType } from './event-type-kinds.ts'

/** What a call remembers of lengths (availability/call-lengths.ts). */
interface LengthMemory {
  load(callId: string | null, serviceId: number): Promise<number | null>
  note(callId: string | null, serviceId: number, minutes: number): Promise<void>
}

/** The lengths (minutes, ascending) that a service can have with a person, or anybody; empty where there is no choice. */
export function lengthsOf(
  catalogue: Catalogue,
  service: Pick<CatalogueService, 'staff' | 'calcomEventTypeId'>,
  staffId: number | null,
): readonly number[] {
  const { eventTypeId } = calendarOf(catalogue, service, staffId)
  return eventTypeId === null ? [] : (kindOfEventType(catalogue, eventTypeId)?.lengths ?? [])
}

/** What Cal.com has to be told for a length: the minutes, where its event type offers a choice and this is one of it; else nothing. */
export function lengthToSend(catalogue: Catalogue, eventTypeId: number, minutes: number): number | undefined {
  const lengths = kindOfEventType(catalogue, eventTypeId)?.lengths ?? []
  return lengths.includes(minutes) ? minutes : undefined
}

/** As `chooseService`; a length among the words is not taken for part of a name that does not hold it. */
export function chooseServiceOfWords(
  catalogue: Catalogue,
  branch: CatalogueBranch,
  spoken: string | undefined,
  lastServiceId: number | null,
  person?: string,
): CatalogueService {
  try {
    return chooseService(catalogue, branch, spoken, lastServiceId, person)
  } catch (error) {
    const rest = spoken === undefined || readLength(spoken) === null ? undefined : withoutLength(spoken)
    if (rest === undefined || !(error instanceof AppError)) throw error
    try {
      return chooseService(catalogue, branch, rest === '' ? undefined : rest, lastServiceId, person)
    } catch {
      throw error
    }
  }
}

/**
 * The service with the length that the caller wants.
 * In: `minutes` as an argument said it, `words` of the service argument. What was said is remembered for the call.
 * @throws AppError `missing_length`, `unknown_length` for one that is not offered
 */
export async function chooseLength(
  {
    catalogue,
    callId,
    lengths: memory,
  }: { catalogue: Catalogue; callId: string | null; lengths: LengthMemory },
  service: CatalogueService,
  staffId: number | null,
  said: { minutes?: number; words?: string },
): Promise<CatalogueService> {
  const lengths = lengthsOf(catalogue, service, staffId)
  if (lengths.length === 0) return service
  const minutes = said.minutes ?? (said.words === undefined ? null : readLength(said.words))
  if (minutes !== null && lengths.includes(minutes)) {
    await memory.note(callId, service.id, minutes)
    return withLength(service, minutes)
  }
  const remembered = minutes === null ? await memory.load(callId, service.id) : null
  if (remembered !== null && lengths.includes(remembered)) return withLength(service, remembered)
  throw new AppError(
    minutes === null ? 'missing_length' : 'unknown_length',
    whichLength(service.name, lengths),
    { fields: { status: 'needs_length', missing: ['duration_minutes'], lengths: [...lengths] } },
  )
}

/** The service as an attempt wants it: of the length that was agreed on. */
export function serviceOfAttempt(
  catalogue: Catalogue,
  { serviceId, startAt, endAt }: Pick<Attempt, 'serviceId' | 'startAt' | 'endAt'>,
): CatalogueService | undefined {
  const service = catalogue.services.find(({ id }) => id === serviceId)
  if (!service || startAt === null || endAt === null) return service
  return withLength(service, Math.round((endAt.getTime() - startAt.getTime()) / 60_000))
}

export function withLength(service: CatalogueService, minutes: number): CatalogueService {
  return minutes === service.durationMinutes ? service : { ...service, durationMinutes: minutes }
}

/** "Massage anderthalb Stunden" without what says how long. */
function withoutLength(spoken: string): string {
  const words = spoken.split(/\s+/)
  // The shortest run of words whose absence leaves no length.
  for (let size = 1; size <= words.length; size += 1)
    for (let from = 0; from + size <= words.length; from += 1) {
      const rest = [...words.slice(0, from), ...words.slice(from + size)].join(' ')
      const run = words.slice(from, from + size).join(' ')
      if (readLength(rest) === null && readLength(run) !== null)
        return rest.replace(/\b(?:mit|zu|für|von|à|,)\s*$/i, '').trim()
    }
  return spoken
}
