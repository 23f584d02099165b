/** Event types that a file names by their slug: looked up at Cal.com, once for each team, before anything is compared. */
import type { CompanyFile } from './schema.ts'
import type { EventTypeNumber } from './sections/section.ts'
import { CompanyProblem } from './state.ts'
import { everywhere } from './values.ts'

/** The event types of a team; null: of the account itself. */
export type FetchEventTypes = (teamId: number | null) => Promise<readonly { id: number; slug?: string }[]>

/**
 * Out: the number of each event type of the file. A file with numbers only asks nobody.
 * @throws CompanyProblem naming every slug that is not there
 */
export async function eventTypeNumbers(file: CompanyFile, fetch: FetchEventTypes): Promise<EventTypeNumber> {
  const teams = new Set(Object.values(file.branches).flatMap(({ calcom_team: team }) => team ?? []))
  const [only] = teams.size === 1 ? teams : [null]
  const teamOf = (place: string) =>
    place === everywhere ? (only ?? null) : (file.branches[place]?.calcom_team ?? null)
  const wanted = Object.values(file.services ?? {}).flatMap(({ at }) =>
    Object.entries(at).flatMap(([place, offer]) =>
      [offer.event_type, ...Object.values(offer.by ?? {})]
        .filter((type) => typeof type === 'string')
        .map((slug) => ({ slug, team: teamOf(place) })),
    ),
  )
  const found = new Map<string, number>()
  for (const team of new Set(wanted.map((one) => one.team)))
    for (const { id, slug } of await fetch(team)) if (slug !== undefined) found.set(`${team}/${slug}`, id)
  const missing = wanted.filter(({ slug, team }) => !found.has(`${team}/${slug}`))
  if (missing.length > 0)
    throw new CompanyProblem(
      missing
        .map(
          ({ slug, team }) =>
            `Cal.com has no event type "${slug}"${team === null ? '' : ` in team ${team}`}: correct the slug, or write the number.`,
        )
        .join('\n'),
    )
  return (place, type) => (typeof type === 'number' ? type : found.get(`${teamOf(place)}/${type}`)!)
}
