/**
 * The calendar entry that travels with a mail (RFC 5545, RFC 5546). A calendar updates its entry in place because the UID
 * stays the same over moves while SEQUENCE grows; METHOD CANCEL takes it out. Times are local with the zone's own
 * definition beside them. Pure.
 */
import ical, {
  ICalAttendeeRole,
  ICalAttendeeStatus,
  ICalCalendarMethod,
  ICalEventStatus,
} from 'ical-generator'
import { DateTime, IANAZone } from 'luxon'

export interface Invitation {
  method: 'REQUEST' | 'CANCEL'
  uid: string
  sequence: number
  startsAt: Date
  endsAt: Date
  /** IANA zone of the branch. */
  zone: string
  title: string
  notes: string
  place: string | null
  /** A pending appointment is tentative. */
  tentative: boolean
  organizer: { name: string; address: string }
  attendee: { name: string; address: string }
  now: Date
}

/** The entry as iCalendar text. */
export function renderInvitation(invitation: Invitation): string {
  const { method, startsAt, endsAt, zone, tentative, organizer, attendee } = invitation
  const calendar = ical({
    prodId: { company: 'AskPro', product: 'Terminservice', language: 'DE' },
    method: ICalCalendarMethod[method],
    // Without a name: then only the events are local, and DTSTAMP stays UTC as the standard demands.
    timezone: { name: null, generator: (name) => describeZone(name, startsAt) },
  })
  const local = (instant: Date) => DateTime.fromJSDate(instant, { zone })
  const event = calendar.createEvent({
    id: invitation.uid,
    sequence: invitation.sequence,
    stamp: DateTime.fromJSDate(invitation.now, { zone: 'utc' }),
    start: local(startsAt),
    end: local(endsAt),
    timezone: zone,
    summary: invitation.title,
    description: invitation.notes === '' ? null : invitation.notes,
    location: invitation.place,
    organizer: { name: quotable(organizer.name), email: organizer.address },
    status:
      method === 'CANCEL'
        ? ICalEventStatus.CANCELLED
        : tentative
          ? ICalEventStatus.TENTATIVE
          : ICalEventStatus.CONFIRMED,
  })
  event.createAttendee({
    name: quotable(attendee.name),
    email: attendee.address,
    role: ICalAttendeeRole.REQ,
    status: ICalAttendeeStatus.ACCEPTED,
    rsvp: false,
  })
  return calendar.toString()
}

/** A parameter value cannot hold quotes (RFC 5545, 3.1). */
function quotable(name: string): string {
  return name.replace(/["\p{Cc}]/gu, '')
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const year = (instantMs: number) => new Date(instantMs).getUTCFullYear()

/** VTIMEZONE: every change of the clocks from the year before the event to the year after it. */
function describeZone(name: string, around: Date): string {
  const zone = IANAZone.create(name)
  const end = Date.UTC(year(around.getTime()) + 2, 0)
  const blocks: string[] = []
  let atMs = Date.UTC(year(around.getTime()) - 1, 0)
  const first = zone.offset(atMs)
  blocks.push(observance('STANDARD', '19700101T000000', first, first, zone.offsetName(atMs, nameFormat)))
  for (; atMs < end; atMs += dayMs) {
    const before = zone.offset(atMs)
    const after = zone.offset(atMs + dayMs)
    if (before === after) continue
    let changeMs = atMs
    while (zone.offset(changeMs) === before) changeMs += hourMs / 4
    const localStart = DateTime.fromMillis(changeMs + before * 60_000, { zone: 'utc' }).toFormat(
      "yyyyMMdd'T'HHmmss",
    )
    const kind = after > before ? 'DAYLIGHT' : 'STANDARD'
    blocks.push(observance(kind, localStart, before, after, zone.offsetName(changeMs, nameFormat)))
  }
  return ['BEGIN:VTIMEZONE', `TZID:${name}`, ...blocks, 'END:VTIMEZONE'].join('\r\n')
}

const nameFormat = { format: 'short', locale: 'de' } as const

function observance(kind: string, start: string, from: number, to: number, name: string | null): string {
  return [
    `BEGIN:${kind}`,
    `DTSTART:${start}`,
    `TZOFFSETFROM:${offsetText(from)}`,
    `TZOFFSETTO:${offsetText(to)}`,
    ...(name === null ? [] : [`TZNAME:${name}`]),
    `END:${kind}`,
  ].join('\r\n')
}

/** "+0100" */
function offsetText(minutes: number): string {
  const size = Math.abs(minutes)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`
}
