/** `/console/kunden`: who they are; `/console/kunden/<customer>`: one person's calls and appointments. */
import { writtenPhone } from '../../lib/phone.ts'
import { Kept, Outcome } from '../calls/list.tsx'
import { idIn, type Page, type PageContext } from '../page.ts'
import { Box, Empty, Tel } from '../parts.tsx'
import { exactTime, shortNumber, timeAgo } from '../times.ts'

const listedMax = 50
const rowsMax = 30

export const customersPage: Page = {
  path: '/console/kunden',
  right: 'customers',
  async show(context, { query }) {
    const text = (query.suche ?? '').trim().slice(0, 60)
    return {
      title: 'Kunden',
      body: <Customers context={context} text={text} customers={await loadCustomers(context, text)} />,
    }
  },
}

export const customerPage: Page = {
  path: '/console/kunden/:id',
  right: 'customers',
  async show(context, { params }) {
    const id = idIn(params.id)
    const found = id === null || id > 2_147_483_647n ? null : await loadCustomer(context, Number(id))
    return found === null
      ? null
      : { title: found.customer.name, body: <Customer context={context} found={found} /> }
  },
}

function loadCustomers({ see, company }: PageContext, text: string) {
  const digits = text.replace(/\D/g, '').replace(/^0+/, '')
  return see((tx) =>
    tx.customer.findMany({
      where: {
        companyId: company.id,
        erasedAt: null,
        ...(text === ''
          ? {}
          : {
              OR: [
                { name: { contains: text, mode: 'insensitive' as const } },
                ...(digits.length >= 3 ? [{ phone: { contains: digits } }] : []),
              ],
            }),
      },
      orderBy: { updatedAt: 'desc' },
      take: listedMax,
    }),
  )
}

type Loaded = NonNullable<Awaited<ReturnType<typeof loadCustomer>>>

async function loadCustomer({ see, company }: PageContext, id: number) {
  const companyId = company.id
  return see(async (tx) => {
    const customer = await tx.customer.findFirst({ where: { companyId, id, erasedAt: null } })
    if (customer === null) return null
    const appointments = await tx.appointment.findMany({
      where: { companyId, customerId: id },
      orderBy: { appointmentDatetime: 'desc' },
      take: rowsMax,
    })
    return {
      customer,
      appointments,
      services: await tx.service.findMany({
        where: { companyId, id: { in: appointments.map(({ serviceId }) => serviceId) } },
        select: { id: true, name: true },
      }),
      calls: await tx.call.findMany({
        where: { companyId, customerId: id, startTimestamp: { not: null } },
        orderBy: { startTimestamp: 'desc' },
        take: rowsMax,
        select: { id: true, startTimestamp: true, status: true, appointmentMade: true, followUpNeeded: true },
      }),
    }
  })
}

function Customers(props: {
  context: PageContext
  text: string
  customers: Awaited<ReturnType<typeof loadCustomers>>
}) {
  const { context, text, customers } = props
  return (
    <>
      <form method="get" action="/console/kunden" class="filters">
        <Kept context={context} />
        <div>
          <label for="suche">Name oder Nummer</label>
          <input id="suche" name="suche" value={text} maxLength={60} />
        </div>
        <button type="submit" class="quiet">
          Suchen
        </button>
      </form>
      <Box title={text === '' ? 'Zuletzt dagewesen oder angerufen' : 'Gefunden'}>
        {customers.length === 0 ? (
          <Empty>
            {text === ''
              ? 'Noch niemand. Wer anruft und einen Termin vereinbart, steht dann hier.'
              : 'Niemand mit diesem Namen oder dieser Nummer. Versuchen Sie es mit einem Teil davon.'}
          </Empty>
        ) : (
          <ul class="entries">
            {customers.map(({ id, name, phone }) => (
              <li class="entry">
                <a href={context.to(`/console/kunden/${id}`)}>{name}</a>
                <span class="soft">{phone === null ? 'keine Nummer' : shortNumber(phone)}</span>
              </li>
            ))}
          </ul>
        )}
      </Box>
    </>
  )
}

function Customer({ context, found }: { context: PageContext; found: Loaded }) {
  const { customer, appointments, services, calls } = found
  const { now, timeZone } = context
  return (
    <>
      <dl class="facts">
        <dt>Nummer</dt>
        <dd>
          {customer.phone === null ? (
            'keine'
          ) : (
            <Tel number={customer.phone}>{writtenPhone(customer.phone)}</Tel>
          )}
        </dd>
        {customer.email === null ? null : (
          <>
            <dt>E-Mail</dt>
            <dd>{customer.email}</dd>
          </>
        )}
        <dt>Seit</dt>
        <dd>{exactTime(customer.createdAt, timeZone, now)}</dd>
      </dl>
      <div class="two">
        <Box title="Termine">
          {appointments.length === 0 ? (
            <Empty>Noch kein Termin.</Empty>
          ) : (
            <ul class="entries">
              {appointments.map(({ id, serviceId, appointmentDatetime, status }) => (
                <li class="entry">
                  <a href={context.to(`/console/termine/${id}`)}>
                    {exactTime(appointmentDatetime, timeZone, now)}
                  </a>
                  <span>{`${services.find((one) => one.id === serviceId)?.name ?? 'Termin'}${status === 'cancelled' ? ' · abgesagt' : ''}`}</span>
                </li>
              ))}
            </ul>
          )}
        </Box>
        <Box title="Anrufe">
          {calls.length === 0 ? (
            <Empty>Noch kein Anruf.</Empty>
          ) : (
            <ul class="entries">
              {calls.map((call) => (
                <li class="entry">
                  <a href={context.to(`/console/anrufe/${call.id}`)}>
                    {timeAgo(call.startTimestamp!, now, timeZone)}
                  </a>
                  <Outcome {...call} />
                </li>
              ))}
            </ul>
          )}
        </Box>
      </div>
    </>
  )
}
