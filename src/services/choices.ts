/**
 * Turns a caller's words into entries of the catalogue and into days and times. What cannot be decided becomes a German
 * question, thrown as an `AppError`; nothing is ever replaced by a default in silence (incidents I-14, I-26, I-61, I-67).
 */
import type { ErrorCode } from '../error-codes.ts'
import { AppError } from '../errors.ts'
import {
  addDays,
  daysBetween,
  type LocalDay,
  localDayOf,
  sayDay,
  type Understood,
  type UnderstoodDay,
  understandWish,
} from '../german/index.ts'
import {
  askAboutTrouble,
  askDay,
  askDayAgain,
  askTimeAgain,
  tooFarAhead,
} from '../german/sentences/availability.ts'
import {
  askService,
  branchIsClosed,
  serviceElsewhere,
  serviceNotByPhone,
  staffCannot,
  unknownBranch,
  unknownService,
  unknownStaff,
  whichBranch,
  whichService,
  whichStaff,
} from '../german/sentences/catalogue.ts'
import {
  type Catalogue,
  type CatalogueBranch,
  type CatalogueService,
  type CatalogueStaff,
  isSwitchedOff,
  servicesAt,
  staffAt,
  staffFor,
} from './catalogue.ts'
import { matchService, matchServiceOfBranch, matchStaff } from './matching/index.ts'
import { distinctNames, toldApart } from './namesakes.ts'
import { isSeveral, together, togetherOf } from './together.ts'

/** Where a value comes from that the caller has not said: an offer of this call, an open draft, or how the business is set up. */
type FilledFrom = 'offered' | 'draft' | 'default'

/** What was filled in, by the argument's name. */
export type Filled = Partial<
  Record<'date' | 'time' | 'service' | 'staff' | 'branch' | 'name', { value: string; from: FilledFrom }>
>

/** The service's length in minutes, where another one was said; else null. */
export function otherLengthOf(
  { durationMinutes }: CatalogueService,
  said: number | undefined,
): number | null {
  return said === undefined || said === durationMinutes ? null : durationMinutes
}

/** The later of two days. */
export function laterDay(one: LocalDay, other: LocalDay): LocalDay {
  return daysBetween(one, other) > 0 ? other : one
}

/** "Anna Becker" */
export function fullName(person: CatalogueStaff): string {
  return `${person.firstName} ${person.lastName}`.trim()
}

/**
 * The branch the caller names, else the dialled one.
 * @throws AppError `unknown_branch`, `ambiguous_branch`, `branch_closed` for one that is switched off
 */
export function chooseBranch(
  catalogue: Catalogue,
  dialled: CatalogueBranch,
  spoken?: string,
): CatalogueBranch {
  if (spoken === undefined) {
    requireOpen(catalogue, dialled)
    return dialled
  }
  const byId = catalogue.branches.find((branch) => branch.id === spoken)
  if (byId) return byId
  const named = catalogue.branches.map((branch, id) => ({
    id,
    name: branch.name,
    synonyms: branch.spokenNames,
    branch,
  }))
  const found = matchService(spoken, named)
  if (found.kind === 'match') return found.service.branch
  const closed = matchService(
    spoken,
    (catalogue.closedBranches ?? []).map((branch, id) => ({
      id,
      name: branch.name,
      synonyms: branch.spokenNames,
      branch,
    })),
  )
  if (closed.kind === 'match') throw branchClosed(catalogue, closed.service.branch)
  const candidates =
    found.kind === 'ambiguous' ? found.candidates.map(({ branch }) => branch) : catalogue.branches
  const names = candidates.map((branch) => branch.name)
  throw new AppError(
    found.kind === 'ambiguous' ? 'ambiguous_branch' : 'unknown_branch',
    found.kind === 'ambiguous' ? whichBranch(names) : unknownBranch(names),
    { fields: { status: 'needs_branch', branches: names } },
  )
}

/**
 * Nothing is booked at a branch that is switched off, or moved to it.
 * @throws AppError `branch_closed`
 */
export function requireOpen(catalogue: Catalogue, branch: CatalogueBranch): void {
  if (isSwitchedOff(catalogue, branch)) throw branchClosed(catalogue, branch)
}

/** A branch is switched off: what is closed is said, another one offered, a callback possible. */
export function branchClosed(catalogue: Catalogue, branch: CatalogueBranch): AppError {
  const names = catalogue.branches.map(({ name }) => name)
  return new AppError('branch_closed', branchIsClosed(branch.name, names), {
    fields: { status: 'branch_closed', branches: names, fallback: 'callback_request' },
  })
}

/**
 * The service the caller names; without a name the one this call talked about last, the branch's default, or its only one.
 * @param lastServiceId from the call's offers (`OfferMemory.loadServiceId`)
 * @param person whom the caller wishes, which may tell services of one name apart
 * @throws AppError `missing_service`, `ambiguous_service`, `unknown_service`, `service_elsewhere`, `service_not_bookable`
 */
export function chooseService(
  catalogue: Catalogue,
  branch: CatalogueBranch,
  spoken: string | undefined,
  lastServiceId: number | null = null,
  person?: string,
): CatalogueService {
  const offered = servicesAt(catalogue, branch.id)
  if (spoken === undefined) {
    // Several were meant last; one of them alone would be less than was said.
    if (lastServiceId !== null && isSeveral(lastServiceId))
      throw serviceQuestion(
        'ambiguous_service',
        whichService,
        togetherOf(offered, lastServiceId)?.parts ?? offered,
      )
    const known = [lastServiceId, branch.defaultServiceId].flatMap(
      (id) => offered.find((service) => service.id === id) ?? [],
    )
    const chosen = known[0] ?? (offered.length === 1 ? offered[0] : undefined)
    if (chosen) return chosen
    throw serviceQuestion('missing_service', askService, offered)
  }
  const found = matchServiceOfBranch(spoken, offered, othersThan(catalogue, offered))
  if (found.kind === 'match') return found.service
  if (found.kind === 'elsewhere') throw notOfferedHere(catalogue, branch, found.service)
  if (found.kind === 'none') throw serviceQuestion('unknown_service', unknownService, offered)
  const one = toldApart(`${spoken} ${person ?? ''}`, found.candidates, catalogue)
  if (one) return one
  throw serviceQuestion('ambiguous_service', whichService, found.candidates, catalogue)
}

/**
 * Several services that the caller names at once, or that this call talked about last, as one with `parts`; null when one is meant, or
 * it is not clear which, which `chooseService` asks about.
 * @throws AppError `service_elsewhere`, `service_not_bookable` when one of them is not to be had here
 */
export function chooseTogether(
  catalogue: Catalogue,
  branch: CatalogueBranch,
  spoken: string | undefined,
  lastServiceId: number | null = null,
): CatalogueService | null {
  const offered = servicesAt(catalogue, branch.id)
  if (spoken === undefined) return togetherOf(offered, lastServiceId)
  const found = matchServiceOfBranch(spoken, offered, othersThan(catalogue, offered))
  if (found.kind !== 'ambiguous' || !found.asSaid) return null
  const absent = found.asSaid.find((service) => !offered.includes(service))
  if (absent) throw notOfferedHere(catalogue, branch, absent)
  // Which of its lengths is asked about for each by itself.
  if (found.asSaid.some(comesInLengths)) return null
  return together(found.asSaid, spoken)
}

function comesInLengths({ kind, staff }: CatalogueService): boolean {
  return [kind, ...staff.map((pair) => pair.kind)].some((one) => (one?.lengths ?? []).length > 0)
}

/** What is there but not sold by phone here is heard as itself, not as whatever sounds most like it. */
function othersThan(catalogue: Catalogue, offered: readonly CatalogueService[]): CatalogueService[] {
  return catalogue.services.filter(
    (service) => (service.isActive || service.notOffered !== null) && !offered.includes(service),
  )
}

/**
 * The person the caller wants; null for anyone.
 * @throws AppError `unknown_staff`, `ambiguous_staff`, `staff_not_for_service`
 */
export function chooseStaff(
  catalogue: Catalogue,
  branch: CatalogueBranch,
  service: CatalogueService,
  spoken: string | undefined,
): CatalogueStaff | null {
  if (spoken === undefined) return null
  const team = staffAt(catalogue, branch.id)
  const able = staffFor(catalogue, branch, service)
  const found = matchStaff(spoken, team)
  if (found.kind === 'anyone') return null
  if (found.kind === 'none') throw staffQuestion('unknown_staff', unknownStaff, able)
  const candidates =
    found.kind === 'match' ? [found.staff] : found.candidates.filter((person) => able.includes(person))
  const isUnsure = found.kind === 'ambiguous' && found.candidates.length === 1
  if (candidates.length > 1 || (isUnsure && candidates.length === 1))
    throw staffQuestion('ambiguous_staff', whichStaff, candidates)
  const [person] = candidates
  if (person && able.includes(person)) return person
  const named = found.kind === 'match' ? found.staff : found.candidates[0]!
  throw staffQuestion(
    'staff_not_for_service',
    (names) => staffCannot(fullName(named), service.name, names),
    able,
  )
}

export interface WishContext {
  now: Date
  branch: CatalogueBranch
  bookingWindowDays: number
}

/** The parser's own limit for explicit years; a company that books further ahead widens it. */
const daysAheadMin = 400

/**
 * Day and time of a wish, as `understandWish` reads them.
 * @throws AppError with the code of the trouble ('weekday_mismatch', 'past_day', …), `ambiguous_day` for two likely days,
 * `date_not_understood` or `time_not_understood` for words that name one we do not know, or `date_too_far`
 */
export function readDayAndTime(wish: { date?: string; time?: string }, context: WishContext): Understood {
  const { now, branch, bookingWindowDays } = context
  const today = localDayOf(now, branch.timeZone)
  const understood = understandWish(wish, {
    now,
    zone: branch.timeZone,
    openingHours: branch.openingHours,
    daysAhead: Math.max(daysAheadMin, bookingWindowDays),
  })
  if (understood.unresolved !== null) throw notUnderstood(understood.unresolved)
  const trouble = understood.trouble ?? (understood.ambiguous ? 'ambiguous_day' : null)
  if (trouble !== null) {
    const { alternatives } = understood
    const readings = [
      ...readingOfDay(understood.day, today),
      // What has passed already is no choice.
      ...alternatives.filter((other) => other.day === null || other.day >= today).map((other) => other.say),
    ]
    throw new AppError(trouble, askAboutTrouble(trouble, [...new Set(readings)]), {
      fields: {
        status: trouble === 'impossible_time' ? 'needs_time' : 'needs_date',
        possible_dates: [...new Set(alternatives.flatMap(({ day }) => day ?? []))],
      },
    })
  }
  const { day } = understood
  if (day && day.from > addDays(today, bookingWindowDays)) {
    throw new AppError('date_too_far', tooFarAhead, {
      fields: { status: 'needs_date', date: day.from },
    })
  }
  return understood
}

/**
 * The day or days of a wish that must name one.
 * @throws AppError `missing_date` when none was given, `date_not_understood` when the words name none
 */
export function requireDay(understood: Understood, said: string | undefined): UnderstoodDay {
  if (understood.day !== null) return understood.day
  const missing = said === undefined || understood.time !== null
  throw new AppError(missing ? 'missing_date' : 'date_not_understood', missing ? askDay() : askDayAgain(), {
    fields: { status: 'needs_date', missing: ['date'] },
  })
}

/** Said and not understood: asked for, whatever the call could fill in. */
function notUnderstood(what: 'day' | 'time'): AppError {
  const fields =
    what === 'day' ? { status: 'needs_date', missing: ['date'] } : { status: 'needs_time', missing: ['time'] }
  return what === 'day'
    ? new AppError('date_not_understood', askDayAgain(), { fields })
    : new AppError('time_not_understood', askTimeAgain(), { fields })
}

/** The main reading as a choice, unless it lies in the past. */
function readingOfDay(day: UnderstoodDay | null, today: LocalDay): string[] {
  return day !== null && day.from === day.to && day.from >= today ? [sayDay(day.from, today)] : []
}

function serviceQuestion(
  code: ErrorCode,
  say: (names: string[]) => string,
  services: readonly CatalogueService[],
  catalogue?: Catalogue,
): AppError {
  const names = catalogue
    ? distinctNames(services, catalogue)
    : [...new Set(services.map(({ name }) => name))]
  return new AppError(code, say(names), {
    fields: { status: 'needs_service', missing: ['service'], services: names },
  })
}

/** Not bookable at this branch: at another one, or not by phone. */
function notOfferedHere(catalogue: Catalogue, branch: CatalogueBranch, match: CatalogueService): AppError {
  const branchIds = catalogue.services.flatMap(({ name, isActive, branchId, calcomEventTypeId }) =>
    name === match.name &&
    isActive &&
    branchId !== null &&
    branchId !== branch.id &&
    calcomEventTypeId !== null
      ? [branchId]
      : [],
  )
  const branches = catalogue.branches.filter((other) => branchIds.includes(other.id)).map(({ name }) => name)
  if (branches.length > 0) {
    return new AppError('service_elsewhere', serviceElsewhere(match.name, branches), {
      fields: { status: 'needs_branch', branches },
    })
  }
  return new AppError('service_not_bookable', serviceNotByPhone(match.name), {
    fields: { fallback: 'callback_request' },
  })
}

function staffQuestion(
  code: ErrorCode,
  say: (names: string[]) => string,
  people: readonly CatalogueStaff[],
): AppError {
  const names = people.map(fullName)
  return new AppError(code, say(names), { fields: { status: 'needs_staff', staff_options: names } })
}
