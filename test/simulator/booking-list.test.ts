import { expect, test } from 'vitest'
import { annaCut, otherKey, start } from './vendor-client.ts'

const hour = (at: number) => `2026-11-24T${String(at).padStart(2, '0')}:00:00Z`
const person = (name: string) => ({
  name,
  timeZone: 'Europe/Berlin',
  email: `${name.toLowerCase()}@example.com`,
})

/** Four bookings a minute apart: Ada and Bob with Anna, Cem in Nord, Dora (cancelled later) with Anna. */
async function startWithBookings() {
  const simulator = await start()
  const uids: Record<string, string> = {}
  const wishes: [string, number, string][] = [
    ['Ada', annaCut, hour(9)],
    ['Bob', annaCut, hour(10)],
    ['Cem', 2563201, hour(13)],
    ['Dora', annaCut, hour(14)],
  ]
  for (const [at, [name, eventTypeId, start]] of wishes.entries()) {
    simulator.control.setClock({ now: `2026-11-23T09:0${at}:00Z`, frozen: true })
    const { body } = await simulator.book({ eventTypeId, start, attendee: person(name) })
    uids[name] = body.data.uid
  }
  simulator.control.setClock({ now: '2026-11-23T09:30:00Z', frozen: true })
  await simulator.control.cancelAsHost(uids.Dora ?? '')
  const names = async (query: string, key?: string) => {
    const { body } = await simulator.ask('GET', `/v2/bookings?${query}`, { key })
    return (body.data as { attendees: { name: string }[] }[]).map((booking) => booking.attendees[0]?.name)
  }
  return { ...simulator, uids, names }
}

test.each([
  ['', ['Ada', 'Bob', 'Cem', 'Dora']],
  ['status=upcoming', ['Ada', 'Bob', 'Cem']],
  ['status=cancelled', ['Dora']],
  ['status=upcoming,cancelled', ['Ada', 'Bob', 'Cem', 'Dora']],
  ['status=past', []],
  ['status=unconfirmed', []],
  ['attendeeEmail=BOB@example.com', ['Bob']],
  ['attendeeName=Cem', ['Cem']],
  [`eventTypeId=${annaCut}`, ['Ada', 'Bob', 'Dora']],
  [`eventTypeIds=2563201,${annaCut}`, ['Ada', 'Bob', 'Cem', 'Dora']],
  ['teamId=34210', ['Cem']],
  ['teamsIds=34210,34209', ['Ada', 'Bob', 'Cem', 'Dora']],
  [`afterStart=${hour(10)}`, ['Bob', 'Cem', 'Dora']],
  ['beforeEnd=2026-11-24T10:30:00Z', ['Ada', 'Bob']],
  ['afterCreatedAt=2026-11-23T09:02:00Z', ['Cem', 'Dora']],
  ['beforeCreatedAt=2026-11-23T09:01:00Z', ['Ada', 'Bob']],
  ['afterUpdatedAt=2026-11-23T09:03:00Z', ['Dora']],
  ['beforeUpdatedAt=2026-11-23T09:00:00Z', ['Ada']],
  ['sortStart=desc', ['Dora', 'Cem', 'Bob', 'Ada']],
  ['sortUpdatedAt=desc', ['Dora', 'Cem', 'Bob', 'Ada']],
  ['sortCreated=asc&take=2&skip=1', ['Bob', 'Cem']],
])('the list with "%s" holds %j', async (query, expected) => {
  const { names } = await startWithBookings()
  expect(await names(query)).toEqual(expected)
})

test('a key lists its own account’s bookings and no others', async () => {
  const { names, ask } = await startWithBookings()
  expect(await names('', otherKey)).toEqual([])
  expect((await ask('GET', '/v2/bookings', { key: null })).status).toBe(401)
})

test('pagination counts what is left', async () => {
  const { ask } = await startWithBookings()
  const { body } = await ask('GET', '/v2/bookings?take=3')
  expect(body.pagination).toEqual({
    totalItems: 4,
    remainingItems: 1,
    returnedItems: 3,
    itemsPerPage: 3,
    currentPage: 1,
    totalPages: 2,
    hasNextPage: true,
    hasPreviousPage: false,
  })
  const second = await ask('GET', '/v2/bookings?take=3&skip=3')
  expect(second.body.pagination).toMatchObject({
    currentPage: 2,
    remainingItems: 0,
    hasNextPage: false,
    hasPreviousPage: true,
  })
})

test.each(['take=251', 'take=0', 'skip=-1', 'status=open', 'afterStart=gestern'])(
  'the list refuses %s',
  async (query) => {
    const { ask } = await startWithBookings()
    expect((await ask('GET', `/v2/bookings?${query}`)).status).toBe(400)
  },
)

test('a phone-only attendee is found by the made-up address', async () => {
  const { book, names } = await startWithBookings()
  await book({ start: hour(15) })
  expect(await names('attendeeEmail=4915112345678@sms.cal.com')).toEqual(['Erika Muster'])
})
