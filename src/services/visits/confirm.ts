/**
 * The yes to a visit. All parts are claimed in one committed transaction before Cal.com is asked, booked side by side by the protocol of
 * single bookings, and then one decision is made: all of it, or none. A duplicate of the request shares its outcome; what is left when
 * the process dies a job finishes (settle.ts).
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Tenancy, Tx } from '../../db/tenancy.ts'
import { foldWords } from '../../german/fold.ts'
import type { Attempt } from '../attempts.ts'
import type { AvailabilityService } from '../availability/availability.ts'
import type { BookingConfirmer } from '../booking/confirm.ts'
import { branchOfAttempt, spokenBooking, whatOf } from '../booking/facts.ts'
import type { HoldKeeper } from '../booking/hold-keeper.ts'
import { momentOf } from '../booking/moment.ts'
import type { OtherTimes } from '../booking/other-times.ts'
import { findObstacle, type OwnConflict, type OwnObstacle, ownFound, questionAbout } from '../booking/own.ts'
import { readDone } from '../booking/record.ts'
import { consentOf } from '../booking/reply.ts'
import type { Confirmed, NotFree } from '../booking/types.ts'
import type { WishMemory } from '../booking/wish-memory.ts'
import type { CallScope } from '../call-context.ts'
import { together } from '../together.ts'
import { partsOf } from './parts.ts'
import type { VisitStarter } from './start.ts'
import type { Decision, VisitStore, WholeVisit } from './store.ts'
import type { BookedPart, VisitConfirmed } from './types.ts'
import type { VisitUndo } from './undo.ts'

export interface VisitConfirmerDeps {
  tenancy: Pick<Tenancy, 'run'>
  store: VisitStore
  undo: VisitUndo
  starter: VisitStarter
  confirmer: Pick<BookingConfirmer, 'run'>
  otherTimes: OtherTimes
  availability: Pick<AvailabilityService, 'offers' | 'callTimes'>
  holds: HoldKeeper
  memory: WishMemory
  log: Pick<Logger, 'error'>
}

/** Kept of the request's time for undoing what was booked, and for other times. */
const undoMs = 2_000
/** Kept for saying something when the first request does not end in time. */
const answerMs = 300
const pollMs = 100

/** Confirms visits. */
export class VisitConfirmer {
  readonly #deps: VisitConfirmerDeps
  /** Executions of this process, so that a duplicate request shares the first one's outcome. */
  readonly #running = new Map<bigint, Promise<VisitConfirmed>>()

  constructor(deps: VisitConfirmerDeps) {
    this.#deps = deps
  }

  /** Books the visit of a part, or gives it up (`confirmed: false`). Only a broken database throws. */
  async confirm(
    scope: CallScope,
    { visitId }: Pick<Attempt, 'visitId'>,
    confirmed: boolean | undefined,
  ): Promise<VisitConfirmed> {
    const running = this.#running.get(visitId!)
    if (running) return running
    const whole = await this.#deps.store.load(scope.call.companyId, visitId!)
    if (!whole) throw new Error('A part names a visit that is not there')
    if (confirmed === false) return this.#release(scope, whole)
    const doubt = await this.#doubt(scope, whole)
    return doubt ?? this.execute(scope, whole)
  }

  /** Claims and books a visit that the caller has agreed to. */
  async execute(scope: CallScope, { visit }: WholeVisit): Promise<VisitConfirmed> {
    const { store } = this.#deps
    const claim = await store.claim(visit.companyId, visit.id, (tx, part) => findObstacle(tx, scope, part))
    switch (claim.kind) {
      case 'claimed':
        return this.#shared(visit.id, this.#run(scope, claim))
      case 'obstructed':
        return this.#obstructed(scope, claim, claim)
      case 'busy':
        return this.#join(scope, claim)
      case 'settled':
        return this.#replay(scope, claim)
      case 'ended':
        return this.#anew(scope, claim)
      case 'absent':
        throw new Error('A visit is gone')
    }
  }

  /** What the caller said since the read-back is no yes to all of it: then they are asked. */
  async #doubt(scope: CallScope, { visit, parts }: WholeVisit): Promise<VisitConfirmed | null> {
    const { memory } = this.#deps
    const [first] = parts
    if (!first || visit.state !== 'open') return null
    const failed = await memory.loadFailed(scope.call.callId)
    // Another wish has come to nothing since: a yes to that is no yes to this.
    if (failed !== null && !parts.some(({ id }) => id === failed)) {
      const about = `draft:${first.id}`
      if (!(await memory.isAnswered(scope.call, about, scope.now))) {
        await memory.ask(scope.call, about)
        return { kind: 'not_agreed', parts: partsOf(parts, scope), reply: 'unclear' }
      }
    }
    const { words, silent } = await memory.loadReply(scope.call, first.id)
    if (words === null && !silent) return null
    const zone = branchOfAttempt(first, scope).timeZone
    const starts = parts.flatMap(({ startAt }) => startAt ?? [])
    const reply = words === null ? 'unclear' : consentOf(words, 'book', { starts, zone, now: scope.now })
    if (reply === 'yes' && !(words !== null && wantsPart(words))) return null
    await memory.noteReadBack(scope.call, first.id, true)
    return { kind: 'not_agreed', parts: partsOf(parts, scope), reply: reply === 'yes' ? 'change' : reply }
  }

  async #run(scope: CallScope, { visit, parts }: WholeVisit): Promise<VisitConfirmed> {
    const { confirmer, store, log } = this.#deps
    const { deadline } = scope
    const partScope = {
      ...scope,
      deadline: deadline.child(Math.max(undoMs, deadline.remainingMs() - undoMs)),
    }
    const ends = await Promise.allSettled(parts.map((part) => confirmer.run(partScope, part, true)))
    const outcomes = ends.map((end) => (end.status === 'fulfilled' ? end.value : null))
    const booked = outcomes.flatMap((outcome) => (outcome?.kind === 'booked' ? [outcome] : []))
    if (booked.length === parts.length) {
      // From here on the answer is success, whatever happens on our side; a job decides what could not be decided now.
      await store
        .decide(visit.companyId, visit.id)
        .catch((error: unknown) =>
          log.error(
            { component: 'booking', visitId: String(visit.id), err: error },
            'a booked visit is left to its lease',
          ),
        )
      return this.#booked(scope, booked, false)
    }
    const decision = await store.decide(visit.companyId, visit.id)
    if (!decision) throw new Error('A visit is gone')
    return this.#decided(scope, decision, outcomes)
  }

  async #decided(
    scope: CallScope,
    decision: Decision,
    outcomes: ReadonlyArray<Confirmed | null>,
  ): Promise<VisitConfirmed> {
    const { undo } = this.#deps
    const parts = partsOf(decision.parts, scope)
    switch (decision.kind) {
      case 'booked':
        return this.#replay(scope, decision)
      case 'open': {
        const unsure = outcomes.find((outcome) => outcome?.kind === 'unknown')
        const told = unsure?.kind === 'unknown' ? unsure : { canCallBack: false, promised: false }
        return { kind: 'unknown', parts, canCallBack: told.canCallBack, promised: told.promised }
      }
      case 'reopened': {
        const isBusy = outcomes.some((outcome) => outcome?.kind === 'calendar_busy')
        return { kind: isBusy ? 'calendar_busy' : 'calendar_unavailable', parts }
      }
      default: {
        const undone = await undo.run(scope, decision, false)
        for (const { attempt } of parts)
          if (attempt.state === 'released') this.#deps.holds.releaseLater(scope, attempt)
        await this.#deps.memory.note(scope.call.callId, parts[0].attempt.id)
        if (undone.kind === 'partly')
          return { kind: 'partly', parts, standing: partsOf(undone.standing, scope) }
        const lost = outcomes.find((outcome) => outcome?.kind === 'slot_lost')
        if (lost?.kind === 'slot_lost') return this.#lost(scope, decision.parts, lost)
        const isRefused = outcomes.some((outcome) => outcome === null || outcome.kind === 'refused')
        return { kind: 'undone', parts, why: isRefused ? 'refused' : 'calendar_unavailable' }
      }
    }
  }

  /** A part could not be had: other times for all of it. */
  async #lost(scope: CallScope, attempts: readonly Attempt[], lost: NotFree): Promise<VisitConfirmed> {
    const parts = partsOf(attempts, scope)
    const [first] = attempts
    const services = attempts.flatMap(
      ({ serviceId }) => scope.catalogue.services.find(({ id }) => id === serviceId) ?? [],
    )
    const service = together(services, 'erst')
    if (!first?.startAt || !service) return { kind: 'undone', parts, why: 'refused' }
    const branch = branchOfAttempt(first, scope)
    const { staffId } = first
    const moment = { ...momentOf(first.startAt, branch.timeZone) }
    const { alternatives } = await this.#deps.otherTimes.find(scope, { branch, service, staffId, ...moment })
    return {
      kind: 'not_free',
      parts,
      wanted: { day: moment.day, time: moment.time, today: scope.today },
      service,
      what: whatOf({ service, staffId: null, branch }, scope),
      refusal: lost.refusal,
      earliest: lost.earliest,
      elsewhere: [],
      alternatives,
      callback: lost.callback ?? null,
    }
  }

  async #booked(
    scope: CallScope,
    outcomes: ReadonlyArray<Extract<Confirmed, { kind: 'booked' }>>,
    again: boolean,
  ): Promise<VisitConfirmed> {
    const { availability } = this.#deps
    const [first, ...rest] = outcomes.map(({ attempt, booking, done }) => ({ attempt, booking, done }))
    if (!first) throw new Error('A visit has no parts')
    const own = [first, ...rest].flatMap(({ attempt: { startAt, endAt } }) =>
      startAt && endAt ? [{ startsAt: startAt, endsAt: endAt }] : [],
    )
    await availability.callTimes.noteOwn(scope.call.callId, own)
    return { kind: 'booked', parts: [first, ...rest], again }
  }

  /** Somebody is at it: the first request, or a job. */
  async #join(scope: CallScope, { visit, parts }: WholeVisit): Promise<VisitConfirmed> {
    const { store } = this.#deps
    const { deadline } = scope
    const { signal } = deadline.child(Math.max(0, deadline.remainingMs() - answerMs))
    let current: WholeVisit | null = { visit, parts }
    const isAtIt = (whole: WholeVisit | null) =>
      whole?.parts.some(({ state }) => state === 'executing') || whole?.visit.state === 'undoing'
    while (isAtIt(current) && !signal.aborted) {
      await pause(pollMs, undefined, { signal }).catch(() => undefined)
      current = await store.load(visit.companyId, visit.id)
    }
    if (!current) throw new Error('A visit is gone')
    if (current.visit.state === 'executing' && !isAtIt(current)) {
      const decision = await store.decide(visit.companyId, visit.id)
      if (decision?.kind === 'open')
        return { kind: 'unknown', parts: partsOf(parts, scope), canCallBack: false, promised: false }
      current = decision
    }
    if (!current) throw new Error('A visit is gone')
    const { state } = current.visit
    return state === 'executing' || state === 'undoing'
      ? { kind: 'in_progress', parts: partsOf(parts, scope) }
      : this.#replay(scope, current)
  }

  /** A repeat: told as it is now. */
  async #replay(scope: CallScope, { visit, parts }: WholeVisit): Promise<VisitConfirmed> {
    const spoken = partsOf(parts, scope)
    const ids = parts.flatMap(({ appointmentId }) => appointmentId ?? [])
    const rows = await this.#deps.tenancy.run(visit.companyId, (tx) => loadRows(tx, visit.companyId, ids))
    const standing = parts.filter(({ appointmentId }) => {
      const row = rows.find(({ id }) => id === appointmentId)
      return row !== undefined && row.status !== 'cancelled' && row.status !== 'rejected'
    })
    if (
      standing.length === parts.length ||
      (parts.every(({ state }) => state === 'booked') && ids.length < parts.length)
    ) {
      const booked = parts.flatMap((attempt): BookedPart[] => {
        const done = readDone(attempt)
        const row = rows.find(({ id }) => id === attempt.appointmentId)
        const isPending = row ? row.status === 'pending' : done?.pending
        const staffId = row?.staffId ?? done?.staffId
        return done
          ? [
              {
                attempt: row ? { ...attempt, startAt: row.appointmentDatetime } : attempt,
                booking: spokenBooking(
                  row ? { ...attempt, startAt: row.appointmentDatetime } : attempt,
                  scope,
                  staffId,
                ),
                done: { ...done, pending: isPending === true },
              },
            ]
          : []
      })
      const [first, ...rest] = booked
      if (first) return { kind: 'booked', parts: [first, ...rest], again: true }
    }
    if (visit.state === 'open' || visit.state === 'released') return this.#anew(scope, { visit, parts })
    if (visit.state === 'booked' && standing.length === 0) return { kind: 'cancelled_since', parts: spoken }
    if (standing.length > 0) return { kind: 'partly', parts: spoken, standing: partsOf(standing, scope) }
    return this.#anew(scope, { visit, parts })
  }

  /** It has ended without a booking, but the caller says yes: planned again and read back again, never booked unheard. */
  async #anew(scope: CallScope, { parts }: WholeVisit): Promise<VisitConfirmed> {
    const started = await this.#deps.starter.reopen(scope, parts)
    return started
      ? { kind: 'anew', started }
      : { kind: 'undone', parts: partsOf(parts, scope), why: 'refused' }
  }

  /** Something of the person's is in the way of a part since the drafts were written; nothing was claimed. */
  async #obstructed(
    scope: CallScope,
    whole: WholeVisit,
    { part, obstacle }: { part: Attempt; obstacle: OwnObstacle },
  ): Promise<VisitConfirmed> {
    const { memory, tenancy } = this.#deps
    const parts = partsOf(whole.parts, scope)
    if (obstacle.kind === 'attempt') return { kind: 'in_progress', parts }
    const conflict: OwnConflict = obstacle.conflict
    const { customerName: name, serviceId, startAt, endAt, companyId, visitId } = part
    if (name === null || serviceId === null || startAt === null || endAt === null)
      return { kind: 'undone', parts, why: 'refused' }
    const about = questionAbout(conflict, { name, serviceId, startAt, endAt })
    if (await memory.isAnswered(scope.call, about, scope.now)) {
      const wanted = { where: { companyId, visitId, state: 'draft' }, data: { additional: true } }
      await tenancy.run(companyId, (tx) => tx.bookingAttempt.updateMany(wanted))
      return this.execute(scope, whole)
    }
    await memory.ask(scope.call, about)
    const { day, time, today } = spokenBooking(part, scope)
    const own = ownFound(conflict, scope, { wanted: { day, time, today }, isFree: true, alternatives: [] })
    return { kind: 'own_appointment', own, parts }
  }

  async #release(scope: CallScope, { visit, parts }: WholeVisit): Promise<VisitConfirmed> {
    const { store, holds, availability } = this.#deps
    const spoken = partsOf(parts, scope)
    const isGone = await store.release(visit.companyId, visit.id)
    const now = isGone ? null : await store.load(visit.companyId, visit.id)
    if (now && (now.visit.state === 'booked' || now.visit.state === 'executing'))
      return { kind: 'release_too_late', parts: spoken }
    for (const part of parts) holds.releaseLater(scope, part)
    const [first] = parts
    if (first?.startAt) await availability.offers.refuse(scope.call.callId, first.startAt)
    return { kind: 'released', parts: spoken }
  }

  #shared(id: bigint, running: Promise<VisitConfirmed>): Promise<VisitConfirmed> {
    this.#running.set(id, running)
    const forget = () => this.#running.delete(id)
    running.then(forget, forget)
    return running
  }
}

function loadRows(tx: Tx, companyId: number, ids: readonly bigint[]) {
  return tx.appointment.findMany({
    where: { companyId, id: { in: [...ids] } },
    select: { id: true, status: true, staffId: true, appointmentDatetime: true },
  })
}

/** "Ja, aber nur das Färben", "nur den ersten", "das eine": a yes to less than was read back. */
function wantsPart(words: string): boolean {
  return /\b(nur|bloss|lediglich|ohne|den ersten|die erste|das erste|den zweiten|die zweite|das zweite)\b/.test(
    foldWords(words),
  )
}
