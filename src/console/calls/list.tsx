/** `/console/anrufe`: who called, and what came of it. */
import type { Page, PageContext } from '../page.ts'
import { Box, Empty, State } from '../parts.tsx'
import { minutesAndSeconds, shortNumber, timeAgo } from '../times.ts'
import { type Filters, loadCalls, readFilters } from './load.ts'

type Loaded = Awaited<ReturnType<typeof loadCalls>>

export const callsPage: Page = {
  path: '/console/anrufe',
  right: 'see',
  async show(context, { query }) {
    const filters = readFilters(query)
    return {
      title: 'Anrufe',
      body: <Calls context={context} filters={filters} {...(await loadCalls(context, filters))} />,
    }
  },
}

function Calls({ context, filters, calls, more }: Loaded & { context: PageContext; filters: Filters }) {
  const { now, timeZone } = context
  const isFiltered = filters.day !== '' || filters.outcome !== '' || filters.text !== ''
  return (
    <>
      <form method="get" action="/console/anrufe" class="filters">
        <Kept context={context} />
        <div>
          <label for="tag">Tag</label>
          <input id="tag" type="date" name="tag" value={filters.day} />
        </div>
        <div>
          <label for="ergebnis">Ergebnis</label>
          <select id="ergebnis" name="ergebnis">
            {[
              ['', 'alle'],
              ['termin', 'mit Termin'],
              ['rueckruf', 'mit Rückruf'],
              ['ohne', 'ohne beides'],
            ].map(([value, label]) => (
              <option value={value} selected={value === filters.outcome}>
                {label}
              </option>
            ))}
          </select>
        </div>
        <div>
          <label for="suche">Name oder Nummer</label>
          <input id="suche" name="suche" value={filters.text} maxLength={60} />
        </div>
        <button type="submit" class="quiet">
          Anzeigen
        </button>
        {isFiltered ? <a href={context.to('/console/anrufe')}>Alle zeigen</a> : null}
      </form>
      <Box title={isFiltered ? 'Gefundene Anrufe' : 'Letzte Anrufe'}>
        {calls.length === 0 ? (
          <Empty>
            {isFiltered
              ? 'Dazu gibt es keinen Anruf. Versuchen Sie es mit weniger Angaben.'
              : 'Noch keine Anrufe. Sobald jemand anruft, steht es hier.'}
          </Empty>
        ) : (
          <table class="cards">
            <thead>
              <tr>
                <th>Wann</th>
                <th>Wer</th>
                <th>Ergebnis</th>
                <th class="number">Dauer</th>
              </tr>
            </thead>
            <tbody>
              {calls.map((call) => (
                <tr>
                  <td data-label="Wann">
                    <a href={context.to(`/console/anrufe/${call.id}`)}>
                      {timeAgo(call.startTimestamp!, now, timeZone)}
                    </a>
                  </td>
                  <td data-label="Wer">
                    {call.name === null
                      ? shortNumber(call.fromNumber)
                      : `${call.name} · ${shortNumber(call.fromNumber)}`}
                  </td>
                  <td data-label="Ergebnis">
                    <Outcome {...call} />
                  </td>
                  <td data-label="Dauer" class="number">
                    {minutesAndSeconds(call.durationSec)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Box>
      {more === null ? null : (
        <a
          class="button quiet"
          href={context.to('/console/anrufe', {
            tag: filters.day,
            ergebnis: filters.outcome,
            suche: filters.text,
            vor: more,
          })}
        >
          Ältere Anrufe
        </a>
      )}
    </>
  )
}

/** A form that only looks keeps company and branch as hidden fields: its own fields replace the query. */
export function Kept({ context }: { context: PageContext }) {
  const query = new URL(context.to('/'), 'http://console').searchParams
  return (
    <>
      {[...query].map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
    </>
  )
}

/** What came of a call, in words. */
export function Outcome(call: { status: string; appointmentMade: boolean; followUpNeeded: boolean }) {
  if (call.status === 'ongoing' || call.status === 'inbound') return <State tone="plain">läuft</State>
  if (call.appointmentMade) return <State tone="good">Termin</State>
  if (call.followUpNeeded) return <State tone="attention">Rückruf</State>
  return <State tone="plain">Auskunft</State>
}
