/**
 * One caller with one wish, from the first ring to the end: asks, books, changes the mind, repeats, is cut off and rings
 * again, moves, cancels. Decides by chance, reacts to answers as an agent does, and notes in the ledger what was said.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Chance } from './chance.ts'
import { berlin, note, type Person } from './ledger.ts'
import type { Line } from './people.ts'
import type { PhoneCall, Reply } from './retell.ts'
import { bookingArgs, chooseDay, otherTime, popularTimes, spoken, type Wish } from './wishes.ts'

type Args = Record<string, unknown>

export type ScriptDeps = {
  chance: Chance
  line: Line
  person: Person
  /** A new call of this person. */
  ring: () => Promise<PhoneCall>
  hangUp: (call: PhoneCall) => Promise<void>
  /** Resolves while the gateway runs. */
  gatewayUp: () => Promise<void>
  /** The second person on the same number. */
  sibling: () => Person
}

/** Errors that mean: that time cannot be had. */
const takenErrors = /slot_taken|slot_unavailable|booking_refused/

export class Script {
  readonly #deps: ScriptDeps
  #call!: PhoneCall
  #asked = 0

  constructor(deps: ScriptDeps) {
    this.#deps = deps
  }

  async run(): Promise<void> {
    const { chance, person, ring, hangUp, sibling } = this.#deps
    this.#call = await ring()
    const plan = chance.weighted({
      ...{ plain: 20, doubled: 14, mindChanged: 12, notYet: 5, oneStep: 9, cutOff: 14 },
      ...{ cancel: 14, move: 18, siblings: 5, askOnly: 3 },
    })
    if (chance.hits(0.4)) await this.#ask('initialize_call', {})
    const wish = await this.#chooseWish()
    if (plan === 'askOnly') return hangUp(this.#call)
    if (plan === 'mindChanged') await this.#start(person, otherTime(chance, this.#deps.line, wish))
    if (plan === 'notYet') await this.#withdraw(person, otherTime(chance, this.#deps.line, wish))
    const booked = await this.#book(person, wish, plan)
    if (plan === 'siblings') await this.#book(sibling(), wish, 'plain')
    if (plan === 'cutOff') {
      await this.#ringAgain()
      await this.#book(person, wish, 'plain')
    }
    if (booked && (plan === 'cancel' || plan === 'move')) {
      if (chance.hits(0.6)) await this.#ringAgain()
      if (plan === 'move') await this.#move(wish)
      else await this.#cancel(wish)
    }
    await hangUp(this.#call)
  }

  async #book(person: Person, wish: Wish, plan: string): Promise<boolean> {
    const { chance } = this.#deps
    const args = bookingArgs(this.#deps.chance, person.name, wish)
    if (plan === 'oneStep') {
      const reply = await this.#ask('book_appointment', args, chance.hits(0.3))
      return this.#noteBooking(person, wish, reply, 'book_appointment')
    }
    const started = await this.#start(person, wish, chance.hits(plan === 'doubled' ? 0.3 : 0.05))
    if (!started) return this.#settleFor(person, wish, plan)
    const confirm: Args = { ...(chance.hits(0.75) ? { booking_id: started } : {}), confirmed: true }
    if (plan === 'cutOff') {
      note(person, wish.start, 'open', 'confirm_booking, line dropped')
      await this.#call.ask('confirm_booking', confirm, 30 + Math.floor(chance.next() * 1500))
      return false
    }
    const reply = await this.#ask('confirm_booking', confirm, plan === 'doubled')
    if (this.#noteBooking(person, wish, reply, 'confirm_booking')) {
      // The model says it once more.
      if (chance.hits(0.15)) {
        const again = await this.#ask('confirm_booking', confirm)
        this.#noteBooking(person, wish, again, 'confirm_booking again')
      }
      return true
    }
    if (person.claims.get(wish.start)?.word === 'refused') return this.#settleFor(person, wish, plan, reply)
    // Whoever hears that they have the appointment already wants no second one; saying yes again would be the yes to one.
    if (reply.body.error === 'own_appointment') return false
    if (chance.hits(0.5)) {
      const again = await this.#ask('confirm_booking', confirm)
      return this.#noteBooking(person, wish, again, 'confirm_booking again')
    }
    if (chance.hits(0.5)) {
      await this.#ringAgain()
      if (await this.#start(person, wish)) {
        const last = await this.#ask('confirm_booking', { confirmed: true })
        return this.#noteBooking(person, wish, last, 'confirm_booking in a new call')
      }
    }
    return false
  }

  /** The booking id, or undefined when it cannot be had (or is there already). */
  async #start(person: Person, wish: Wish, doubled = false): Promise<string | undefined> {
    const reply = await this.#ask('start_booking', bookingArgs(this.#deps.chance, person.name, wish), doubled)
    const { success, booking_id, status } = reply.body
    if (status === 'already_booked' || reply.body.error === 'own_appointment') {
      const told = (reply.body.existing_appointment ?? reply.body) as Args
      const at = berlin(told.date, told.time)
      // On a number that several share it may be somebody else's appointment that is asked about.
      if (at === wish.start && person.claims.has(at))
        note(person, at, 'live', `start_booking: ${status ?? reply.body.error}`)
      return undefined
    }
    if (success === true && typeof booking_id === 'string') return booking_id
    if (takenErrors.test(String(reply.body.error)) && person.claims.has(wish.start))
      note(person, wish.start, 'refused', `start_booking: ${reply.body.error}`)
    return undefined
  }

  /** Taken: one of the times that were offered instead, once. */
  async #settleFor(person: Person, wish: Wish, plan: string, reply?: Reply): Promise<boolean> {
    const offered = ((reply ?? this.#call.steps.at(-1)?.reply)?.body.alternatives ?? []) as Args[]
    const first = Array.isArray(offered) ? offered[0] : undefined
    const start = first && berlin(first.date, first.time)
    if (!start || this.#asked > 8 || plan === 'cutOff' || this.#deps.chance.hits(0.3)) return false
    const other = { ...wish, date: String(first.date), time: String(first.time), start }
    if (person.claims.has(start)) return false
    const id = await this.#start(person, other)
    if (!id) return false
    const confirmed = await this.#ask('confirm_booking', { booking_id: id, confirmed: true })
    this.#noteBooking(person, other, confirmed, 'confirm_booking of an alternative')
    return false
  }

  async #withdraw(person: Person, wish: Wish): Promise<void> {
    const id = await this.#start(person, wish)
    if (id) await this.#ask('confirm_booking', { booking_id: id, confirmed: false })
  }

  async #cancel(wish: Wish): Promise<void> {
    const { chance, person } = this.#deps
    const known = person.claims.get(wish.start)
    const args: Args =
      chance.hits(0.4) && known?.appointmentId
        ? { appointment_id: known.appointmentId }
        : chance.hits(0.5)
          ? { date: wish.date }
          : { datum: spoken(wish.date), uhrzeit: wish.time }
    const dropped = chance.hits(0.1)
    note(person, wish.start, 'open', 'cancel_appointment asked', { appointmentId: known?.appointmentId })
    const reply = await this.#ask('cancel_appointment', args, chance.hits(0.3), dropped)
    if (reply.status === 'none') return
    const told = (reply.body.cancelled_appointment ?? {}) as Args
    const at = berlin(told.date, told.time)
    if (reply.body.success === true && at !== undefined) note(person, at, 'gone', 'cancel_appointment')
  }

  async #move(wish: Wish): Promise<void> {
    const { chance, person } = this.#deps
    const target = otherTime(chance, this.#deps.line, wish)
    const known = person.claims.get(wish.start)
    const args: Args = {
      ...(chance.hits(0.4) && known?.appointmentId
        ? { appointment_id: known.appointmentId }
        : { old_date: wish.date, old_uhrzeit: wish.time }),
      ...{ new_date: chance.hits(0.3) ? spoken(target.date) : target.date, new_time: target.time },
    }
    const dropped = chance.hits(0.1)
    note(person, wish.start, 'open', 'reschedule_appointment asked')
    if (!person.claims.has(target.start)) note(person, target.start, 'open', 'reschedule_appointment asked')
    const reply = await this.#ask('reschedule_appointment', args, chance.hits(0.3), dropped)
    if (reply.status === 'none') return
    const { success, old_appointment, new_appointment } = reply.body as Record<string, Args | undefined>
    const from = berlin(old_appointment?.date, old_appointment?.time)
    const to = berlin(new_appointment?.date, new_appointment?.time)
    if ((success as unknown) === true && to !== undefined) {
      if (from !== undefined && from !== to) note(person, from, 'gone', 'reschedule_appointment')
      note(person, to, 'live', 'reschedule_appointment', { moved: true })
    } else if (
      takenErrors.test(String(reply.body.error)) &&
      person.claims.get(target.start)?.word === 'open'
    ) {
      note(person, target.start, 'refused', `reschedule_appointment: ${reply.body.error}`)
      note(person, wish.start, 'live', 'the old one stays')
    }
  }

  #noteBooking(person: Person, wish: Wish, reply: Reply, how: string): boolean {
    const { success, error, date, time, appointment_id } = reply.body
    if (success === true) {
      const at = berlin(date, time) ?? wish.start
      note(person, at, 'live', how, {
        appointmentId: String(appointment_id ?? ''),
        otherTime: at !== wish.start,
      })
      return at === wish.start
    }
    if (error === 'own_appointment') {
      const told = (reply.body.existing_appointment ?? {}) as Args
      if (berlin(told.date, told.time) === wish.start && person.claims.has(wish.start))
        note(person, wish.start, 'live', `${how}: own_appointment`)
      return false
    }
    const before = person.claims.get(wish.start)
    if (takenErrors.test(String(error))) note(person, wish.start, 'refused', `${how}: ${error}`)
    else if (before?.word !== 'live') note(person, wish.start, 'open', `${how}: ${error ?? reply.status}`)
    return false
  }

  /** A request with what happens to requests: sent twice at once, retried after no answer, or the line drops. */
  async #ask(name: string, args: Args, doubled = false, dropped = false): Promise<Reply> {
    const { chance, gatewayUp } = this.#deps
    this.#asked += 1
    if (dropped) {
      await this.#call.ask(name, args, 30 + Math.floor(chance.next() * 900))
      await this.#ringAgain()
      return { status: 'none', body: {} }
    }
    const waits = doubled && chance.hits(0.5)
    const first = this.#call.ask(name, args)
    let reply: Reply
    if (doubled) {
      if (waits) await pause(Math.floor(chance.next() * 300))
      const second = this.#call.repeat(name, args)
      reply = await last(first, second)
    } else reply = await first
    for (let retry = 0; retry < 2 && reply.status === 'none'; retry += 1) {
      await gatewayUp()
      reply = await this.#call.repeat(name, args)
    }
    return reply
  }

  async #ringAgain(): Promise<void> {
    const { chance, gatewayUp, hangUp, ring } = this.#deps
    await hangUp(this.#call)
    await gatewayUp()
    await pause(Math.floor(chance.next() * 800))
    this.#call = await ring()
  }

  /** A day, and mostly a time that was said to be free. */
  async #chooseWish(): Promise<Wish> {
    const { chance, line } = this.#deps
    const service = chance.hits(0.6) ? (line.services[0] as string) : chance.pick(line.services)
    const people = line.staff[service] ?? []
    const staff = people.length > 0 && chance.hits(0.2) ? { staff: chance.pick(people) } : {}
    const date = chooseDay(chance, line)
    let time = chance.pick(popularTimes)
    if (chance.hits(0.6)) {
      const asked = chance.hits(0.3)
        ? { date: spoken(date), service, ...staff }
        : { date, time, service, ...staff }
      const { body } = await this.#ask('check_availability', asked)
      const slots = Array.isArray(body.slots) ? (body.slots as string[]) : []
      if (slots.length > 0 && !(chance.hits(0.4) && slots.includes(time))) time = chance.pick(slots)
    }
    return { date, time, start: berlin(date, time) as number, service, ...staff }
  }
}

/** The reply that came last, of those that came: it is the one the agent acts on. */
async function last(...asked: Promise<Reply>[]): Promise<Reply> {
  let latest: Reply = { status: 'none', body: {} }
  await Promise.all(
    asked.map(async (each) => {
      const reply = await each
      if (reply.status !== 'none') latest = reply
    }),
  )
  return latest
}
