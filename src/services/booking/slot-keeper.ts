/**
 * Holding a slot before a name is known (reserve_slot). The hold belongs to the call: start_booking takes it over, and nobody
 * else is offered the time meanwhile. Nothing is written to the database.
 */

import type { SpokenWhat } from '../../german/sentences/naming.ts'
import type { AvailabilityService } from '../availability/availability.ts'
import { type Hold, type Holds, isSameSlot } from '../availability/holds.ts'
import type { CallScope } from '../call-context.ts'
import type { CatalogueService } from '../catalogue.ts'
import { chooseBranch, chooseStaff } from '../choices.ts'
import { chooseLength, chooseServiceOfWords } from '../lengths.ts'
import { requireBookable } from '../pauses.ts'
import { whatOf } from './facts.ts'
import type { HoldKeeper } from './hold-keeper.ts'
import { type Moment, readMoment } from './moment.ts'
import { slotOf } from './wishes.ts'

type Deps = {
  availability: Pick<AvailabilityService, 'fetchLive' | 'offers' | 'lengths'>
  holds: Holds
  keeper: HoldKeeper
}

export interface SlotWish {
  date?: string
  time?: string
  service?: string
  staff?: string
  duration_minutes?: number
}

export class SlotKeeper {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * Holds the wished time for this call; without a hold although it is free, Cal.com refused or did not answer.
   * @throws AppError with the question to ask, or `calendar_unavailable`
   */
  async reserve(
    scope: CallScope,
    wish: SlotWish,
  ): Promise<{
    isFree: boolean
    hold: Hold | null
    moment: Moment
    service: CatalogueService
    what: SpokenWhat
  }> {
    const { catalogue, call, now, today, deadline } = scope
    const { availability, holds, keeper } = this.#deps
    const branch = chooseBranch(catalogue, scope.branch)
    requireBookable(catalogue, branch, now)
    const chosen = chooseServiceOfWords(
      catalogue,
      branch,
      wish.service,
      await availability.offers.loadServiceId(call.callId),
      wish.staff,
    )
    const staffId = chooseStaff(catalogue, branch, chosen, wish.staff)?.id ?? null
    const memory = { catalogue, callId: call.callId, lengths: availability.lengths }
    const length = { minutes: wish.duration_minutes, words: wish.service }
    const service = await chooseLength(memory, chosen, staffId, length)
    const { bookingWindowDays } = catalogue.company
    const scene = { callId: call.callId, now, today, bookingWindowDays }
    const moment = await readMoment(scene, branch, wish, availability.offers)
    const slot = slotOf(catalogue, { service, staffId, startAt: moment.startAt })
    const own = (await holds.load(call.callId)).find((held) => isSameSlot(held, slot))
    const what = whatOf({ service, staffId, branch }, scope)
    if (own) return { isFree: true, hold: own, moment, service, what }
    const free = await availability.fetchLive({
      catalogue,
      branch,
      service,
      staffId,
      from: moment.day,
      to: moment.day,
      deadline,
      call,
    })
    const starts = free.days.get(moment.day) ?? []
    const isFree = starts.some((start) => start.getTime() === moment.startAt.getTime())
    return { isFree, hold: isFree ? await keeper.take(scope, slot) : null, moment, service, what }
  }

  /** Gives back everything the call holds. Out: how many holds there were. */
  async release(scope: CallScope): Promise<number> {
    const { holds, keeper } = this.#deps
    const held = await holds.load(scope.call.callId)
    for (const hold of held) {
      await holds.forget(scope.call.callId, hold)
      const { uid, start } = hold
      if (uid !== null) await keeper.releaseReservation(scope, { uid, start })
    }
    return held.length
  }
}
