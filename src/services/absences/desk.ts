/**
 * A person is away: taken out of what is offered at once, their appointments listed with a proposal each, the approved ones carried out
 * through the ordinary changes (so that customers are told), and the rest left as calls to make. Nothing is cancelled.
 */
import type { Logger } from 'pino'
import type { Tenancy } from '../../db/tenancy.ts'
import { addDays, dayBounds, germanDate, type LocalDay, localDayOf } from '../../german/index.ts'
import type { Clock } from '../../lib/clock.ts'
import { Deadline } from '../../lib/deadline.ts'
import { loadAppointment } from '../appointments/identity.ts'
import type { OwnAppointment } from '../appointments/types.ts'
import { type AppointmentView, branchOfAppointment, viewOf } from '../appointments/view.ts'
import type { CallScope } from '../call-context.ts'
import type { CallbackService } from '../callbacks.ts'
import type { Catalogue, CatalogueStaff, Catalogues } from '../catalogue.ts'
import type { AppointmentChanges } from '../changes/changes.ts'
import { fullName } from '../choices.ts'
import { isAwayDuring } from '../day-hours.ts'
import { jobScope } from '../job-scope.ts'
import { matchStaff } from '../matching/index.ts'
import { type Proposal, proposalId, propose } from './proposals.ts'

export interface Away {
  companyId: number
  /** As the operator writes it. */
  name: string
  from: LocalDay
  to: LocalDay
  /** Local times of each day; null: all day. */
  times: { from: string; to: string } | null
  note: string | null
}

/** The company or the person could not be told. */
export interface Unclear {
  kind: 'no_company' | 'unknown' | 'which'
  names: string[]
}

/** An appointment that the person cannot serve. */
export interface Concerned {
  view: AppointmentView
  personName: string
  phone: string | null
  /** What is proposed; null: call them. */
  proposal: Proposal | null
  /** For the operator's yes. */
  proposalId: string | null
  /** What came of it, when something was approved. */
  outcome: 'proposed' | 'done' | 'to_call' | 'unclear'
}

type Deps = {
  tenancy: Pick<Tenancy, 'run' | 'asSystem' | 'asReport'>
  catalogues: Catalogues
  actions: AppointmentChanges
  callbacks: Pick<CallbackService, 'note'>
  clock: Clock
  log: Logger
}

const budgetMs = 30_000
const standing = ['scheduled', 'pending']

export class AbsenceDesk {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * Notes the absence (once), and lists what it concerns. With `approve`, a list of proposals' ids or appointments' numbers, or 'all',
   * carries those out, and leaves what remains as calls to make.
   */
  async away(
    away: Away,
    approve: readonly string[] | 'all' | null,
  ): Promise<Unclear | { kind: 'away'; name: string; isNew: boolean; concerned: Concerned[] }> {
    const found = await this.#find(away.companyId, away.name)
    if ('kind' in found) return found
    const { person } = found
    const isNew = await this.#note(person, away)
    this.#deps.catalogues.forget(away.companyId)
    const catalogue = await this.#deps.catalogues.load(away.companyId)
    const concerned: Concerned[] = []
    for (const appointment of await this.#load(catalogue, person, away)) {
      const scope = this.#scope(catalogue, appointment)
      const proposal = await propose(this.#deps.actions, scope, appointment, away.to)
      const { timeZone } = branchOfAppointment(appointment, scope)
      const id = proposal && proposalId(appointment, proposal, timeZone)
      const isApproved =
        approve === 'all' || (approve ?? []).some((said) => said === id || said === String(appointment.id))
      const outcome =
        approve === null
          ? 'proposed'
          : proposal && isApproved
            ? await this.#carryOut(scope, appointment, proposal, person)
            : 'to_call'
      if (outcome === 'to_call') await this.#leaveCall(scope, appointment, person)
      concerned.push({
        view: viewOf(appointment, scope),
        personName: appointment.personName,
        phone: appointment.phone,
        proposal,
        proposalId: id,
        outcome,
      })
    }
    return { kind: 'away', name: fullName(person), isNew, concerned }
  }

  /** The person is here again from that day on. Out: how many absences ended or fell away. */
  async back(
    companyId: number,
    name: string,
    from: LocalDay | null,
  ): Promise<Unclear | { kind: 'back'; name: string; ended: number }> {
    const found = await this.#find(companyId, name)
    if ('kind' in found) return found
    const { person, catalogue } = found
    const first = from ?? localDayOf(this.#deps.clock.now(), catalogue.company.timeZone)
    const ended = await this.#deps.tenancy.asSystem(async (tx) => {
      const open = { companyId, staffId: person.id, lastDay: { gte: new Date(first) } }
      const { count: gone } = await tx.absence.deleteMany({
        where: { ...open, firstDay: { gte: new Date(first) } },
      })
      const { count: cut } = await tx.absence.updateMany({
        where: open,
        data: { lastDay: new Date(addDays(first, -1)) },
      })
      return gone + cut
    })
    this.#deps.catalogues.forget(companyId)
    return { kind: 'back', name: fullName(person), ended }
  }

  async #find(
    companyId: number,
    name: string,
  ): Promise<Unclear | { person: CatalogueStaff; catalogue: Catalogue }> {
    const exists = await this.#deps.tenancy.asReport((tx) => tx.company.count({ where: { id: companyId } }))
    if (exists === 0) return { kind: 'no_company', names: [] }
    const catalogue = await this.#deps.catalogues.load(companyId)
    const match = matchStaff(name, catalogue.staff)
    if (match.kind === 'match') return { person: match.staff, catalogue }
    return match.kind === 'ambiguous'
      ? { kind: 'which', names: match.candidates.map(fullName) }
      : { kind: 'unknown', names: catalogue.staff.map(fullName) }
  }

  /** Out: whether it was not there already. */
  async #note({ id: staffId }: CatalogueStaff, { companyId, from, to, times, note }: Away): Promise<boolean> {
    const row = {
      companyId,
      staffId,
      firstDay: new Date(from),
      lastDay: new Date(to),
      fromTime: times?.from ?? null,
      toTime: times?.to ?? null,
    }
    return this.#deps.tenancy.asSystem(async (tx) => {
      const same = await tx.absence.findFirst({ where: row })
      if (same === null) await tx.absence.create({ data: { ...row, note } })
      else if (note !== null) await tx.absence.update({ where: { id: same.id }, data: { note } })
      return same === null
    })
  }

  /** The person's coming appointments that the absence touches, earliest first. */
  async #load(catalogue: Catalogue, person: CatalogueStaff, { from, to }: Away): Promise<OwnAppointment[]> {
    const { tenancy, clock } = this.#deps
    const companyId = catalogue.company.id
    const { timeZone } = catalogue.company
    // A day more on either side: branches may have zones of their own, and an appointment may begin the day before.
    const begins = dayBounds(addDays(from, -1), timeZone).start
    const ends = dayBounds(addDays(to, 1), timeZone).end
    const now = clock.now()
    return tenancy.run(companyId, async (tx) => {
      const rows = await tx.appointment.findMany({
        where: {
          companyId,
          staffId: person.id,
          status: { in: standing },
          syncState: 'in_sync',
          appointmentDatetime: { gt: begins < now ? now : begins, lt: ends },
        },
        select: { id: true },
        orderBy: { appointmentDatetime: 'asc' },
      })
      const found: OwnAppointment[] = []
      for (const { id } of rows) {
        const appointment = await loadAppointment(tx, companyId, id)
        if (appointment && this.#isTouched(catalogue, person, appointment)) found.push(appointment)
      }
      return found
    })
  }

  #isTouched(catalogue: Catalogue, { id }: CatalogueStaff, appointment: OwnAppointment): boolean {
    const absences = catalogue.staff.find((person) => person.id === id)?.absences ?? []
    const { timeZone } = branchOfAppointment(appointment, this.#scope(catalogue, appointment))
    return isAwayDuring(absences, timeZone, appointment.startsAt, appointment.durationMinutes)
  }

  #scope(catalogue: Catalogue, { branchId, customerId, phone }: OwnAppointment): CallScope {
    const { clock, log } = this.#deps
    const deadline = new Deadline({ clock, budgetMs })
    const begun = { branchId, callId: null, customerId, callerNumber: phone }
    return jobScope(catalogue, begun, { now: clock.now(), deadline, log })
  }

  async #carryOut(
    scope: CallScope,
    appointment: OwnAppointment,
    proposal: Proposal,
    person: CatalogueStaff,
  ): Promise<Concerned['outcome']> {
    const { actions } = this.#deps
    const reason = `${fullName(person)} ist nicht da`
    if (proposal.kind === 'person') {
      const given = await actions.persons.giveTo(scope, appointment, proposal.person, reason)
      return given === 'done' ? 'done' : given === 'unclear' ? 'unclear' : 'to_call'
    }
    const moved = await actions.moveForBusiness(scope, appointment, proposal.startsAt, reason)
    if (moved.kind === 'done' || moved.kind === 'unchanged') return 'done'
    // What is unclear or handed over has its own callback already.
    return ['unclear', 'handed_over', 'busy', 'moved'].includes(moved.kind) ? 'unclear' : 'to_call'
  }

  /** A call for the business to make, once per appointment. */
  async #leaveCall(scope: CallScope, appointment: OwnAppointment, person: CatalogueStaff): Promise<void> {
    const { service, date, time } = viewOf(appointment, scope)
    const what = `${service} am ${germanDate(date)}, ${time} Uhr`
    const reason = `${fullName(person)} ist nicht da, bitte anrufen und neu vereinbaren: ${what}`
    const { companyId } = scope.call
    const where = { companyId, status: 'open', customerId: appointment.customerId, reason }
    if ((await this.#deps.tenancy.run(companyId, (tx) => tx.callbackRequest.count({ where }))) > 0) return
    await this.#deps.callbacks.note(scope, {
      kind: 'technical',
      reason,
      name: appointment.personName,
      isTask: true,
    })
  }
}
