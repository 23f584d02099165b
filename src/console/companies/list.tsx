/** Who has several companies begins here: where is something to do, which ones are quiet. */
import type { Tenancy } from '../../db/tenancy.ts'
import { addDays, localDayOf } from '../../german/index.ts'
import type { SignedIn } from '../../services/people/people.ts'
import { plainPage } from '../layout.tsx'
import { Empty, State } from '../parts.tsx'
import { counted, timeAgo } from '../times.ts'

/** More are not listed on one page. */
const listedMax = 200

/** The page. What an agency sees are its own companies; an operator sees all of them. */
export async function companyList(
  tenancy: Tenancy,
  { access, person }: SignedIn,
  csrf: string,
  now: Date,
): Promise<string> {
  const companyIds = access.isOperator
    ? (
        await tenancy.asReport((tx) =>
          tx.company.findMany({ select: { id: true }, orderBy: { id: 'asc' }, take: listedMax }),
        )
      ).map(({ id }) => id)
    : access.companies.map(({ companyId }) => companyId)
  const rows = await Promise.all(companyIds.map((id) => one(id)))
  const shown = rows.filter((row) => row !== null)
  return plainPage(
    'Betriebe',
    <>
      {shown.length === 0 ? (
        <Empty>Noch kein Betrieb. Der erste entsteht mit einer Betriebsdatei (npm run company).</Empty>
      ) : (
        <ul class="entries">
          {shown.map((row) => (
            <li class="entry">
              <div>
                <a href={`/console?betrieb=${row.id}`}>{row.name}</a>
                <br />
                <small>
                  {row.lastCall === null
                    ? 'noch kein Anruf'
                    : `letzter Anruf ${timeAgo(row.lastCall, now, row.timeZone)}`}
                  {` · ${counted(row.calls, 'Anruf', 'Anrufe')} in 7 Tagen`}
                </small>
              </div>
              {row.paused ? <State tone="attention">angehalten</State> : null}
              {row.overdue > 0 ? (
                <State tone="attention">
                  {counted(row.overdue, 'Rückruf überfällig', 'Rückrufe überfällig')}
                </State>
              ) : row.open > 0 ? (
                <State tone="plain">{counted(row.open, 'Rückruf offen', 'Rückrufe offen')}</State>
              ) : (
                <State tone="good">nichts offen</State>
              )}
            </li>
          ))}
        </ul>
      )}
      <form method="post" action="/console/abmelden" class="actions">
        <input type="hidden" name="csrf" value={csrf} />
        <button type="submit" class="quiet">
          {`${person.name} abmelden`}
        </button>
      </form>
    </>,
  )

  function one(companyId: number) {
    const branchIds = access.isOperator
      ? null
      : (access.companies.find((company) => company.companyId === companyId)?.branchIds ?? null)
    return tenancy.asConsole({ companyIds: [companyId], branchIds }, async (tx) => {
      const company = await tx.company.findFirst({ where: { id: companyId } })
      if (company === null) return null
      const today = localDayOf(now, company.timeZone)
      const open = { companyId, status: 'open' }
      const figures = await tx.callFigures.aggregate({
        where: { companyId, day: { gt: new Date(addDays(today, -7)) } },
        _sum: { calls: true },
      })
      const last = await tx.call.findFirst({
        where: { companyId, startTimestamp: { not: null } },
        orderBy: { startTimestamp: 'desc' },
        select: { startTimestamp: true },
      })
      return {
        id: company.id,
        name: company.name,
        timeZone: company.timeZone,
        paused: company.pausedAt !== null && (company.pausedUntil === null || company.pausedUntil > now),
        open: await tx.callbackRequest.count({ where: open }),
        overdue: await tx.callbackRequest.count({ where: { ...open, preferredTo: { lt: now } } }),
        calls: figures._sum.calls ?? 0,
        lastCall: last?.startTimestamp ?? null,
      }
    })
  }
}
