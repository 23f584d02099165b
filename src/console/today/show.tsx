/** Today, as it is seen between two customers. */
import { clockTimeOf } from '../../german/index.ts'
import type { PageContext } from '../page.ts'
import { Box, Empty, State } from '../parts.tsx'
import { counted, minutesAndSeconds, shortNumber, span } from '../times.ts'
import type { loadAppointmentsToday, loadCallsNow, loadToDo, loadYesterday } from './load.ts'

type Loaded<Load extends (context: PageContext) => Promise<unknown>> = Awaited<ReturnType<Load>>

export function CallsNow({ context, calls }: { context: PageContext; calls: Loaded<typeof loadCallsNow> }) {
  return (
    <Box title="Jetzt im Gespräch" id="jetzt" live={context.to('/console', { teil: 'jetzt' })}>
      {calls.length === 0 ? (
        <Empty>Gerade ruft niemand an.</Empty>
      ) : (
        <ul class="entries">
          {calls.map((call) => (
            <li>
              <div class="entry">
                <a href={context.to(`/console/anrufe/${call.id}`)}>{call.name ?? shortNumber(call.number)}</a>
                <State tone="good">{`seit ${minutesAndSeconds(call.seconds)}`}</State>
              </div>
              {call.last === null ? null : <small>{messageOf(call.last.answer)}</small>}
            </li>
          ))}
        </ul>
      )}
    </Box>
  )
}

export function ToDo({ context, todo }: { context: PageContext; todo: Loaded<typeof loadToDo> }) {
  const { callbacks, unclear, failedMails } = todo
  const { now } = context
  return (
    <Box
      title="Zu tun"
      id="zutun"
      live={context.to('/console', { teil: 'zutun' })}
      aside={callbacks.length > 0 ? <a href={context.to('/console/rueckrufe')}>Alle Rückrufe</a> : null}
    >
      {callbacks.length === 0 && unclear === 0 && failedMails === 0 ? (
        <Empty>Alles erledigt. Neue Rückrufe erscheinen hier von selbst.</Empty>
      ) : (
        <ul class="entries">
          {callbacks.slice(0, 5).map((callback) => {
            const late =
              callback.preferredTo !== null && callback.preferredTo < now
                ? now.getTime() - callback.preferredTo.getTime()
                : null
            return (
              <li>
                <div class="entry">
                  <a href={context.to(`/console/rueckrufe#r${callback.id}`)}>
                    {callback.name ?? shortNumber(callback.phone)}
                  </a>
                  {late === null ? (
                    <State tone="plain">
                      {callback.claimedBy === null ? 'offen' : `bei ${callback.claimedBy}`}
                    </State>
                  ) : (
                    <State tone="attention">{`seit ${span(late)} überfällig`}</State>
                  )}
                </div>
                <small>{callback.reason ?? 'Rückruf gewünscht'}</small>
              </li>
            )
          })}
          {callbacks.length > 5 ? <li>{`und ${callbacks.length - 5} weitere`}</li> : null}
          {unclear > 0 ? (
            <li>
              <State tone="attention">{counted(unclear, 'Buchung unklar', 'Buchungen unklar')}</State>{' '}
              <small>Wir fragen im Kalender nach; Sie müssen noch nichts tun.</small>
            </li>
          ) : null}
          {failedMails > 0 ? (
            <li>
              <State tone="wrong">
                {counted(failedMails, 'E-Mail nicht zugestellt', 'E-Mails nicht zugestellt')}
              </State>
            </li>
          ) : null}
        </ul>
      )}
    </Box>
  )
}

export function Salon({
  context,
  people,
}: {
  context: PageContext
  people: Loaded<typeof loadAppointmentsToday>
}) {
  const { timeZone, now } = context
  return (
    <Box title="Termine heute">
      {people.length === 0 ? (
        <Empty>Heute sind keine Termine eingetragen.</Empty>
      ) : (
        <div class="people">
          {people.map(({ name, appointments }) => (
            <div>
              <h3>{name}</h3>
              {appointments.map(({ id, startsAt, endsAt, service, customer, isPending }) => (
                <a href={context.to(`/console/termine/${id}`)} class={endsAt < now ? 'slot past' : 'slot'}>
                  <strong>{`${clockTimeOf(startsAt, timeZone)} ${customer}`}</strong>
                  <small>{`${service} · bis ${clockTimeOf(endsAt, timeZone)}${isPending ? ' · noch zu bestätigen' : ''}`}</small>
                </a>
              ))}
            </div>
          ))}
        </div>
      )}
    </Box>
  )
}

export function Yesterday({ calls, booked, callbacks }: Loaded<typeof loadYesterday>) {
  return (
    <p class="soft">
      {`Gestern: ${counted(calls, 'Anruf', 'Anrufe')} · ${counted(booked, 'Anruf mit Termin', 'Anrufe mit Termin')} · ${counted(callbacks, 'Rückruf', 'Rückrufe')}`}
    </p>
  )
}

/** What the caller heard, of a function's answer. */
function messageOf(answer: unknown): string {
  const message = (answer as { message?: unknown } | null)?.message
  return typeof message === 'string' ? message : ''
}
