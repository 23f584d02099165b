/** Whatever the facts are, what is said can be spoken: short sentences, few dates, nothing of the machine. The seed of a failure is printed. */
import { expect, test } from 'vitest'
import * as appointments from '../../../src/german/sentences/appointments.ts'
import * as availability from '../../../src/german/sentences/availability.ts'
import * as booking from '../../../src/german/sentences/booking.ts'
import { detailsNoted } from '../../../src/german/sentences/details.ts'
import { spokenPhone } from '../../../src/lib/phone.ts'
import { unspeakableIn } from '../../helpers/speakable.ts'

const rounds = 400
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

function chanceOf(start: number) {
  let state = start
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  const upTo = (max: number) => Math.floor(next() * (max + 1))
  const pick = <T>(list: readonly T[]): T => list[upTo(list.length - 1)]!
  return { upTo, pick, some: <T>(max: number, make: () => T) => Array.from({ length: upTo(max) }, make) }
}

const today = '2026-11-24'
const services = [
  'Herrenhaarschnitt',
  'Schneiden & Föhnen (lang)',
  'Balayage / Strähnen [90 Min.]',
  'PZR + Fluoridierung',
  'Erstberatung <neu>',
]
const people = ['Anna Becker', 'Dr. Maximilian Leyen-Hohenstein', 'X', null]
const branches = ['Mitte', 'Nord (am Bahnhof)', null]
const windows = [
  null,
  { at: null, from: '12:00', to: '18:00', reading: 'part_of_day', part: 'afternoon' },
  { at: null, from: '16:00', to: null, reading: 'span', part: null },
] as const

test(`any answer can be spoken (seed ${seed})`, () => {
  const { upTo, pick, some } = chanceOf(seed)
  const day = () => `2026-${pick(['11', '12'])}-${String(1 + upTo(29)).padStart(2, '0')}`
  const time = () => `${String(upTo(23)).padStart(2, '0')}:${pick(['00', '05', '15', '45'])}`
  const moment = () => ({ day: day(), time: time(), today })
  const what = () => ({ service: pick(services), staff: pick(people), branch: pick(branches) })
  const draft = () => ({ ...moment(), ...what(), customer: pick(people) ?? 'Max Mustermann' })
  const own = () => ({ ...moment(), branch: pick(branches) })
  const appointment = () => ({ ...moment(), ...what(), pending: pick([true, false]) })
  const offers = () => some(5, () => ({ day: day(), time: time() }))
  const elsewhere = () =>
    some(2, () => ({ ...moment(), staff: pick(people), branch: pick(['Nord', 'Süd (City)']) }))
  const refusal = (): availability.Refusal =>
    pick<availability.Refusal>([
      { reason: 'taken', day: day() },
      { reason: 'day_full', day: day(), window: pick(windows), ruledOut: pick([true, false]) },
      { reason: 'span_full' },
      { reason: 'closed', day: day() },
      { reason: 'outside_opening_hours', day: day() },
      { reason: 'past_time', day: day() },
      { reason: 'booking_notice_violation', noticeMinutes: 15 * (1 + upTo(400)) },
    ])
  const contact = () => ({
    phone: pick([null, spokenPhone('+4915112345678'), spokenPhone('+43664123456')]),
    email: pick([null, 'sabine.lehmann@kanzlei-hohenstein.de', 'x@gmx.de']),
  })

  const builders: Record<string, () => string> = {
    timeIsFree: () => availability.timeIsFree(moment(), what(), today),
    dayHas: () =>
      availability.dayHas(
        day(),
        [...new Set([time(), ...some(9, time)])].toSorted(),
        pick(windows),
        what(),
        today,
      ),
    spanHas: () => availability.spanHas([moment(), ...offers()], what(), today),
    nextFree: () => availability.nextFree(moment(), what(), today),
    nothingFreeSoon: () => availability.nothingFreeSoon(what(), 1 + upTo(30)),
    alternativesAre: () => availability.alternativesAre(offers(), what(), today),
    notFree: () => availability.notFree(refusal(), offers(), what(), today, elsewhere()),
    stale: () => availability.maybeOutdated(availability.timeIsFree(moment(), what(), today)),
    takenMessage: () => booking.takenMessage(moment(), offers(), what(), elsewhere()),
    askToConfirm: () => booking.askToConfirm(draft(), contact()),
    bookedMessage: () => booking.bookedMessage({ ...draft(), insteadOf: pick(people) }),
    pendingMessage: () => booking.pendingMessage(draft()),
    alreadyBooked: () => booking.alreadyBookedMessage(draft()),
    ownAppointment: () => booking.askAboutOwnAppointment(own(), pick([true, false])),
    ownInTheWay: () => booking.ownAppointmentInTheWay(own(), pick([true, false]), offers()),
    askWhichDraft: () => booking.askWhichDraft([draft(), draft(), ...some(2, draft)]),
    askThisDraft: () => booking.askThisDraft(draft()),
    askForTheYes: () => booking.askForTheYes(draft(), pick(['no', 'change', 'unclear'] as const)),
    askOfferedDay: () => booking.askOfferedDay([moment(), ...some(3, moment)]),
    askBesideUnsure: () => booking.askBesideUnsure(moment()),
    appointmentsAre: () => appointments.appointmentsAre([appointment(), ...some(4, appointment)]),
    whichAppointment: () => appointments.whichAppointment([appointment(), ...some(4, appointment)]),
    noSuchAppointment: () => appointments.noSuchAppointment(some(3, appointment)),
    appointmentIs: () => appointments.appointmentIs(appointment()),
    cancelled: () => appointments.cancelled(appointment()),
    detailsNoted: () =>
      detailsNoted(appointment(), { ...contact(), name: pick(people), hasNotes: true }, pick([true, false])),
  }
  const problems = new Map<string, string>()
  for (let round = 0; round < rounds; round += 1)
    for (const [name, build] of Object.entries(builders)) {
      const said = build()
      const found = unspeakableIn(said)
      if (found.length > 0) problems.set(`${name}: ${found[0]!.split(' in:')[0]!.replace(/\d+/, 'n')}`, said)
      expect(said, name).toMatch(/^[\p{Lu}\d„].*[.?!]$/u)
    }
  expect(Object.fromEntries(problems)).toEqual({})
})
