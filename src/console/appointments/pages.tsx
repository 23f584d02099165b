/** `/console/termine`: a day by person; `/console/termine/<appointment>`: one, and what can be done with it. */
import { clockTimeOf } from '../../german/index.ts'
import { writtenPhone } from '../../lib/phone.ts'
import { Kept } from '../calls/list.tsx'
import { idIn, type Page, type PageContext } from '../page.ts'
import { Box, Empty, Form, State, Tel } from '../parts.tsx'
import { exactTime, longDay } from '../times.ts'
import { dayIn, type LoadedAppointment, loadDay, loadOne } from './load.ts'

export const dayPage: Page = {
  path: '/console/termine',
  right: 'see',
  async show(context, { query }) {
    const day = dayIn(query.tag, context)
    return {
      title: `Termine, ${longDay(day)}`,
      body: <Day context={context} day={day} {...(await loadDay(context, day))} />,
    }
  },
}

export const appointmentPage: Page = {
  path: '/console/termine/:id',
  right: 'see',
  async show(context, { params }) {
    const id = idIn(params.id)
    const found = id === null ? null : await loadOne(context, id)
    if (found === null) return null
    const { appointment, customer, service } = found
    return {
      title: `${service?.name ?? 'Termin'} · ${appointment.attendeeName ?? customer?.name ?? 'ohne Namen'}`,
      body: <Appointment context={context} found={found} />,
    }
  },
}

type LoadedDay = Awaited<ReturnType<typeof loadDay>>

function Day({
  context,
  day,
  people,
  closures,
  before,
  after,
}: LoadedDay & { context: PageContext; day: string }) {
  const { now, timeZone } = context
  return (
    <>
      <form method="get" action="/console/termine" class="days">
        <Kept context={context} />
        <a class="button quiet" href={context.to('/console/termine', { tag: before })} aria-label="Tag davor">
          ‹
        </a>
        <input type="date" name="tag" value={day} aria-label="Tag" />
        <button type="submit" class="quiet">
          Zeigen
        </button>
        <a class="button quiet" href={context.to('/console/termine', { tag: after })} aria-label="Tag danach">
          ›
        </a>
      </form>
      {closures.map(({ kind, reason, fromTime, toTime }) => (
        <p class="said">
          {`${kind === 'closed' ? 'Geschlossen' : 'Geöffnet'}${fromTime === null ? '' : ` von ${fromTime} bis ${toTime}`}${reason === null ? '' : `: ${reason}`}`}
        </p>
      ))}
      <Box title="Nach Person">
        {people.length === 0 ? (
          <Empty>An diesem Tag ist noch nichts eingetragen.</Empty>
        ) : (
          <div class="people">
            {people.map(({ name, isAway, appointments }) => (
              <div>
                <h3>{name}</h3>
                {isAway ? <State tone="attention">nicht da</State> : null}
                {appointments.map((one) => (
                  <a
                    href={context.to(`/console/termine/${one.id}`)}
                    class={one.endsAt < now || one.status === 'cancelled' ? 'slot past' : 'slot'}
                  >
                    <strong>{`${clockTimeOf(one.appointmentDatetime, timeZone)} ${one.customer}`}</strong>
                    <small>{`${one.service} · ${stateOf(one)}`}</small>
                  </a>
                ))}
              </div>
            ))}
          </div>
        )}
      </Box>
    </>
  )
}

function stateOf({ status, syncState }: { status: string; syncState: string }): string {
  if (syncState === 'cancel_pending') return 'Absage ist notiert'
  return states[status] ?? status
}

const states: Record<string, string> = {
  scheduled: 'gebucht',
  pending: 'noch zu bestätigen',
  completed: 'war da',
  cancelled: 'abgesagt',
  rejected: 'abgelehnt',
  no_show: 'nicht gekommen',
}

const changes: Record<string, string> = {
  created: 'gebucht',
  rescheduled: 'verschoben',
  cancelled: 'abgesagt',
  confirmed: 'bestätigt',
  rejected: 'abgelehnt',
  completed: 'war da',
  no_show: 'nicht gekommen',
  updated: 'geändert',
}

const actors: Record<string, string> = {
  caller: 'am Telefon',
  business: 'durch den Betrieb',
  calcom: 'im Kalender',
  system: 'durch das System',
}

function Appointment({ context, found }: { context: PageContext; found: LoadedAppointment }) {
  const { appointment, customer, person, call } = found
  const { timeZone, now } = context
  const name = appointment.attendeeName ?? customer?.name ?? 'ohne Namen'
  const isStanding =
    ['scheduled', 'pending'].includes(appointment.status) && appointment.syncState === 'in_sync'
  const at = exactTime(appointment.appointmentDatetime, timeZone, now)
  return (
    <>
      <dl class="facts">
        <dt>Wann</dt>
        <dd>{`${at} bis ${clockTimeOf(appointment.endsAt, timeZone)}`}</dd>
        <dt>Bei</dt>
        <dd>{person === null ? 'noch niemandem' : `${person.firstName} ${person.lastName}`}</dd>
        <dt>Stand</dt>
        <dd>{stateOf(appointment)}</dd>
        {customer?.phone ? (
          <>
            <dt>Nummer</dt>
            <dd>
              <Tel number={customer.phone}>{writtenPhone(customer.phone)}</Tel>
            </dd>
          </>
        ) : null}
        {customer === null ? null : (
          <>
            <dt>Kundin, Kunde</dt>
            <dd>
              <a href={context.to(`/console/kunden/${customer.id}`)}>{customer.name}</a>
            </dd>
          </>
        )}
        {call === null ? null : (
          <>
            <dt>Gebucht im</dt>
            <dd>
              <a href={context.to(`/console/anrufe/${call.id}`)}>Anruf</a>
            </dd>
          </>
        )}
        {appointment.notes && context.may('transcripts') ? (
          <>
            <dt>Notiz</dt>
            <dd>{appointment.notes}</dd>
          </>
        ) : null}
      </dl>
      {isStanding && appointment.appointmentDatetime > now && context.may('appointments') ? (
        <Box title="Absagen">
          <p>
            Der Termin wird auch im Kalender abgesagt; wer eine E-Mail-Adresse hinterlassen hat, erfährt es
            von dort.
          </p>
          <Form context={context} to={`/console/termine/${appointment.id}/absagen`}>
            <div class="field">
              <label for="reason">Grund, den {name} lesen darf</label>
              <input id="reason" name="reason" maxLength={200} required />
            </div>
            <button type="submit" class="wrong">{`Termin von ${name} am ${at} absagen`}</button>
          </Form>
        </Box>
      ) : null}
      <Box title="Verlauf">
        {found.changes.length === 0 ? (
          <Empty>Noch keine Änderung.</Empty>
        ) : (
          <ol class="timeline">
            {found.changes.map(({ kind, actor, createdAt, fromDatetime, toDatetime, reason }) => (
              <li>
                <strong>{`${changes[kind] ?? kind} ${actors[actor] ?? ''}`}</strong>
                <br />
                <small>
                  {[
                    exactTime(createdAt, timeZone, now),
                    kind === 'rescheduled' && fromDatetime !== null && toDatetime !== null
                      ? `von ${exactTime(fromDatetime, timeZone, now)} auf ${exactTime(toDatetime, timeZone, now)}`
                      : null,
                    reason,
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </small>
              </li>
            ))}
          </ol>
        )}
      </Box>
    </>
  )
}
