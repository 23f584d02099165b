/**
 * What makes the demonstration's console believable: two weeks of calls with what was said and done, callbacks that wait, a
 * misunderstanding, a mail that did not arrive, and a calendar with customers in it. Written anew relative to now at each start.
 */
import type { Tenancy, Tx } from '../db/tenancy.ts'
import {
  addDays,
  clockTimeOf,
  germanDate,
  instantOf,
  localDayOf,
  sayWeekday,
  weekdayOf,
} from '../german/index.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { demoCompanies } from './seed-data.ts'

const zone = 'Europe/Berlin'
const salon = demoCompanies[0]!
const mark = 'call_demo_history_'
const daysBack = 14
const minuteMs = 60_000
/** Addresses of customers who book on the web. */
const webMailbox = 'kundin'
const webHost = '@kunden.example'

const callers = [
  ['Erika Winter', '+491712444242'],
  ['Thomas Krause', '+491603310017'],
  ['Fatma Demir', '+4915223347781'],
  ['Jonas Weber', '+491755098123'],
  ['Renate Hoffmann', '+493044910233'],
  ['Lena Vogt', '+4917634559012'],
  ['Piotr Zieliński', '+491577004418'],
  ['Sophie Brandt', '+491712007765'],
] as const

/** A caller's story: what is said, which functions answer, what comes of it. */
interface Story {
  outcome: 'booked' | 'callback' | 'told' | 'misheard'
  service: string
  words: (day: string, time: string) => string
}

const stories: readonly Story[] = [
  {
    outcome: 'booked',
    service: 'Damenhaarschnitt',
    words: (day, time) => `Ich hätte gern einen Damenschnitt ${day}, so um ${time}.`,
  },
  { outcome: 'told', service: 'Färben', words: () => 'Was kostet bei Ihnen einmal Ansatz färben?' },
  {
    outcome: 'booked',
    service: 'Herrenhaarschnitt',
    words: (day, time) => `Hallo, einmal Haare schneiden, ${day} um ${time}, geht das?`,
  },
  {
    outcome: 'callback',
    service: 'Dauerwelle',
    words: () => 'Das kläre ich lieber mit einem Menschen, können Sie mich zurückrufen?',
  },
  {
    outcome: 'booked',
    service: 'Herrenhaarschnitt',
    words: (day, time) => `Für meinen Sohn einen Termin ${day}, gegen ${time}.`,
  },
  { outcome: 'told', service: 'Herrenhaarschnitt', words: () => 'Haben Sie am Samstag offen?' },
]

/** Writes it. In: `now`, so that nothing lies in the future; the past of earlier starts is taken away. */
export async function seedHistory(
  { tenancy }: { tenancy: Pick<Tenancy, 'asSystem'> },
  now: Date,
): Promise<void> {
  await tenancy.asSystem(
    async (tx) => {
      await forget(tx)
      const names = await tx.service.findMany({ where: { companyId: salon.id } })
      const branches = await tx.branch.findMany({ where: { companyId: salon.id }, orderBy: { name: 'asc' } })
      const staff = await tx.staff.findMany({ where: { companyId: salon.id } })
      const today = localDayOf(now, zone)
      let number = 0
      for (let back = daysBack; back >= 0; back -= 1) {
        const day = addDays(today, -back)
        if (weekdayOf(day) === 7) continue
        const calls = 5 + ((back * 5) % 4)
        for (let ofDay = 0; ofDay < calls; ofDay += 1) {
          const at = new Date(
            instantOf(day, '09:00', zone)!.getTime() + (ofDay * 67 + ((back * 13) % 29)) * minuteMs,
          )
          if (at.getTime() > now.getTime() - 5 * minuteMs) break
          number += 1
          const branch = branches[number % 5 === 0 ? 1 : 0]!
          await addCall(tx, {
            ...{ number, at, branchId: branch.id, names, now },
            staffId: staff.filter(({ branchId }) => branchId === branch.id)[number % 2]?.id ?? null,
            story: stories[number % stories.length]!,
          })
        }
      }
      await addMisunderstanding(tx, now, branches[0]!.id)
      await addCallbacks(tx, now, branches[0]!.id)
      await tx.mailOutbox.create({
        data: {
          ...{ companyId: salon.id, kind: 'booking_confirmation', toAddress: 'postfach.voll@kunden.example' },
          ...{
            subject: 'Ihr Termin',
            textBody: 'Ihr Termin',
            htmlBody: 'Ihr Termin',
            messageId: `<${mark}@demo>`,
          },
          ...{ dedupeKey: mark, state: 'failed', attempts: 1, lastError: 'EENVELOPE 552' },
        },
      })
    },
    { transactionTimeoutMs: 60_000, statementTimeoutMs: 30_000 },
  )
}

async function forget(tx: Tx): Promise<void> {
  const ours = { companyId: salon.id, callId: { startsWith: mark } }
  // The simulated calendar begins empty, so what was booked on the web before is nowhere but in our rows.
  const ofTheWeb = { companyId: salon.id, attendeeEmail: { startsWith: webMailbox, endsWith: webHost } }
  const appointments = await tx.appointment.findMany({
    where: { OR: [ours, ofTheWeb] },
    select: { id: true },
  })
  const ids = appointments.map(({ id }) => id)
  await tx.mailOutbox.deleteMany({
    where: { companyId: salon.id, OR: [{ dedupeKey: mark }, { appointmentId: { in: ids } }] },
  })
  await tx.appointmentChange.deleteMany({ where: { appointmentId: { in: ids } } })
  await tx.appointment.deleteMany({ where: { id: { in: ids } } })
  await tx.callbackRequest.deleteMany({ where: ours })
  await tx.functionCall.deleteMany({ where: ours })
  await tx.call.deleteMany({ where: { companyId: salon.id, retellCallId: { startsWith: mark } } })
}

interface OneCall {
  number: number
  at: Date
  branchId: string
  staffId: number | null
  story: Story
  names: ReadonlyArray<{ id: number; name: string; branchId: string | null; durationMinutes: number }>
  now: Date
}

async function addCall(tx: Tx, { number, at, branchId, staffId, story, names, now }: OneCall): Promise<void> {
  const [name, phone] = callers[number % callers.length]!
  const callId = `${mark}${String(number).padStart(4, '0')}`
  const customerId = await customerOf(tx, name, phone)
  const day = addDays(localDayOf(at, zone), 1 + (number % 3))
  const time = `${10 + (number % 7)}:${number % 2 === 0 ? '00' : '30'}`
  const spokenDay = `am ${sayWeekday(day)}`
  const service = names.find((one) => one.name === story.service && (one.branchId ?? branchId) === branchId)
  const startsAt = instantOf(day, time, zone)
  const isBooked = story.outcome === 'booked' && service !== undefined && startsAt !== null && startsAt < now
  const seconds = 70 + ((number * 37) % 140)
  const answer = isBooked
    ? `Gern, ich habe den ${story.service} ${spokenDay} um ${time} Uhr für Sie gebucht.`
    : story.outcome === 'callback'
      ? 'Gern, wir rufen Sie heute noch zurück.'
      : story.outcome === 'told'
        ? 'Das sage ich Ihnen gern.'
        : 'Zu dieser Zeit ist leider nichts frei. Darf ich Ihnen etwas anderes anbieten?'
  const functions: Step[] = [
    ['initialize_call', {}, { success: true, message: `Guten Tag ${name}!` }, 12],
    ...(story.outcome === 'told'
      ? ([['get_service_info', { service: story.service }, { success: true, message: answer }, 9]] as Step[])
      : story.outcome === 'callback'
        ? ([
            ['request_callback', { reason: story.words('', '') }, { success: true, message: answer }, 21],
          ] as Step[])
        : ([
            [
              'check_availability',
              { date: spokenDay, time, service: story.service },
              {
                success: true,
                available: isBooked,
                message: isBooked ? `Ja, ${spokenDay} um ${time} Uhr ist frei.` : answer,
                understood: {
                  date: { value: germanDate(day), from: 'said' },
                  service: { value: story.service, from: 'said' },
                },
              },
              41,
            ],
            ...(isBooked ? [['confirm_booking', {}, { success: true, message: answer }, 380]] : []),
          ] as Step[])),
  ]
  await writeCall(tx, {
    ...{ callId, branchId, customerId, phone, at, seconds, functions },
    transcript: `Agent: Guten Tag, hier ist der digitale Assistent vom ${salon.name}. Was kann ich für Sie tun?\nUser: ${story.words(spokenDay, time)}\nAgent: ${answer}\nUser: Vielen Dank, auf Wiederhören.`,
    summary: isBooked
      ? `${name} hat einen Termin vereinbart.`
      : `${name} hat angerufen: ${story.words(spokenDay, time)}`,
    booked: isBooked,
    followUp: story.outcome === 'callback',
  })
  if (!isBooked) return
  const appointment = await tx.appointment.create({
    data: {
      ...{ companyId: salon.id, branchId, customerId, serviceId: service.id, staffId, callId },
      ...{
        appointmentDatetime: startsAt,
        endsAt: new Date(startsAt.getTime() + service.durationMinutes * minuteMs),
      },
      ...{ durationMinutes: service.durationMinutes, status: 'completed', attendeeName: name, createdAt: at },
    },
  })
  await tx.appointmentChange.create({
    data: {
      ...{ companyId: salon.id, appointmentId: appointment.id, kind: 'created', actor: 'caller', callId },
      ...{ toDatetime: startsAt, createdAt: at },
    },
  })
}

/** A service that callers call otherwise: the console leads from here to a synonym. */
async function addMisunderstanding(tx: Tx, now: Date, branchId: string): Promise<void> {
  const [name, phone] = callers[5]!
  const callId = `${mark}misheard`
  await writeCall(tx, {
    ...{ callId, branchId, phone, customerId: await customerOf(tx, name, phone), seconds: 96 },
    at: new Date(now.getTime() - 95 * minuteMs),
    functions: [
      ['initialize_call', {}, { success: true, message: `Guten Tag ${name}!` }, 14],
      [
        'check_availability',
        { service: 'Balayage', date: 'Samstag' },
        {
          success: false,
          error: 'service_not_found',
          message: 'Diese Leistung kenne ich leider nicht. Meinen Sie Färben oder Strähnen?',
        },
        18,
      ],
    ],
    transcript: `Agent: Guten Tag, hier ist der digitale Assistent vom ${salon.name}.\nUser: Ich möchte eine Balayage, am Samstag.\nAgent: Diese Leistung kenne ich leider nicht. Meinen Sie Färben oder Strähnen?\nUser: Nein, Balayage! Dann lasse ich es.`,
    summary: `${name} wollte eine Balayage; der Assistent kannte das Wort nicht.`,
    booked: false,
    followUp: false,
  })
}

async function addCallbacks(tx: Tx, now: Date, branchId: string): Promise<void> {
  const ago = (minutes: number) => new Date(now.getTime() - minutes * minuteMs)
  const wishes: Array<[number, string, number, number]> = [
    [1, 'Beschwerde: die Farbe ist nach zwei Tagen ausgewaschen', 190, -25],
    [3, 'Frage zu einer Dauerwelle bei sehr feinem Haar', 70, 90],
    [4, 'Gutschein für den Geburtstag ihrer Tochter', 20, 180],
  ]
  for (const [who, reason, minutesAgo, dueInMinutes] of wishes) {
    const [name, phone] = callers[who]!
    await tx.callbackRequest.create({
      data: {
        ...{ companyId: salon.id, branchId, name, phone, reason, kind: 'caller', createdAt: ago(minutesAgo) },
        ...{ callId: `${mark}misheard`, customerId: await customerOf(tx, name, phone) },
        ...{ preferredFrom: ago(minutesAgo - 10), preferredTo: ago(-dueInMinutes) },
      },
    })
  }
}

type Step = [name: string, args: object, answer: object, durationMs: number]

async function writeCall(
  tx: Tx,
  call: {
    callId: string
    branchId: string
    customerId: number
    phone: string
    at: Date
    seconds: number
    functions: Step[]
    transcript: string
    summary: string
    booked: boolean
    followUp: boolean
  },
): Promise<void> {
  const { callId, branchId, customerId, phone, at, seconds, functions } = call
  await tx.call.create({
    data: {
      ...{ retellCallId: callId, companyId: salon.id, branchId, customerId, fromNumber: phone },
      ...{
        status: 'analyzed',
        callStatus: 'ended',
        appointmentMade: call.booked,
        followUpNeeded: call.followUp,
      },
      ...{ durationSec: seconds, costCents: Math.round(seconds * 0.22), usdEurRate: 0.92 },
      ...{
        costEurCents: Math.round(seconds * 0.22 * 0.92),
        transcript: call.transcript,
        summary: call.summary,
      },
      ...{
        callSuccessful: true,
        startTimestamp: at,
        endTimestamp: new Date(at.getTime() + seconds * 1000),
        createdAt: at,
      },
    },
  })
  await tx.functionCall.createMany({
    data: functions.map(([functionName, args, answer, durationMs], index) => ({
      ...{
        companyId: salon.id,
        callId,
        number: index + 1,
        functionName,
        arguments: args,
        answer,
        durationMs,
      },
      status: (answer as { success?: boolean }).success === false ? 'error' : 'success',
      calledAt: new Date(at.getTime() + (8 + index * 19) * 1000),
    })),
  })
}

async function customerOf(tx: Tx, name: string, phone: string): Promise<number> {
  const known = await tx.customer.findFirst({ where: { companyId: salon.id, name, phone } })
  return (known ?? (await tx.customer.create({ data: { companyId: salon.id, name, phone, source: 'seed' } })))
    .id
}

/** Customers who have booked on the web: the rest of today and the next days. What the calendar does not take is left out. */
export async function fillCalendar(simulator: Simulator, now: Date): Promise<void> {
  const today = localDayOf(now, zone)
  const services = salon.services.slice(0, 3).flatMap(({ eventTypeIds }) => eventTypeIds.Mitte ?? [])
  for (let ahead = 0; ahead < 4; ahead += 1)
    for (const [at, hour] of [9, 10, 11, 13, 14, 16, 17].entries()) {
      const day = addDays(today, ahead)
      const time = `${String(hour).padStart(2, '0')}:00`
      if (ahead === 0 && time <= clockTimeOf(now, zone)) continue
      const [name, phone] = callers[(at + ahead) % callers.length]!
      const body = {
        eventTypeId: services[(at + ahead) % services.length],
        start: instantOf(day, time, zone)!.toISOString(),
        attendee: { name, phoneNumber: phone, email: `${webMailbox}${at}${webHost}`, timeZone: zone },
      }
      await simulator.control.bookAsStranger(body).catch(() => null)
    }
}
