/**
 * Finds the appointment a caller means, and proves first that it is theirs (identity.ts). One transaction per question.
 * What a caller without a number has proven is remembered for the call in the cache; if the cache forgets, they are asked
 * again. Limit: it finds and counts misses; it changes nothing else.
 */

import { z } from 'zod'
import type { Tenancy, Tx } from '../../db/tenancy.ts'
import { instantOf } from '../../german/index.ts'
import type { Cache, Lookup } from '../../lib/cache/cache.ts'
import type { CallScope } from '../call-context.ts'
import { countMiss, identityMissesMax, loadByFacts, loadOwn, lockMisses } from './identity.ts'
import type { ReadBackMemory } from './read-backs.ts'
import { narrow, ofPerson, type ReadWish, readAppointmentWish, resolveAppointment } from './resolve.ts'
import {
  type AppointmentWish,
  type Fact,
  type Finding,
  isUpcoming,
  type OwnAppointment,
  type Purpose,
} from './types.ts'

type Deps = {
  tenancy: Pick<Tenancy, 'run'>
  cache: Pick<Cache, 'get' | 'set'>
  readBacks: Pick<ReadBackMemory, 'noteHeard'>
}

/** Longer than any call. */
const provenTtlSeconds = 4 * 3600
/** So many appointments at most are said in one sentence. */
const spokenMax = 3

/** All appointments of the caller, or why there is no telling. */
export type Listing =
  | { kind: 'listed'; upcoming: OwnAppointment[]; past: OwnAppointment[] }
  | Extract<Finding, { kind: 'whose' | 'prove' | 'not_proven' | 'locked_out' }>

export class AppointmentFinder {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** The one appointment a caller asks about. Counts a miss when facts were given that fit nothing. */
  async find(scope: CallScope, wish: AppointmentWish, purpose: Purpose = 'read'): Promise<Finding> {
    const proven = await this.loadProven(scope)
    const finding = await this.#deps.tenancy.run(scope.call.companyId, (tx) =>
      this.findIn(tx, scope, wish, purpose, proven),
    )
    await this.rememberProven(scope, finding, proven)
    await this.#rememberHeard(scope, finding)
    return finding
  }

  /** The caller's own appointments, soonest first; past and cancelled ones newest first. */
  async list(scope: CallScope, wish: Pick<AppointmentWish, 'name' | 'date' | 'time'>): Promise<Listing> {
    const proven = await this.loadProven(scope)
    const read = readAppointmentWish(wish, scope)
    const finding = await this.#deps.tenancy.run(scope.call.companyId, async (tx): Promise<Listing> => {
      const own = ofPerson(await loadOwn(tx, scope, proven), read.name)
      if (own.length === 0 && scope.call.callerNumber === null) {
        const shown = await this.#prove(tx, scope, read)
        if (shown.kind === 'one') return listed([shown.appointment], scope)
        return shown.kind === 'several' ? listed(shown.appointments, scope) : shown
      }
      const people = resolveAppointment(own, { ...emptyWish, name: read.name }, 'read', scope)
      return people.kind === 'whose' ? people : listed(own, scope)
    })
    await this.rememberProven(scope, finding, proven)
    await this.#rememberHeard(scope, finding)
    return finding
  }

  /**
   * `find` inside the caller's transaction, for whoever goes on to change what was found. `proven` comes from
   * `loadProven`, which asks the cache and therefore runs before.
   */
  async findIn(
    tx: Tx,
    scope: CallScope,
    wish: AppointmentWish,
    purpose: Purpose,
    proven: readonly number[],
  ): Promise<Finding> {
    const read = readAppointmentWish(wish, scope)
    const own = await loadOwn(tx, scope, proven)
    const guarded = purpose === 'change' && scope.catalogue.company.secondFactRequired
    if (guarded && !own.some((one) => one.callId !== null && one.callId === scope.call.callId))
      return this.#findGuarded(tx, scope, read, own)
    const finding = resolveAppointment(own, read, purpose, scope)
    if (finding.kind !== 'none') return finding
    const complete = missingFacts(read).length === 0
    if (scope.call.callerNumber === null)
      return complete || own.length === 0 ? this.#prove(tx, scope, read) : finding
    // A known number may still mean an appointment that was booked without one, and can prove it like anybody.
    return complete ? this.#proveQuietly(tx, scope, read, finding) : finding
  }

  /** Ids that a caller without a number has proven earlier in this call. */
  async loadProven(scope: CallScope): Promise<number[]> {
    const lookup = provenLookup(scope)
    return lookup === null ? [] : ((await this.#deps.cache.get(lookup)) ?? [])
  }

  /** Keeps what was proven for the rest of the call. */
  async rememberProven(scope: CallScope, found: Finding | Listing, known: readonly number[]): Promise<void> {
    const key = provenLookup(scope)?.key
    if (key === undefined) return
    const ids = [...known, ...foundIds(found, scope)]
    if (ids.length > known.length)
      await this.#deps.cache.set(key, [...new Set(ids)].slice(-20), provenTtlSeconds)
  }

  /** What is read out now may be changed without being read out again. */
  async #rememberHeard({ call }: CallScope, found: Finding | Listing): Promise<void> {
    const shown = shownBy(found).slice(0, spokenMax)
    if (shown.length > 0)
      await this.#deps.readBacks.noteHeard(
        call,
        shown.map(({ id }) => id),
      )
  }

  /** The number is not enough for this company: name or day must fit as well, and guessing is counted. */
  async #findGuarded(tx: Tx, scope: CallScope, read: ReadWish, own: OwnAppointment[]): Promise<Finding> {
    if (read.name === null && read.when?.day == null)
      return scope.call.callerNumber === null ? this.#prove(tx, scope, read) : { kind: 'second_fact' }
    const misses = await lockMisses(tx, scope)
    if (misses === null || misses >= identityMissesMax) return { kind: 'locked_out' }
    const finding = resolveAppointment(own, read, 'change', scope)
    if (finding.kind !== 'none') return finding
    if (scope.call.callerNumber === null) return this.#prove(tx, scope, read)
    await countMiss(tx, scope)
    return { kind: 'not_proven' }
  }

  /** All three facts must fit one appointment exactly; every try that does not is counted. */
  async #prove(
    tx: Tx,
    scope: CallScope,
    read: ReadWish,
  ): Promise<Extract<Finding, { kind: 'one' | 'several' | 'prove' | 'not_proven' | 'locked_out' }>> {
    const misses = await lockMisses(tx, scope)
    if (misses === null || misses >= identityMissesMax) return { kind: 'locked_out' }
    const missing = missingFacts(read)
    if (missing.length > 0) return { kind: 'prove', missing }
    const proven = await this.#loadProvenBy(tx, scope, read)
    if (proven.length === 1) return { kind: 'one', appointment: proven[0]! }
    if (proven.length > 1) return { kind: 'several', appointments: proven }
    await countMiss(tx, scope)
    return misses + 1 >= identityMissesMax ? { kind: 'locked_out' } : { kind: 'not_proven' }
  }

  /** As `#prove`, for a caller whose number is known: a miss is counted, but the answer stays the ordinary one. */
  async #proveQuietly(tx: Tx, scope: CallScope, read: ReadWish, otherwise: Finding): Promise<Finding> {
    const misses = await lockMisses(tx, scope)
    if (misses === null || misses >= identityMissesMax) return otherwise
    const [proven] = await this.#loadProvenBy(tx, scope, read)
    if (proven) return { kind: 'one', appointment: proven }
    await countMiss(tx, scope)
    return otherwise
  }

  async #loadProvenBy(tx: Tx, scope: CallScope, read: ReadWish): Promise<OwnAppointment[]> {
    const day = read.when?.day?.from
    const time = read.when?.time?.at
    const startsAt = day && time ? instantOf(day, time, scope.branch.timeZone) : null
    if (startsAt === null || read.name === null) return []
    const found = await loadByFacts(tx, scope, { name: read.name, startsAt })
    return narrow(found, { when: null, service: read.service }, scope).filter((one) =>
      isUpcoming(one, scope.now),
    )
  }
}

const emptyWish: ReadWish = {
  appointmentId: null,
  name: null,
  service: null,
  when: null,
  unclearDay: false,
  next: false,
  last: false,
}

/** What a caller without a number still has to name; a span or part of day is no proof. */
function missingFacts(read: ReadWish): Fact[] {
  const day = read.when?.day
  const exactDay = day != null && day.from === day.to
  const missing: Fact[] = []
  if (read.name === null) missing.push('name')
  if (!exactDay) missing.push('date')
  if (read.when?.time?.at == null) missing.push('time')
  return missing
}

function listed(own: readonly OwnAppointment[], scope: CallScope): Listing {
  const upcoming = own.filter((one) => isUpcoming(one, scope.now) || one.syncState === 'cancel_pending')
  return {
    kind: 'listed',
    upcoming: upcoming.filter((one) => one.startsAt >= scope.now).reverse(),
    past: own.filter((one) => !upcoming.includes(one)),
  }
}

const provenSchema = z.array(z.int().positive()).max(50)

function provenLookup({ call }: CallScope): Lookup<number[]> | null {
  if (call.callId === null) return null
  const key = `company:${call.companyId}:call:${call.callId}:proven`
  return { key, kind: 'proven', schema: provenSchema }
}

function shownBy(found: Finding | Listing): OwnAppointment[] {
  if (found.kind === 'one') return [found.appointment]
  if (found.kind === 'several') return found.appointments
  return found.kind === 'listed' ? found.upcoming : []
}

/** What the caller's number does not prove anyway. */
function foundIds(found: Finding | Listing, { call }: CallScope): number[] {
  return shownBy(found)
    .filter((one) => call.callerNumber === null || one.phone !== call.callerNumber)
    .map((one) => Number(one.id))
}
