/**
 * A voice agent as Retell runs one, over HTTP and signed: it books, moves and cancels, is impatient, repeats itself, asks twice at
 * the same moment and hangs up. Every answer it gets goes into the ledger; what it could not have known does not.
 */
import { createHmac } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { clockTimeOf, instantOf, localDayOf } from '../../src/german/index.ts'
import type { Ledger, Wish } from './ledger.ts'
import type { Chance } from './random.ts'
import { apiKey, type World } from './world.ts'

const zone = 'Europe/Berlin'
const lines = { mitte: '+493023125001', nord: '+493023125002' }
const firstNames =
  'Anna Ben Clara David Emma Felix Greta Hannes Ida Jonas Katrin Lars Maria Niklas Olga Paul Rosa Stefan Tina Ulrich Vera Walter Yvonne Zoe'.split(
    ' ',
  )
const lastNames =
  'Albrecht Bauer Conrad Dietrich Ebert Fischer Gruber Hartmann Iversen Jansen Keller Lehmann Meier Neumann Otto Peters Richter Schulz Thiel Ullrich Vogel Wagner Zimmermann Krause Lorenz Brandt Horn Busch Kuhn Pohl'.split(
    ' ',
  )
const services = {
  Herrenhaarschnitt: 5,
  Damenhaarschnitt: 3,
  Beratung: 2,
}
const daysAhead = { from: 3, to: 75 }
const requestTriesMax = 25
const requestTimeoutMs = 12_000

type Answer = Record<string, unknown>

interface Call {
  callId: string
  from: string | null
  to: string
  startedAt: number
}

/** No fact about the booking: the caller was told that it is not known. */
const unclearErrors = new Set([
  'booking_unknown',
  'booking_in_progress',
  'outcome_unknown',
  'change_in_progress',
])

export class Agent {
  readonly #world: World
  readonly #ledger: Ledger
  readonly #chance: Chance

  constructor(world: World, ledger: Ledger, chance: Chance) {
    this.#world = world
    this.#ledger = ledger
    this.#chance = chance
  }

  /** One phone call from beginning to end. */
  async call(): Promise<void> {
    this.#ledger.calls += 1
    const kind = this.#chance.weighted({
      twoSteps: 30,
      confirmTwice: 10,
      oneStep: 10,
      collect: 6,
      hangUp: 6,
      declined: 4,
      twoPeople: 12,
      bookAndCancel: 6,
      move: 12,
      cancel: 10,
    })
    const earlier = kind === 'move' || kind === 'cancel' ? this.#earlierWish() : undefined
    if (earlier) {
      const call = this.#newCall(earlier.from, earlier.to)
      return kind === 'move' ? this.#move(call, earlier) : this.#cancel(call, earlier)
    }
    const call = this.#newCall()
    switch (kind) {
      case 'confirmTwice':
        return this.#twoSteps(call, this.#newWish(call), 'twice')
      case 'oneStep':
        return this.#oneStep(call, this.#newWish(call), 'book_appointment')
      case 'collect':
        return this.#oneStep(call, this.#newWish(call), 'collect_appointment_data')
      case 'hangUp':
        return this.#twoSteps(call, this.#newWish(call), 'never')
      case 'declined':
        return this.#twoSteps(call, this.#newWish(call), 'no')
      case 'twoPeople': {
        const mother = this.#newWish(call)
        mother.email ??= `${call.callId}@kundenpost.de`
        await this.#twoSteps(call, mother, 'once')
        const child = this.#newWish(call)
        child.email = mother.email
        return this.#twoSteps(call, child, 'once')
      }
      case 'bookAndCancel': {
        const wish = this.#newWish(call)
        await this.#twoSteps(call, wish, 'once')
        if (wish.heard === 'booked') await this.#cancel(call, wish)
        return
      }
      default:
        return this.#twoSteps(call, this.#newWish(call), 'once')
    }
  }

  #newCall(from?: string | null, to?: string): Call {
    const chance = this.#chance
    let id = 'call_'
    for (let letter = 0; letter < 26; letter += 1) id += chance.between(0, 15).toString(16)
    return {
      callId: id,
      from: from === undefined ? `+491511${chance.between(1_000_000, 9_999_999)}` : from,
      to: to ?? (chance.happens(0.75) ? lines.mitte : lines.nord),
      startedAt: this.#world.now().getTime(),
    }
  }

  #newWish(call: Call): Wish {
    const chance = this.#chance
    const person = `${chance.pick(firstNames)} ${chance.pick(lastNames)}`
    const email = chance.happens(0.6)
      ? `${person.toLowerCase().replace(' ', '.')}${chance.between(1, 9_999)}@kundenpost.de`
      : null
    const wish: Wish = {
      callId: call.callId,
      from: call.from,
      to: call.to,
      person,
      email,
      service: chance.weighted(services),
      start: this.#someTime(),
      heard: 'nothing',
      uid: null,
      bookedAt: null,
      moves: [],
      cancel: 'none',
      cancelledAt: null,
    }
    this.#ledger.wishes.push(wish)
    return wish
  }

  /** A quarter of an hour in the weeks to come; whether the salon is open then is for the gateway to say. */
  #someTime(): number {
    for (;;) {
      const ahead = this.#chance.between(daysAhead.from, daysAhead.to)
      const day = localDayOf(new Date(this.#world.now().getTime() + ahead * 86_400_000), zone)
      const minute = this.#chance.between(38, 68) * 15
      const clock = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
      const instant = instantOf(day, clock, zone)
      if (instant && new Date(`${day}T12:00:00Z`).getUTCDay() !== 0) return instant.getTime()
    }
  }

  #earlierWish(): Wish | undefined {
    const standing = this.#ledger.wishes.filter(
      (wish) => wish.heard === 'booked' && wish.cancel === 'none' && wish.from !== null,
    )
    return standing.length === 0 ? undefined : this.#chance.pick(standing)
  }

  async #twoSteps(call: Call, wish: Wish, confirmation: 'once' | 'twice' | 'never' | 'no'): Promise<void> {
    for (let offer = 0; offer < 4; offer += 1) {
      const started = await this.#ask('start_booking', call, this.#wishArguments(wish))
      if (started === null) return
      if (started.success !== true) {
        if (!this.#takeAlternative(wish, started)) return
        continue
      }
      if (confirmation === 'never') return
      const args = { booking_id: started.booking_id }
      if (confirmation === 'no') {
        await this.#ask('confirm_booking', call, { ...args, confirmed: false })
        return
      }
      const answers = await Promise.all(
        (confirmation === 'twice' ? [0, 1] : [0]).map(() => this.#ask('confirm_booking', call, args)),
      )
      let answer = this.#hearBooking(wish, answers)
      for (let repeat = 0; repeat < 2 && shouldRepeat(answer); repeat += 1) {
        await wait(this.#chance.between(100, 600))
        answer = this.#hearBooking(wish, [await this.#ask('confirm_booking', call, args)])
      }
      if (wish.heard !== 'refused' || !this.#takeAlternative(wish, answer)) return
    }
  }

  async #oneStep(call: Call, wish: Wish, name: string): Promise<void> {
    for (let offer = 0; offer < 4; offer += 1) {
      let answer = this.#hearBooking(wish, [await this.#ask(name, call, this.#wishArguments(wish))])
      for (let repeat = 0; repeat < 2 && shouldRepeat(answer); repeat += 1) {
        await wait(this.#chance.between(100, 600))
        answer = this.#hearBooking(wish, [await this.#ask(name, call, this.#wishArguments(wish))])
      }
      if (wish.heard !== 'refused' || !this.#takeAlternative(wish, answer)) return
    }
  }

  async #move(call: Call, wish: Wish): Promise<void> {
    let to = this.#someTime()
    for (let offer = 0; offer < 3; offer += 1) {
      const args = {
        ...this.#appointmentArguments(wish),
        new_date: localDayOf(new Date(to), zone),
        new_time: clockTimeOf(new Date(to), zone),
      }
      const answer = await this.#ask('reschedule_appointment', call, args)
      const move: Wish['moves'][number] = { to, heard: 'unclear', at: null }
      wish.moves.push(move)
      if (answer === null) return
      if (answer.success === true) {
        move.heard = answer.status === 'rescheduled' ? 'moved' : 'refused'
        if (move.heard === 'moved') {
          wish.start = to
          move.at = this.#world.now().getTime()
        }
        return
      }
      if (!unclearErrors.has(String(answer.error)) && answer.status !== 'callback_queued')
        move.heard = 'refused'
      const other = pickAlternative(this.#chance, answer)
      if (other === undefined) return
      to = other
    }
  }

  async #cancel(call: Call, wish: Wish): Promise<void> {
    const args = this.#appointmentArguments(wish)
    const atOnce = this.#chance.happens(0.2) ? 2 : 1
    const asked = Array.from({ length: atOnce }, () => this.#ask('cancel_appointment', call, args))
    for (const answer of await Promise.all(asked)) {
      if (answer === null) wish.cancel = stronger(wish.cancel, 'unclear')
      else if (answer.success === true) {
        wish.cancel = stronger(wish.cancel, 'cancelled')
        wish.cancelledAt ??= this.#world.now().getTime()
      } else if (answer.status === 'cancel_pending') wish.cancel = stronger(wish.cancel, 'noted')
      else if (unclearErrors.has(String(answer.error)) || answer.status === 'callback_queued')
        wish.cancel = stronger(wish.cancel, 'unclear')
      else wish.cancel = stronger(wish.cancel, 'refused')
    }
  }

  #wishArguments(wish: Wish): Answer {
    return {
      name: wish.person,
      ...(wish.email !== null && { email: wish.email }),
      service: wish.service,
      date: localDayOf(new Date(wish.start), zone),
      time: clockTimeOf(new Date(wish.start), zone),
    }
  }

  #appointmentArguments(wish: Wish): Answer {
    const start = new Date(wish.start)
    return { name: wish.person, date: localDayOf(start, zone), time: clockTimeOf(start, zone) }
  }

  /** A refused time is given up; the next one is a wish of its own, but of the same call. */
  #takeAlternative(wish: Wish, answer: Answer | null): boolean {
    const start = answer === null ? undefined : pickAlternative(this.#chance, answer)
    if (start === undefined) return false
    // The refused wish stays in the ledger as it was heard.
    this.#ledger.wishes.push({ ...wish, moves: [] })
    wish.start = start
    wish.heard = 'nothing'
    return true
  }

  /** Writes down what was said of a booking; "booked", once said, stays said. Out: the answer that counts. */
  #hearBooking(wish: Wish, answers: Array<Answer | null>): Answer | null {
    for (const answer of answers) {
      if (answer === null) {
        if (wish.heard !== 'booked') wish.heard = 'unclear'
      } else if (answer.success === true && typeof answer.calcom_uid === 'string') {
        wish.heard = 'booked'
        wish.uid = answer.calcom_uid
        wish.bookedAt ??= this.#world.now().getTime()
      } else if (wish.heard !== 'booked') {
        wish.heard = unclearErrors.has(String(answer.error)) ? 'unclear' : 'refused'
      }
    }
    return answers.at(-1) ?? null
  }

  /**
   * Calls a function and, as Retell may, calls it again with the same words while no answer arrives. Null: none ever did, or the
   * gateway said it is broken.
   */
  async #ask(name: string, call: Call, args: Answer): Promise<Answer | null> {
    const { callId, from, to, startedAt } = call
    const body = {
      name,
      args,
      call: {
        call_id: callId,
        call_type: 'phone_call',
        agent_id: 'agent_demo_salon',
        ...(from !== null && { from_number: from }),
        to_number: to,
        direction: 'inbound',
        call_status: 'ongoing',
        start_timestamp: startedAt,
      },
    }
    // Some answers are lost on their way to the agent: the gateway goes on, the agent asks again.
    const impatientMs = this.#chance.happens(0.06) ? this.#chance.between(20, 900) : null
    for (let tried = 0; tried < requestTriesMax; tried += 1) {
      const answer = await this.#post(body, tried === 0 ? impatientMs : null)
      if (answer === 'refused') break
      if (answer !== null) return answer
      await wait(this.#chance.between(150, 700))
    }
    this.#ledger.unanswered += 1
    return null
  }

  async #post(body: Answer, impatientMs: number | null): Promise<Answer | 'refused' | null> {
    const payload = JSON.stringify(body)
    const timestamp = String(this.#world.now().getTime())
    const digest = createHmac('sha256', apiKey).update(payload).update(timestamp).digest('hex')
    this.#ledger.requests += 1
    try {
      const response = await fetch(`${this.#world.url}/api/webhooks/retell/function`, {
        method: 'POST',
        body: payload,
        headers: { 'content-type': 'application/json', 'x-retell-signature': `v=${timestamp},d=${digest}` },
        signal: AbortSignal.timeout(impatientMs ?? requestTimeoutMs),
      })
      const answer = (await response.json()) as Answer
      if (response.status === 200) return answer
      return response.status >= 500 ? null : 'refused'
    } catch {
      return null
    }
  }
}

function shouldRepeat(answer: Answer | null): boolean {
  if (answer === null) return true
  const error = String(answer.error)
  return unclearErrors.has(error) || error === 'calendar_busy' || error === 'calendar_unavailable'
}

function pickAlternative(chance: Chance, answer: Answer): number | undefined {
  const { alternatives } = answer
  if (!Array.isArray(alternatives) || alternatives.length === 0) return undefined
  const { date, time } = chance.pick(alternatives) as { date: string; time: string }
  return instantOf(date, time, zone)?.getTime()
}

const strength: Wish['cancel'][] = ['none', 'refused', 'unclear', 'noted', 'cancelled']

function stronger(before: Wish['cancel'], now: Wish['cancel']): Wish['cancel'] {
  return strength.indexOf(now) > strength.indexOf(before) ? now : before
}
