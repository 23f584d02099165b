/** `/console/anrufe/<call>`: what was said beside what the system did. */
import { writtenPhone } from '../../lib/phone.ts'
import { whatItDid } from '../function-names.ts'
import { idIn, type Page, type PageContext } from '../page.ts'
import { Box, Empty, Folded, State, Tel } from '../parts.tsx'
import { euros, exactTime, minutesAndSeconds, secondsTime } from '../times.ts'
import { Outcome } from './list.tsx'
import { type LoadedCall, loadCall } from './load.ts'

export const callPage: Page = {
  path: '/console/anrufe/:id',
  right: 'see',
  async show(context, { params }) {
    const id = idIn(params.id)
    const found = id === null ? null : await loadCall(context, id)
    if (found === null) return null
    return { title: found.customer?.name ?? 'Anruf', body: <Call context={context} found={found} /> }
  },
}

function Call({ context, found }: { context: PageContext; found: LoadedCall }) {
  const { call, said } = found
  const { timeZone, now } = context
  return (
    <>
      <dl class="facts">
        <dt>Nummer</dt>
        <dd>
          {call.fromNumber === null ? (
            'unterdrückt'
          ) : (
            <Tel number={call.fromNumber}>{writtenPhone(call.fromNumber)}</Tel>
          )}
        </dd>
        <dt>Beginn</dt>
        <dd>{exactTime(call.startTimestamp ?? call.createdAt, timeZone, now)}</dd>
        <dt>Dauer</dt>
        <dd>{`${minutesAndSeconds(call.durationSec)} min`}</dd>
        {call.costEurCents === null ? null : (
          <>
            <dt>Kosten</dt>
            <dd>{euros(call.costEurCents)}</dd>
          </>
        )}
        <dt>Ergebnis</dt>
        <dd>
          <Outcome {...call} />
        </dd>
        <CameOf context={context} found={found} />
      </dl>
      {said?.summary ? <p>{said.summary}</p> : null}
      <div class="two">
        <Box title="Gespräch">
          {said === null ? (
            <Empty>Was gesprochen wurde, ist für Ihre Rolle nicht sichtbar.</Empty>
          ) : (
            <Talk transcript={said.transcript} />
          )}
          {said?.recordingUrl?.startsWith('https://') ? (
            <p>
              <a href={said.recordingUrl} rel="noreferrer">
                Aufnahme anhören
              </a>
            </p>
          ) : null}
        </Box>
        <Box title="Was das System tat">
          {found.functions.length === 0 ? (
            <Empty>In diesem Anruf wurde nichts nachgesehen oder gebucht.</Empty>
          ) : (
            <ol class="timeline">
              {found.functions.map((one) => (
                <Step one={one} timeZone={timeZone} />
              ))}
            </ol>
          )}
        </Box>
      </div>
    </>
  )
}

function CameOf({ context, found }: { context: PageContext; found: LoadedCall }) {
  const { appointments, services, callbacks } = found
  return (
    <>
      {appointments.map(({ id, serviceId, appointmentDatetime, status }) => (
        <>
          <dt>Termin</dt>
          <dd>
            <a href={context.to(`/console/termine/${id}`)}>
              {`${services.find((service) => service.id === serviceId)?.name ?? 'Termin'}, ${exactTime(appointmentDatetime, context.timeZone, context.now)}`}
            </a>
            {status === 'cancelled' ? ' (abgesagt)' : ''}
          </dd>
        </>
      ))}
      {callbacks.map(({ id, reason, status }) => (
        <>
          <dt>Rückruf</dt>
          <dd>
            <a href={context.to(`/console/rueckrufe#r${id}`)}>{reason ?? 'gewünscht'}</a>
            {status === 'done' ? ' (erledigt)' : ' (offen)'}
          </dd>
        </>
      ))}
    </>
  )
}

/** A line of the transcript is a turn: "Agent: …", "User: …"; what is neither belongs to the turn before. */
function Talk({ transcript }: { transcript: string | null }) {
  if (transcript === null || transcript.trim() === '')
    return <Empty>Kein Wortlaut: das Gespräch läuft noch, oder er wurde gelöscht.</Empty>
  const turns = transcript.trim().split(/\n(?=(?:agent|user):)/i)
  return (
    <ol class="talk">
      {turns.map((turn) => {
        const [, by, words] = /^(agent|user):\s*([\s\S]*)$/i.exec(turn) ?? [null, '', turn]
        return (
          <li>
            <span class="by">{by?.toLowerCase() === 'agent' ? 'Assistent' : by === '' ? '' : 'Anruf'}</span>
            <span>{words}</span>
          </li>
        )
      })}
    </ol>
  )
}

type StepRow = Partial<LoadedCall['functions'][number]> &
  Pick<LoadedCall['functions'][number], 'functionName' | 'status' | 'durationMs' | 'calledAt'>

function Step({ one, timeZone }: { one: StepRow; timeZone: string }) {
  const { functionName, status, durationMs, calledAt, answer, understood } = one
  const message = (answer as { message?: unknown } | null | undefined)?.message
  const failed = status !== 'success'
  return (
    <li class={failed ? 'wrong' : ''}>
      <div class="entry">
        <strong>{whatItDid(functionName)}</strong>
        <State tone={failed ? 'wrong' : 'good'}>{failed ? 'nicht gelungen' : 'in Ordnung'}</State>
      </div>
      <small>{`${secondsTime(calledAt, timeZone)} · ${durationMs} ms · ${functionName}`}</small>
      {typeof message === 'string' ? <p>{`„${message}“`}</p> : null}
      <Meant understood={understood} />
      {one.arguments === undefined || one.arguments === null ? null : (
        <Folded label="Anfrage" value={one.arguments} />
      )}
      {answer === undefined || answer === null ? null : <Folded label="Antwort" value={answer} />}
    </li>
  )
}

const hows: Record<string, string> = {
  said: 'gesagt',
  offered: 'aus dem Angebot',
  default: 'üblich',
  asked: 'nachgefragt',
}

/** What was taken for what: `{ date: { value, from } }`. */
function Meant({ understood }: { understood: unknown }) {
  if (typeof understood !== 'object' || understood === null) return null
  const parts = Object.entries(understood as Record<string, unknown>).flatMap(([name, meant]) => {
    const { value, from } = (meant ?? {}) as { value?: unknown; from?: unknown }
    if (value === undefined || value === null) return []
    return `${name}: ${String(value)}${hows[String(from)] ? ` (${hows[String(from)]})` : ''}`
  })
  return parts.length === 0 ? null : <small>{`Angenommen: ${parts.join(' · ')}`}</small>
}
