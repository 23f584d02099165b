/**
 * What mails say. Unlike the other sentences these are read, not heard: written dates with clock times, the year always
 * there. Pure; values come in cleaned (services/mail/render.ts) and are escaped where they become HTML.
 */
import { sayMonth, sayWeekday } from '../phrases.ts'
import type { ClockTime, LocalDay } from '../types.ts'
import { urgencyOf } from '../urgency.ts'

/** One mail before it is rendered: paragraphs, a small table, paragraphs. */
export interface MailText {
  subject: string
  greeting: string
  opening: string[]
  facts: Array<[label: string, value: string]>
  closing: string[]
  /** Who signs. */
  signature: string
}

export type AppointmentMailKind = 'confirmed' | 'requested' | 'rescheduled' | 'cancelled' | 'rejected'

export interface WrittenMoment {
  day: LocalDay
  time: ClockTime
}

export interface AppointmentMailFacts {
  /** Who the appointment is for; null when unknown. */
  name: string | null
  company: string
  service: string
  at: WrittenMoment
  /** rescheduled: where it was. */
  before: WrittenMoment | null
  durationMinutes: number
  staff: string | null
  /** Branch and address. */
  place: string | null
  /** The business's number, as people write it. */
  phone: string | null
  /** cancelled: the customer asked for it. */
  byCustomer: boolean
}

/** "27.11.2026, 14:30 Uhr" */
function shortMoment({ day, time }: WrittenMoment): string {
  return `${day.slice(8, 10)}.${day.slice(5, 7)}.${day.slice(0, 4)}, ${time} Uhr`
}

/** "Freitag, 27. November 2026, 14:30 Uhr" */
function longMoment({ day, time }: WrittenMoment): string {
  return `${sayWeekday(day)}, ${Number(day.slice(8, 10))}. ${sayMonth(day)} ${day.slice(0, 4)}, ${time} Uhr`
}

/** The mail to a customer about their appointment. */
export function appointmentMail(kind: AppointmentMailKind, facts: AppointmentMailFacts): MailText {
  const { company, at, before, phone } = facts
  const change =
    phone === null
      ? 'Wenn Sie den Termin ändern oder absagen möchten, rufen Sie uns bitte an.'
      : `Wenn Sie den Termin ändern oder absagen möchten, rufen Sie uns bitte an: ${phone}.`
  const again =
    phone === null
      ? 'Für einen neuen Termin rufen Sie uns gern an.'
      : `Für einen neuen Termin rufen Sie uns gern an: ${phone}.`
  const texts: Record<AppointmentMailKind, { subject: string; opening: string; closing: string }> = {
    confirmed: {
      subject: `Ihr Termin am ${shortMoment(at)}`,
      opening: 'Ihr Termin ist gebucht. Wir freuen uns auf Sie.',
      closing: change,
    },
    requested: {
      subject: `Ihre Terminanfrage für den ${shortMoment(at)}`,
      opening:
        'Ihre Terminanfrage ist bei uns eingegangen. Der Termin gilt erst, wenn wir ihn bestätigt haben; Sie erhalten dann eine weitere Nachricht.',
      closing: change,
    },
    rescheduled: {
      subject: `Ihr Termin ist jetzt am ${shortMoment(at)}`,
      opening:
        before === null
          ? 'Ihr Termin wurde verschoben. So steht er jetzt bei uns im Kalender:'
          : `Ihr Termin vom ${longMoment(before)}, wurde verschoben. So steht er jetzt bei uns im Kalender:`,
      closing: change,
    },
    cancelled: {
      subject: `Abgesagt: Ihr Termin am ${shortMoment(at)}`,
      opening: facts.byCustomer
        ? 'Wie gewünscht haben wir Ihren Termin abgesagt. Er findet nicht statt:'
        : 'Ihr Termin wurde abgesagt. Er findet nicht statt:',
      closing: again,
    },
    rejected: {
      subject: `Ihre Terminanfrage für den ${shortMoment(at)}`,
      opening: 'Leider können wir Ihre Terminanfrage nicht bestätigen. Dieser Termin kommt nicht zustande:',
      closing: again,
    },
  }
  const { subject, opening, closing } = texts[kind]
  return {
    subject,
    greeting: facts.name === null ? 'Guten Tag,' : `Guten Tag ${facts.name},`,
    opening: [opening],
    facts: [
      ['Termin', longMoment(at)],
      ['Leistung', facts.service],
      ['Dauer', `${facts.durationMinutes} Minuten`],
      ...optional('Bei', facts.staff),
      ...optional('Ort', facts.place),
    ],
    closing: [closing],
    signature: company,
  }
}

/** The calendar entry's title and notes. */
export function calendarEntry(facts: Pick<AppointmentMailFacts, 'service' | 'company' | 'staff' | 'phone'>): {
  title: string
  notes: string
} {
  const notes = [
    ...(facts.staff === null ? [] : [`Bei ${facts.staff}.`]),
    ...(facts.phone === null ? [] : [`Ändern oder absagen: ${facts.phone}.`]),
  ]
  return { title: `${facts.service}, ${facts.company}`, notes: notes.join(' ') }
}

export interface CallbackMailFacts {
  kind: 'caller' | 'policy' | 'technical' | 'privacy'
  company: string
  name: string | null
  phone: string | null
  reason: string
  /** When, in the caller's own words. */
  wish: string | null
  /** Until when the law wants an answer. */
  due?: WrittenMoment | null
  /** What the caller was promised. */
  promisedFrom: WrittenMoment | null
  promisedTo: WrittenMoment | null
  branch: string | null
  receivedAt: WrittenMoment
  /** The request was mailed before and has been completed since. */
  completed: boolean
}

/** The mail to the business about somebody who is to be called back. */
export function callbackMail(facts: CallbackMailFacts): MailText {
  const { kind, name, phone, promisedFrom, promisedTo } = facts
  const what = {
    caller: 'Rückruf',
    policy: 'Rückruf (Frist oder Regel)',
    technical: 'Bitte prüfen',
    privacy: 'Anliegen zum Datenschutz',
  }[kind]
  const opening = {
    caller: 'am Telefon wurde um einen Rückruf gebeten.',
    policy:
      'ein Anliegen am Telefon ließ sich nach Ihren Regeln nicht ohne Sie erledigen. Bitte rufen Sie zurück.',
    technical: 'ein Anliegen am Telefon konnte nicht abgeschlossen werden. Bitte kümmern Sie sich darum.',
    privacy:
      'am Telefon hat jemand ein Recht nach der Datenschutz-Grundverordnung geltend gemacht. Bitte prüfen Sie, wer es ist, und antworten Sie innerhalb der Frist.',
  }[kind]
  const promised =
    promisedFrom === null || promisedTo === null
      ? null
      : promisedFrom.day === promisedTo.day
        ? `${longMoment(promisedFrom)}, bis ${promisedTo.time} Uhr`
        : `${longMoment(promisedFrom)}, bis ${longMoment(promisedTo)}`
  // The other kinds are in our words, not the caller's.
  const isUrgent = kind === 'caller' && urgencyOf(facts.reason, facts.wish) !== 'normal'
  return {
    subject: `${isUrgent ? 'Dringend: ' : ''}${facts.completed ? 'Ergänzt: ' : ''}${what}: ${name ?? phone ?? 'ohne Namen'}`,
    greeting: 'Guten Tag,',
    opening: facts.completed ? [opening, 'Die Angaben wurden inzwischen ergänzt:'] : [opening],
    facts: [
      ['Name', name ?? 'nicht genannt'],
      ['Telefon', phone ?? 'unbekannt'],
      ['Anliegen', facts.reason],
      ...optional('Gesetzliche Frist', facts.due ? longMoment(facts.due) : null),
      ...optional('Gewünscht', facts.wish),
      ...optional('Zugesagt', promised),
      ...optional('Filiale', facts.branch),
      ['Eingegangen', longMoment(facts.receivedAt)],
    ],
    closing: [],
    signature: `Terminservice für ${facts.company}`,
  }
}

function optional(label: string, value: string | null): Array<[string, string]> {
  return value === null || value === '' ? [] : [[label, value]]
}
