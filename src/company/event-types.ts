/**
 * Event types that a file names: by their slug, which is looked up at Cal.com before anything is compared; and what Cal.com says of them
 * that a booking must know from the first call on (whether an address is asked for, whether the business confirms).
 */
import type { CalcomEventType } from '../calcom/types.ts'
import { needsEmail } from '../services/sync/event-types.ts'
import type { CompanyFile } from './schema.ts'
import type { EventTypeNumber } from './sections/section.ts'
import type { CalendarFacts } from './sections/services.ts'
import { CompanyProblem } from './state.ts'
import { everywhere } from './values.ts'

type FoundEventType = Pick<
  CalcomEventType,
  'id' | 'slug' | 'requiresConfirmation' | 'schedulingType' | 'requiredFields' | 'notOffered' | 'kind'
>

/** The event types of a team; null: of the account itself. */
type FetchEventTypes = (teamId: number | null) => Promise<readonly FoundEventType[]>

export interface EventTypes {
  number: EventTypeNumber
  /** By number; only of teams that were asked. */
  facts: ReadonlyMap<number, CalendarFacts>
}

/**
 * Out: the number of each event type of the file, and what Cal.com says of it. A file with numbers only asks for facts if they are
 * wanted, and does without them where Cal.com does not answer: the hourly import brings them.
 * @throws CompanyProblem naming every slug that is not there
 */
export async function lookUpEventTypes(
  file: CompanyFile,
  fetch: FetchEventTypes,
  { withFacts }: { withFacts: boolean },
): Promise<EventTypes> {
  const teams = new Set(Object.values(file.branches).flatMap(({ calcom_team: team }) => team ?? []))
  const [only] = teams.size === 1 ? teams : [null]
  const teamOf = (place: string) =>
    place === everywhere ? (only ?? null) : (file.branches[place]?.calcom_team ?? null)
  const named = Object.values(file.services ?? {}).flatMap(({ at }) =>
    Object.entries(at).flatMap(([place, offer]) =>
      [offer.event_type, ...Object.values(offer.by ?? {})]
        .filter((type) => type != null)
        .map((type) => ({ type, team: teamOf(place) })),
    ),
  )
  const bySlug = named.filter(({ type }) => typeof type === 'string')
  const found = new Map<string, number>()
  const facts = new Map<number, CalendarFacts>()
  for (const team of new Set((withFacts ? named : bySlug).map((one) => one.team))) {
    const isNeeded = bySlug.some((one) => one.team === team)
    const types = await fetch(team).catch((error) => {
      if (isNeeded) throw error
      return []
    })
    for (const { id, slug, ...type } of types) {
      if (slug !== undefined) found.set(`${team}/${slug}`, id)
      facts.set(id, {
        requiresConfirmation: type.requiresConfirmation,
        schedulingType: type.schedulingType ?? null,
        emailRequired: needsEmail(type),
        notOfferedReason: type.notOffered ?? null,
        eventTypeKind: type.kind,
      })
    }
  }
  const missing = bySlug.filter(({ type, team }) => !found.has(`${team}/${type}`))
  if (missing.length > 0)
    throw new CompanyProblem(
      missing
        .map(
          ({ type, team }) =>
            `Cal.com has no event type "${type}"${team === null ? '' : ` in team ${team}`}: correct the slug, or write the number.`,
        )
        .join('\n'),
    )
  return {
    number: (place, type) => (typeof type === 'number' ? type : found.get(`${teamOf(place)}/${type}`)!),
    facts,
  }
}
