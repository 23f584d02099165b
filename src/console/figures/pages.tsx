/** `/console/auswertung`: what the calls came to; `/console/auswertung/csv`: the same by day, for a spreadsheet. */
import { Kept } from '../calls/list.tsx'
import { whatItDid } from '../function-names.ts'
import type { Page, PageContext } from '../page.ts'
import { Box, Empty } from '../parts.tsx'
import { euros, shortDay } from '../times.ts'
import { type Figures, loadFigures, readSpan, type Span } from './load.ts'

export const figuresPage: Page = {
  path: '/console/auswertung',
  right: 'figures',
  async show(context, { query }) {
    const span = readSpan(query, context)
    return {
      title: 'Auswertung',
      body: <Shown context={context} span={span} figures={await loadFigures(context, span)} />,
    }
  },
}

export const figuresFile: Page = {
  path: '/console/auswertung/csv',
  right: 'figures',
  async show(context, { query }) {
    const span = readSpan(query, context)
    const { byDay } = await loadFigures(context, span)
    const lines = byDay.map(({ day, calls, booked, seconds, costEurCents }) =>
      [day, calls, booked, Math.round(seconds / 60), (costEurCents / 100).toFixed(2).replace('.', ',')].join(
        ';',
      ),
    )
    return {
      fileName: `anrufe-${span.from}-bis-${span.to}.csv`,
      mediaType: 'text/csv; charset=utf-8',
      // The mark at the beginning tells spreadsheets that this is UTF-8.
      content: `\uFEFF${['Tag;Anrufe;Anrufe mit Termin;Minuten;Kosten in Euro', ...lines].join('\r\n')}\r\n`,
    }
  },
}

function Shown({ context, span, figures }: { context: PageContext; span: Span; figures: Figures }) {
  const { now, before, byDay, functions } = figures
  const most = Math.max(1, ...byDay.map(({ calls }) => calls))
  const tage = String(span.days)
  return (
    <>
      <form method="get" action="/console/auswertung" class="days">
        <Kept context={context} />
        <select name="tage" aria-label="Zeitraum">
          {[7, 28, 90].map((days) => (
            <option value={days} selected={days === span.days}>{`die letzten ${days} Tage`}</option>
          ))}
        </select>
        <button type="submit" class="quiet">
          Zeigen
        </button>
        <a href={context.to('/console/auswertung/csv', { tage })}>Als Tabelle (CSV)</a>
      </form>
      <div class="four">
        <Figure label="Anrufe" value={String(now.calls)} change={now.calls - before.calls} />
        <Figure label="Anrufe mit Termin" value={String(now.booked)} change={now.booked - before.booked} />
        <Figure
          label="Gespräch im Mittel"
          value={now.calls === 0 ? '–' : `${Math.round(now.seconds / now.calls)} s`}
          change={null}
        />
        <Figure label="Kosten" value={euros(now.costEurCents)} change={null} />
      </div>
      <Box title="Anrufe je Tag">
        <svg
          class="curve"
          viewBox={`0 0 ${byDay.length * 20} 100`}
          role="img"
          aria-label={`Höchstens ${most} Anrufe an einem Tag`}
          preserveAspectRatio="none"
        >
          {byDay.map(({ calls, booked }, at) => (
            <g>
              <rect
                class="all"
                x={at * 20 + 2}
                width={16}
                y={100 - (calls / most) * 100}
                height={(calls / most) * 100}
              />
              <rect
                class="part"
                x={at * 20 + 2}
                width={16}
                y={100 - (booked / most) * 100}
                height={(booked / most) * 100}
              />
            </g>
          ))}
        </svg>
        <p class="soft">{`${shortDay(span.from, span.to)} bis ${shortDay(span.to, span.to)}; dunkel: mit Termin; höchstens ${most} an einem Tag`}</p>
      </Box>
      <Box title="Was das System tat">
        {functions.length === 0 ? (
          <Empty>In diesem Zeitraum noch nichts. Die Zahlen kommen wenige Minuten nach einem Anruf.</Empty>
        ) : (
          <table class="cards">
            <thead>
              <tr>
                <th>Was</th>
                <th class="number">Anzahl</th>
                <th class="number">Hälfte schneller als</th>
                <th class="number">95 % schneller als</th>
                <th class="number">Nicht gelungen</th>
              </tr>
            </thead>
            <tbody>
              {functions.map(({ name, calls, errors, median, p95 }) => (
                <tr>
                  <td data-label="Was">{whatItDid(name)}</td>
                  <td data-label="Anzahl" class="number">
                    {calls}
                  </td>
                  <td data-label="Hälfte schneller als" class="number">
                    {milliseconds(median)}
                  </td>
                  <td data-label="95 % schneller als" class="number">
                    {milliseconds(p95)}
                  </td>
                  <td data-label="Nicht gelungen" class="number">
                    {errors}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Box>
    </>
  )
}

function milliseconds(bound: number | null): string {
  return bound === null ? 'über 10 s' : `${bound} ms`
}

function Figure({ label, value, change }: { label: string; value: string; change: number | null }) {
  return (
    <div class="box">
      <p class="soft">{label}</p>
      <p class="big">{value}</p>
      {change === null ? null : (
        <small>
          {change === 0 ? 'wie davor' : `${change > 0 ? '+' : '−'}${Math.abs(change)} gegenüber davor`}
        </small>
      )}
    </div>
  )
}
