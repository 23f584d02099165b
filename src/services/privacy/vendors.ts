/**
 * What the vendors still hold of what was forgotten here: Retell is asked to delete its calls; Cal.com's API can delete no booking
 * (calcom.md), so it is asked whether the booking is still there, and what is has to be deleted by hand. Every answer is kept with
 * its mark. What gets no answer is asked again, with growing pauses, and ends as refused with an alarm.
 */
import type { Logger } from 'pino'
import type { CalcomApi } from '../../calcom/client.ts'
import { CalcomError } from '../../calcom/errors.ts'
import type { ErasureMark } from '../../db/generated/client.ts'
import type { Tenancy } from '../../db/tenancy.ts'
import type { Clock } from '../../lib/clock.ts'
import { Deadline } from '../../lib/deadline.ts'
import type { RetellApi } from '../../retell/api.ts'
import { RetellError } from '../../retell/api-errors.ts'

export type VendorState = 'none' | 'pending' | 'done' | 'refused' | 'not_possible'

/** What became of one call or booking at its vendor. */
export interface VendorOutcome {
  kind: 'call' | 'booking'
  key: string
  state: VendorState
  /** Why, as a code. */
  answer: string | null
}

type Deps = {
  tenancy: Pick<Tenancy, 'asSystem'>
  /** The client of a company's workspace; null: there is no key. */
  retell: (companyId: number) => Promise<Pick<RetellApi, 'deleteCall' | 'restrictCall'> | null>
  /** The client of a connection. */
  calcom: (connectionId: string) => Promise<Pick<CalcomApi, 'fetchBooking'>>
  clock: Clock
  log: Pick<Logger, 'error'>
}

const askMs = 10_000
const attemptsMax = 12
const batch = 500
const minuteMs = 60_000
/** Whoever took a mark and died leaves it to others after this. */
const takenMs = 5 * minuteMs
/** A call that is still going on is looked at again after this. */
const ongoingMs = 15 * minuteMs
const longestPauseMs = 24 * 60 * minuteMs

type Asked = { state: VendorState; answer: string; againInMs?: number }

export class VendorDeletions {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Asks for everything that is due, of one company or of all. Out: what became of each. */
  async run(companyId?: number, signal?: AbortSignal): Promise<VendorOutcome[]> {
    const outcomes: VendorOutcome[] = []
    while (outcomes.length < batch) {
      signal?.throwIfAborted()
      const mark = await this.#take(companyId)
      if (mark === null) break
      outcomes.push(await this.#work(mark))
    }
    return outcomes
  }

  /** The next mark that is due, which nobody else takes meanwhile; null: none is. */
  #take(companyId: number | undefined): Promise<ErasureMark | null> {
    const { tenancy, clock } = this.#deps
    const now = clock.now()
    return tenancy.asSystem(async (tx) => {
      const [next] = await tx.$queryRaw<Array<{ id: bigint }>>`
        UPDATE erasure_marks SET vendor_due_at = ${new Date(now.getTime() + takenMs)}
        WHERE id = (SELECT id FROM erasure_marks
                    WHERE vendor_state = 'pending' AND vendor_due_at <= ${now} AND (${companyId ?? null}::int IS NULL OR company_id = ${companyId ?? null}::int)
                    ORDER BY vendor_due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id`
      return next === undefined ? null : tx.erasureMark.findUnique({ where: { id: next.id } })
    })
  }

  async #work(mark: ErasureMark): Promise<VendorOutcome> {
    const { tenancy, clock, log } = this.#deps
    const asked = await (mark.kind === 'call' ? this.#call(mark) : this.#booking(mark))
    const attempts = mark.vendorAttempts + 1
    const isGivenUp = asked.state === 'pending' && asked.answer !== 'restricted' && attempts >= attemptsMax
    const state = isGivenUp ? 'refused' : asked.state
    const pauseMs = asked.againInMs ?? Math.min(2 ** attempts * minuteMs, longestPauseMs)
    const now = clock.now()
    await tenancy.asSystem((tx) =>
      tx.erasureMark.update({
        where: { id: mark.id },
        data: {
          vendorState: state,
          vendorAnswer: asked.answer,
          vendorAskedAt: now,
          vendorAttempts: attempts,
          vendorDueAt: state === 'pending' ? new Date(now.getTime() + pauseMs) : null,
        },
      }),
    )
    if (state === 'refused')
      log.error(
        {
          component: 'privacy',
          alarm: 'vendor_deletion_failed',
          companyId: mark.companyId,
          markId: String(mark.id),
          reason: asked.answer,
        },
        'a vendor does not delete what was to be forgotten',
      )
    return { kind: mark.kind as 'call' | 'booking', key: mark.key, state, answer: asked.answer }
  }

  async #call({ companyId, key, reason }: ErasureMark): Promise<Asked> {
    const retell = await this.#deps.retell(companyId)
    if (retell === null) return { state: 'not_possible', answer: 'no_retell_key' }
    try {
      if (reason === 'refused' && (await this.#isOngoing(companyId, key))) {
        await retell.restrictCall(key, this.#deadline())
        return { state: 'pending', answer: 'restricted', againInMs: ongoingMs }
      }
      return { state: 'done', answer: await retell.deleteCall(key, this.#deadline()) }
    } catch (error) {
      if (!(error instanceof RetellError)) throw error
      return { state: error.kind === 'invalid_request' ? 'refused' : 'pending', answer: error.kind }
    }
  }

  async #booking({ companyId, key }: ErasureMark): Promise<Asked> {
    const { tenancy, calcom } = this.#deps
    const company = await tenancy.asSystem((tx) => tx.company.findUniqueOrThrow({ where: { id: companyId } }))
    try {
      const api = await calcom(company.calcomConnectionId ?? 'default')
      await api.fetchBooking({ uid: key }, { deadline: this.#deadline(), priority: 'background' })
      return { state: 'not_possible', answer: 'delete_by_hand' }
    } catch (error) {
      if (!(error instanceof CalcomError)) throw error
      if (error.kind === 'not_found') return { state: 'done', answer: 'not_there' }
      return { state: error.kind === 'unauthorized' ? 'refused' : 'pending', answer: error.kind }
    }
  }

  #isOngoing(companyId: number, callId: string): Promise<boolean> {
    return this.#deps.tenancy.asSystem(async (tx) => {
      const call = await tx.call.findFirst({ where: { companyId, retellCallId: callId } })
      return call?.status === 'inbound' || call?.status === 'ongoing'
    })
  }

  #deadline(): Deadline {
    return new Deadline({ clock: this.#deps.clock, budgetMs: askMs })
  }
}
