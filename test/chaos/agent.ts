/**
 * A voice agent as Retell runs one: it books, moves and cancels, is impatient, repeats itself, asks twice at the same moment, hangs
 * up, loses the line and rings again with the same wish. Every answer it gets goes into the ledger; what it could not have
 * known does not.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { clockTimeOf, instantOf, localDayOf } from '../../src/german/index.ts'
import { isTaken, isUnclear, pickAlternative, shouldRepeat, stronger } from './answers.ts'
import { firstNames, lastNames, lines, services } from './callers.ts'
import type { Ledger, Wish } from './ledger.ts'
import { type Answer, type Call, Line } from './line.ts'
import type { Chance } from './random.ts'
import type { World } from './world.ts'

const zone = 'Europe/Berlin'
const daysAhead = { from: 3, to: 75 }

/** How a caller's yes reaches the gateway. */
type Confirmation = 'once' | 'twice' | 'never' | 'no' | 'dropped'

export class Agent {
  readonly #world: World
  readonly #ledger: Ledger
  readonly #chance: Chance
  readonly #line: Line

  constructor(world: World, ledger: Ledger, chance: Chance) {
    this.#world = world
    this.#ledger = ledger
    this.#chance = chance
    this.#line = new Line(world, ledger, chance)
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
      ringAgain: 14,
      sameAgain: 3,
      correction: 5,
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
      case 'ringAgain':
        return this.#ringAgain(call, this.#newWish(call))
      case 'sameAgain': {
        const wish = this.#newWish(call)
        await this.#twoSteps(call, wish, 'once')
        return this.#twoSteps(call, this.#sameWish(call, wish), 'once')
      }
      case 'correction': {
        const wish = this.#newWish(call)
        await this.#twoSteps(call, wish, 'once')
        const other = this.#sameWish(call, wish)
        other.start = this.#someTime()
        return this.#twoSteps(call, other, 'once')
      }
      default:
        return this.#twoSteps(call, this.#newWish(call), 'once')
    }
  }

  #newCall(from?: string | null, to?: string): Call {
    const chance = this.#chance
    return this.#line.ring(
      from === undefined ? `+491511${chance.between(1_000_000, 9_999_999)}` : from,
      to ?? (chance.happens(0.75) ? lines.mitte : lines.nord),
    )
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
      agreed: false,
      heard: 'nothing',
      uid: null,
      bookedAt: null,
      bookedStart: null,
      moves: [],
      cancel: 'none',
      cancelCallId: null,
      cancelledAt: null,
    }
    this.#ledger.wishes.push(wish)
    return wish
  }

  /** The same person wants the same once more. */
  #sameWish(call: Call, { person, email, service, start }: Wish): Wish {
    const wish = { ...this.#newWish(call), person, email, service, start }
    this.#ledger.wishes.splice(-1, 1, wish)
    return wish
  }

  /** The line drops somewhere; whoever rang rings again from the same number, mostly with the very same wish. */
  async #ringAgain(call: Call, wish: Wish): Promise<void> {
    const chance = this.#chance
    if (chance.happens(0.8)) await this.#twoSteps(call, wish, chance.happens(0.25) ? 'once' : 'dropped')
    else await this.#bookAndDrop(call, wish)
    for (let rung = 0; rung < (chance.happens(0.2) ? 2 : 1); rung += 1) {
      await wait(chance.between(0, 1_500))
      const again = this.#newCall(call.from, chance.happens(0.85) ? call.to : undefined)
      const same = this.#sameWish(again, wish)
      if (chance.happens(0.15)) same.start += 15 * 60_000
      if (chance.happens(0.2)) await this.#oneStep(again, same, 'book_appointment')
      else await this.#twoSteps(again, same, chance.happens(0.2) ? 'twice' : 'once')
    }
  }

  async #bookAndDrop(call: Call, wish: Wish): Promise<void> {
    const args = this.#wishArguments(wish)
    const ms = this.#chance.between(30, 700)
    this.#hearBooking(wish, [await this.#line.askAndDrop('book_appointment', call, args, ms)])
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
    const shared = standing.filter(({ uid }) => uid !== null && this.#ledger.joinedAt(uid) !== null)
    if (shared.length > 0 && this.#chance.happens(0.4)) return this.#chance.pick(shared)
    return standing.length === 0 ? undefined : this.#chance.pick(standing)
  }

  async #twoSteps(call: Call, wish: Wish, confirmation: Confirmation): Promise<void> {
    for (let offer = 0; offer < 4; offer += 1) {
      const askedAt = this.#world.now().getTime()
      const started = await this.#line.ask('start_booking', call, this.#wishArguments(wish))
      if (started === null) return
      if (started.error === 'own_appointment') {
        if (!(await this.#answerOwn(call, wish, started))) return
        continue
      }
      if (started.success !== true) {
        this.#noteRefusal(wish, started, askedAt)
        if (!this.#takeAlternative(wish, started)) return
        continue
      }
      if (confirmation === 'never') return
      const args = { booking_id: started.booking_id }
      if (confirmation === 'no') {
        await this.#line.ask('confirm_booking', call, { ...args, confirmed: false })
        return
      }
      if (confirmation === 'dropped') {
        const ms = this.#chance.between(5, 500)
        this.#hearBooking(wish, [await this.#line.askAndDrop('confirm_booking', call, args, ms)])
        return
      }
      const answers = await Promise.all(
        (confirmation === 'twice' ? [0, 1] : [0]).map(() => this.#line.ask('confirm_booking', call, args)),
      )
      let answer = this.#hearBooking(wish, answers)
      for (let repeat = 0; repeat < 2 && shouldRepeat(answer); repeat += 1) {
        await wait(this.#chance.between(100, 600))
        answer = this.#hearBooking(wish, [await this.#line.ask('confirm_booking', call, args)])
      }
      if (wish.heard === 'asked' && answer?.error === 'own_appointment') {
        if (!(await this.#answerOwn(call, wish, answer))) return
      } else if (wish.heard !== 'refused' || !this.#takeAlternative(wish, answer)) return
    }
  }

  async #oneStep(call: Call, wish: Wish, name: string): Promise<void> {
    for (let offer = 0; offer < 4; offer += 1) {
      let answer = this.#hearBooking(wish, [await this.#line.ask(name, call, this.#wishArguments(wish))])
      for (let repeat = 0; repeat < 2 && shouldRepeat(answer); repeat += 1) {
        await wait(this.#chance.between(100, 600))
        answer = this.#hearBooking(wish, [await this.#line.ask(name, call, this.#wishArguments(wish))])
      }
      if (wish.heard === 'asked' && answer?.error === 'own_appointment') {
        if (!(await this.#answerOwn(call, wish, answer))) return
      } else if (wish.heard !== 'refused' || !this.#takeAlternative(wish, answer)) return
    }
  }

  /** "Da haben Sie schon einen Termin": mostly that is the one meant. Out: whether this one is wanted besides. */
  async #answerOwn(call: Call, wish: Wish, answer: Answer): Promise<boolean> {
    this.#ledger.ownAsked += 1
    wish.heard = 'asked'
    if (wish.agreed || answer.available === false) return false
    const existing = answer.existing_appointment as { date: string; time: string } | undefined
    const known = existing && instantOf(existing.date, existing.time, zone)?.getTime()
    const isMeant = known === wish.start
    if (this.#chance.happens(isMeant ? 0.15 : 0.4)) {
      wish.agreed = true
      wish.heard = 'nothing'
      return true
    }
    const earlier = this.#ledger.wishes.find(
      ({ from, person, start, heard, cancel }) =>
        from === wish.from &&
        person === wish.person &&
        start === known &&
        heard === 'booked' &&
        cancel === 'none',
    )
    if (!isMeant && earlier) await this.#move(call, earlier, wish.start)
    return false
  }

  async #move(call: Call, wish: Wish, wanted?: number): Promise<void> {
    let to = wanted ?? this.#someTime()
    for (let offer = 0; offer < 3; offer += 1) {
      const args = {
        ...this.#appointmentArguments(wish),
        new_date: localDayOf(new Date(to), zone),
        new_time: clockTimeOf(new Date(to), zone),
      }
      const answer = await this.#line.ask('reschedule_appointment', call, args)
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
      if (!isUnclear(answer) && answer.status !== 'callback_queued') move.heard = 'refused'
      const other = pickAlternative(this.#chance, answer)
      if (other === undefined) return
      to = other
    }
  }

  async #cancel(call: Call, wish: Wish): Promise<void> {
    const args = this.#appointmentArguments(wish)
    const atOnce = this.#chance.happens(0.2) ? 2 : 1
    wish.cancelCallId = call.callId
    const asked = Array.from({ length: atOnce }, () => this.#line.ask('cancel_appointment', call, args))
    for (const answer of await Promise.all(asked)) {
      if (answer === null) wish.cancel = stronger(wish.cancel, 'unclear')
      else if (answer.success === true) {
        wish.cancel = stronger(wish.cancel, 'cancelled')
        wish.cancelledAt ??= this.#world.now().getTime()
      } else if (answer.status === 'cancel_pending') wish.cancel = stronger(wish.cancel, 'noted')
      else if (isUnclear(answer) || answer.status === 'callback_queued')
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
      ...(wish.agreed && { additional: true }),
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
    wish.agreed = false
    wish.heard = 'nothing'
    return true
  }

  /** Writes down what was said of a booking; "booked", once said, stays said. Out: the answer that counts. */
  #hearBooking(wish: Wish, answers: Array<Answer | null>): Answer | null {
    for (const answer of answers) {
      if (answer === null) {
        if (wish.heard !== 'booked') wish.heard = 'unclear'
      } else if (answer.success === true && typeof answer.calcom_uid === 'string') {
        if (this.#isHeardAlready(wish, answer.calcom_uid)) {
          wish.heard = 'asked'
          continue
        }
        wish.heard = 'booked'
        wish.uid = answer.calcom_uid
        wish.bookedAt ??= this.#world.now().getTime()
        wish.bookedStart ??= wish.start
      } else if (wish.heard !== 'booked') {
        // "Ihr Termin steht bereits": also an answer to a yes that was repeated. "Meinen Sie den Termin …?" refuses nothing.
        const isQuestion = answer.status === 'already_booked' || answer.status === 'awaiting_confirmation'
        if (answer.error === 'own_appointment' || isQuestion) wish.heard = 'asked'
        else wish.heard = isUnclear(answer) ? 'unclear' : 'refused'
      }
      if (answer !== null && answer.success !== true) this.#noteRefusal(wish, answer)
    }
    return answers.at(-1) ?? null
  }

  /** The model repeats a wish of this call that was booked: told again, it is still one booking. */
  #isHeardAlready(wish: Wish, uid: string): boolean {
    return this.#ledger.wishes.some(
      (other) =>
        other !== wish &&
        other.uid === uid &&
        other.heard === 'booked' &&
        other.callId === wish.callId &&
        other.person === wish.person,
    )
  }

  /** `askedAt`: only what was booked before the question could have been known; by default everything booked before the answer. */
  #noteRefusal({ callId, from, person, start, agreed }: Wish, answer: Answer, askedAt?: number): void {
    if (!isTaken(answer)) return
    const heardAt = this.#world.now().getTime()
    const said = { error: String(answer.error), knownBy: askedAt ?? heardAt, heardAt }
    this.#ledger.refusals.push({ callId, from, person, start, agreed, ...said })
  }
}
