/** `/console/einstellungen/schliesstage`: when it is closed, and what callers hear of it. */
import { localDayOf } from '../../german/index.ts'
import type { Page, PageContext } from '../page.ts'
import { Box, Empty, Form } from '../parts.tsx'
import { shortDay } from '../times.ts'

const path = '/console/einstellungen/schliesstage'
const listedMax = 200

export const closuresPage: Page = {
  path,
  right: 'settings',
  async show(context) {
    return {
      title: 'Schließtage',
      body: <Closures context={context} closures={await loadClosures(context)} />,
    }
  },
}

function loadClosures({ see, company, now, timeZone }: PageContext) {
  const today = new Date(localDayOf(now, timeZone))
  return see((tx) =>
    tx.closure.findMany({
      where: { companyId: company.id, OR: [{ lastDay: { gte: today } }, { yearly: true }] },
      orderBy: { firstDay: 'asc' },
      take: listedMax,
    }),
  )
}

type Loaded = Awaited<ReturnType<typeof loadClosures>>

function Closures({ context, closures }: { context: PageContext; closures: Loaded }) {
  const { branches, now, timeZone } = context
  const today = localDayOf(now, timeZone)
  const day = (at: Date) => shortDay(at.toISOString().slice(0, 10), today)
  return (
    <>
      <Box title="Eintragen">
        <Form context={context} to={path}>
          <div class="filters">
            <div>
              <label for="first">Erster Tag</label>
              <input id="first" type="date" name="first" min={today} required />
            </div>
            <div>
              <label for="last">Letzter Tag</label>
              <input id="last" type="date" name="last" min={today} required />
            </div>
            <div>
              <label for="branch">Filiale</label>
              <select id="branch" name="branch">
                {context.seesAllBranches ? <option value="">alle</option> : null}
                {branches.map(({ id, name }) => (
                  <option value={id}>{name}</option>
                ))}
              </select>
            </div>
          </div>
          <div class="field">
            <label for="reason">Grund</label>
            <input id="reason" name="reason" maxLength={100} placeholder="Betriebsferien" />
          </div>
          <p>
            <label>
              <input type="checkbox" name="spoken" value="yes" /> Der Assistent darf den Grund sagen
            </label>
          </p>
          <button type="submit">Eintragen</button>
        </Form>
        <p class="soft">
          Ab dem nächsten Anruf bietet der Assistent an diesen Tagen nichts an. Termine, die schon vereinbart
          sind, bleiben: bitte sehen Sie unter „Termine“ nach, wer anzurufen ist.
        </p>
      </Box>
      <Box title="Eingetragen">
        {closures.length === 0 ? (
          <Empty>
            Keine Schließtage. Gesetzliche Feiertage gelten von selbst, wo das Bundesland eingetragen ist.
          </Empty>
        ) : (
          <ul class="entries">
            {closures.map(({ id, kind, firstDay, lastDay, fromTime, toTime, yearly, reason, branchId }) => (
              <li>
                <div class="entry">
                  <div>
                    <strong>
                      {`${day(firstDay)}${firstDay.getTime() === lastDay.getTime() ? '' : ` bis ${day(lastDay)}`}`}
                    </strong>
                    <br />
                    <small>
                      {[
                        kind === 'open' ? 'ausnahmsweise geöffnet' : null,
                        fromTime === null ? null : `${fromTime} bis ${toTime}`,
                        yearly ? 'jedes Jahr' : null,
                        branchId === null
                          ? 'alle Filialen'
                          : branches.find((one) => one.id === branchId)?.name,
                        reason,
                      ]
                        .filter(Boolean)
                        .join(' · ')}
                    </small>
                  </div>
                  {branchId !== null || context.seesAllBranches ? (
                    <Form context={context} to={`${path}/${id}/loeschen`}>
                      <button type="submit" class="quiet">{`${day(firstDay)} löschen`}</button>
                    </Form>
                  ) : null}
                </div>
              </li>
            ))}
          </ul>
        )}
      </Box>
    </>
  )
}
