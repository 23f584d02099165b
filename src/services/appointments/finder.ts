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
import {
  countMiss,
  countNameMiss,
  identityMissesMax,
  loadByFacts,
  loadOwn,
  lockMisses,
  lockNameMisses,
} from './identity.ts'
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
const spokenMax = 2

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
      const own = ofPerson(await loadOwn(tx, scope, proven.ids), read.name)
      if (own.length === 0 && scope.call.callerNumber === null) {
        const shown = await this.#prove(tx, scope, read, proven)
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
    proven: Proven,
  ): Promise<Finding> {
    const read = readAppointmentWish(wish, scope)
    const own = await loadOwn(tx, scope, proven.ids)
    const guarded = purpose === 'change' && scope.catalogue.company.secondFactRequired
    if (guarded && !own.some((one) => one.callId !== null && one.callId === scope.call.callId))
      return this.#findGuarded(tx, scope, read, own, proven)
    const finding = resolveAppointment(own, read, purpose, scope)
    if (finding.kind !== 'none') return finding
    const complete = missingFacts(read).length === 0
    // The same proof opens the same door, from a withheld number and from one that has no such appointment.
    const isAnothers = read.name !== null && ofPerson(own, read.name).length === 0
    if (isAnothers || (scope.call.callerNumber === null && (complete || own.length === 0)))
      return this.#prove(tx, scope, read, proven)
    return complete ? this.#proveQuietly(tx, scope, read, finding) : finding
  }

  /** What the caller has proven earlier in this call. */
  async loadProven(scope: CallScope): Promise<Proven> {
    const lookup = provenLookup(scope)
    return lookup === null ? nothingProven : ((await this.#deps.cache.get(lookup)) ?? nothingProven)
  }

  /** Keeps what was proven for the rest of the call. */
  async rememberProven(scope: CallScope, found: Finding | Listing, known: Proven): Promise<void> {
    const key = provenLookup(scope)?.key
    if (key === undefined) return
    const ids = [...new Set([...known.ids, ...foundIds(found, scope)])].slice(-20)
    const asked = known.asked || found.kind === 'prove'
    if (ids.length > known.ids.length || asked !== known.asked)
      await this.#deps.cache.set(key, { ids, asked }, provenTtlSeconds)
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
  async #findGuarded(
    tx: Tx,
    scope: CallScope,
    read: ReadWish,
    own: OwnAppointment[],
    proven: Proven,
  ): Promise<Finding> {
    if (read.name === null && read.when?.day == null)
      return scope.call.callerNumber === null ? this.#prove(tx, scope, read, proven) : { kind: 'second_fact' }
    const misses = await lockMisses(tx, scope)
    if (misses === null || misses >= identityMissesMax) return { kind: 'locked_out' }
    const finding = resolveAppointment(own, read, 'change', scope)
    if (finding.kind !== 'none') return finding
    if (scope.call.callerNumber === null) return this.#prove(tx, scope, read, proven)
    await countMiss(tx, scope)
    return { kind: 'not_proven' }
  }

  /** All three facts must fit one appointment exactly; every try that does not is counted. */
  async #prove(
    tx: Tx,
    scope: CallScope,
    read: ReadWish,
    { asked }: Proven,
  ): Promise<Extract<Finding, { kind: 'one' | 'several' | 'prove' | 'not_proven' | 'locked_out' }>> {
    const misses = await lockMisses(tx, scope)
    if (misses === null || misses >= identityMissesMax) return { kind: 'locked_out' }
    const missing = missingFacts(read)
    if (missing.length > 0 || read.name === null) return { kind: 'prove', missing, asked }
    if ((await lockNameMisses(tx, scope, read.name)) >= identityMissesMax) return { kind: 'locked_out' }
    const fitting = await this.#loadProvenBy(tx, scope, read)
    if (fitting.length === 1) return { kind: 'one', appointment: fitting[0]! }
    if (fitting.length > 1) return { kind: 'several', appointments: fitting }
    const ofName = await this.#countMiss(tx, scope, read.name)
    return Math.max(misses + 1, ofName) >= identityMissesMax ? { kind: 'locked_out' } : { kind: 'not_proven' }
  }

  /** Out: the misses of that name within a day. */
  async #countMiss(tx: Tx, scope: CallScope, name: string): Promise<number> {
    await countMiss(tx, scope)
    const ofName = await countNameMiss(tx, scope, name)
    if (ofName === identityMissesMax)
      scope.log.error(
        { component: 'identity', alarm: 'identity_guessed', companyId: scope.call.companyId },
        'somebody guesses at the appointments of one person; for a day they are only called back',
      )
    return ofName
  }

  /** As `#prove`, for whoever asks about a person of their own number: a miss is counted, but the answer stays the ordinary one. */
  async #proveQuietly(tx: Tx, scope: CallScope, read: ReadWish, otherwise: Finding): Promise<Finding> {
    const misses = await lockMisses(tx, scope)
    if (misses === null || misses >= identityMissesMax || read.name === null) return otherwise
    if ((await lockNameMisses(tx, scope, read.name)) >= identityMissesMax) return otherwise
    const [fitting] = await this.#loadProvenBy(tx, scope, read)
    if (fitting) return { kind: 'one', appointment: fitting }
    await this.#countMiss(tx, scope, read.name)
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

const provenSchema = z.object({
  /** Appointments that the number does not prove and the caller has. */
  ids: z.array(z.int().positive()).max(50),
  /** Whether they have been asked for a proof. */
  asked: z.boolean(),
})
/** What a call has shown of its right to appointments. */
type Proven = z.infer<typeof provenSchema>
const nothingProven: Proven = { ids: [], asked: false }

function provenLookup({ call }: CallScope): Lookup<Proven> | null {
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
