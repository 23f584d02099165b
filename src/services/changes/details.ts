/**
 * Changes what an appointment says about its person: name, contact, notes. Cal.com has no way to be told (its PATCH knows neither),
 * so it is true in our row and our mails at once, and the business gets it as a task for its calendar.
 */
import type { Tx } from '../../db/tenancy.ts'
import { AppError } from '../../errors.ts'
import { speaksOfHealth } from '../../german/index.ts'
import { askEmailAgain, askPhoneAgain } from '../../german/sentences/booking.ts'
import { askNewNameAgain, askWhatToChange } from '../../german/sentences/details.ts'
import { readPhone } from '../../lib/phone.ts'
import type { AppointmentWish, Finding, OwnAppointment } from '../appointments/types.ts'
import type { CallScope } from '../call-context.ts'
import type { StoredCallback } from '../callbacks.ts'
import { readEmail, readPersonName } from '../matching/index.ts'
import type { ChangeDeps } from './attempting.ts'
import { handOver } from './handover.ts'
import { notify } from './record.ts'

/** The new data, as the words came. */
export interface DetailsWish {
  name?: string
  email?: string
  /** To be reached on; it proves nothing. */
  phone?: string
  notes?: string
}

/** The same, understood. */
export interface Details {
  name: string | null
  email: string | null
  /** E.164 */
  phone: string | null
  notes: string | null
}

export type DetailsOutcome =
  /** `isNew`: false when all of it was noted before. */
  | {
      kind: 'noted'
      appointment: OwnAppointment
      details: Details
      isNew: boolean
      callback: StoredCallback | null
    }
  | Exclude<Finding, { kind: 'one' }>

const notesMax = 500
const allNotesMax = 2_000

export class DetailChanges {
  readonly #deps: ChangeDeps

  constructor(deps: ChangeDeps) {
    this.#deps = deps
  }

  /**
   * Notes new data for the one appointment that is meant.
   * @throws AppError, a German question, when nothing was said or something was not understood: then nothing is changed
   */
  async run(scope: CallScope, which: AppointmentWish, wish: DetailsWish): Promise<DetailsOutcome> {
    const { finder, tenancy } = this.#deps
    const details = readDetails(scope, wish)
    const proven = await finder.loadProven(scope)
    let found: Finding | null = null
    const outcome = await tenancy.run(scope.call.companyId, async (tx): Promise<DetailsOutcome> => {
      found = await finder.findIn(tx, scope, which, 'change', proven)
      if (found.kind !== 'one') return found
      const { appointment } = found
      if (appointment.startsAt <= scope.now) return { kind: 'past', appointment }
      const isNew = await this.#write(tx, scope, appointment, details)
      if (!isNew) return { kind: 'noted', appointment, details, isNew, callback: null }
      const callback = await handOver(
        tx,
        this.#deps.callbacks,
        scope,
        { ...appointment, personName: details.name ?? appointment.personName },
        'details_changed',
        undefined,
        written(details),
      )
      return { kind: 'noted', appointment, details, isNew, callback }
    })
    if (found) await finder.rememberProven(scope, found, proven)
    return outcome
  }

  /** Out: whether anything is different from before. */
  async #write(tx: Tx, scope: CallScope, { id }: OwnAppointment, details: Details): Promise<boolean> {
    const { companyId, callId } = scope.call
    await tx.$executeRaw`SELECT 1 FROM appointments WHERE company_id = ${companyId} AND id = ${id} FOR UPDATE`
    const row = await tx.appointment.findUniqueOrThrow({ where: { companyId_id: { companyId, id } } })
    const notes = [details.notes, details.phone === null ? null : `Erreichbar unter ${details.phone}`]
      .filter((line) => line !== null)
      .filter((line) => !(row.notes ?? '').split('\n').includes(line))
    const changed = [
      ...(details.name !== null && details.name !== row.attendeeName ? ['name'] : []),
      ...(details.email !== null && details.email !== row.attendeeEmail ? ['email'] : []),
      ...(notes.length > 0 ? ['notes'] : []),
    ]
    if (changed.length === 0) return false
    await tx.appointment.update({
      where: { companyId_id: { companyId, id } },
      data: {
        ...(details.name !== null && { attendeeName: details.name }),
        ...(details.email !== null && { attendeeEmail: details.email }),
        // Added to what is there: a second note does not end the first.
        ...(notes.length > 0 && {
          notes: [row.notes, ...notes].filter(Boolean).join('\n').slice(-allNotesMax),
          ...(speaksOfHealth(notes.join(' ')) && { notesSensitive: true }),
        }),
        icalSequence: { increment: 1 },
      },
    })
    await tx.appointmentChange.create({
      data: {
        companyId,
        appointmentId: id,
        kind: 'updated',
        actor: 'caller',
        callId,
        reason: changed.join(', '),
        createdAt: scope.now,
      },
    })
    await notify(tx, id, 'changed', String(row.icalSequence + 1))
    return true
  }
}

/** @throws AppError for what was said and not understood, and when nothing was said */
function readDetails({ catalogue }: CallScope, wish: DetailsWish): Details {
  const notNames = [catalogue.company.name, catalogue.company.agentName ?? '']
  const name = wish.name === undefined ? null : readPersonName(wish.name, notNames.filter(Boolean))
  if (wish.name !== undefined && name === null)
    throw question('missing_customer_name', askNewNameAgain, 'name')
  const mail = wish.email === undefined ? null : readEmail(wish.email)
  if (mail !== null && mail.email === null) throw question('invalid_email', askEmailAgain, 'email')
  const phone = wish.phone === undefined ? null : readPhone(wish.phone)
  if (phone !== null && phone.phone === null) throw question('invalid_phone', askPhoneAgain, 'phone')
  const details = {
    name,
    email: mail?.email ?? null,
    phone: phone?.phone ?? null,
    notes: wish.notes?.replace(/\s+/g, ' ').trim().slice(0, notesMax) || null,
  }
  if (Object.values(details).every((value) => value === null))
    throw new AppError('missing_change', askWhatToChange, {
      fields: { status: 'needs_change', missing_fields: ['notes', 'name', 'phone', 'email'] },
    })
  return details
}

function question(
  code: 'missing_customer_name' | 'invalid_email' | 'invalid_phone',
  say: string,
  field: string,
): AppError {
  return new AppError(code, say, { fields: { status: code, missing_fields: [field] } })
}

/** For the business: the new name and number have columns of their own. */
function written({ name, email, phone, notes }: Details): string {
  return [
    name === null ? '' : 'neuer Name',
    phone === null ? '' : `Rufnummer ${phone}`,
    email === null ? '' : `E-Mail ${email}`,
    notes === null ? '' : `Hinweis: ${notes}`,
  ]
    .filter(Boolean)
    .join('; ')
}
