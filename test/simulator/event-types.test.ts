import { expect, test } from 'vitest'
import { annaCut, mitteCut, otherKey, salonKey, start } from './vendor-client.ts'

test('the example companies have the agreed ids, lengths and hosts', async () => {
  const { ask } = await start()
  const rows = async (team: number, key: string) => {
    const { body } = await ask('GET', `/v2/teams/${team}/event-types`, { key })
    return body.data.map((type: { id: number; lengthInMinutes: number; hosts: { userId: number }[] }) => [
      type.id,
      type.lengthInMinutes,
      type.hosts.map((host) => host.userId).join(),
    ])
  }
  expect(await rows(34209, salonKey)).toEqual([
    [2563101, 30, '501,502,503'],
    [2563102, 60, '501,502,503'],
    [2563103, 120, '501,503'],
    [2563104, 135, '503'],
    [2563105, 20, '502'],
    [2563106, 15, '501,502,503'],
    [2563121, 30, '501'],
    [2563122, 30, '502'],
    [2563131, 60, '501'],
    [2563133, 60, '503'],
  ])
  expect(await rows(34210, salonKey)).toEqual([
    [2563201, 30, '504'],
    [2563202, 60, '504'],
    [2563206, 15, '504'],
  ])
  expect(await rows(99001, otherKey)).toEqual([
    [7700101, 30, '901'],
    [7700102, 60, '901'],
  ])
})

test('a key sees its own teams and user only', async () => {
  const { ask } = await start()
  const teams = async (key: string) =>
    (await ask('GET', '/v2/teams', { key })).body.data.map((team: { id: number }) => team.id)
  expect(await teams(salonKey)).toEqual([34209, 34210])
  expect(await teams(otherKey)).toEqual([99001])
  expect((await ask('GET', '/v2/me', { key: otherKey })).body.data).toMatchObject({
    id: 900,
    organizationId: null,
  })
})

test('hosts are objects, managed parents are listed, hidden types only for their owner', async () => {
  const { ask, control } = await start()
  control.putEventType({
    id: 42,
    title: 'Vorlage',
    lengthInMinutes: 30,
    teamId: 34209,
    schedulingType: 'managed',
    hidden: true,
  })
  const list = async (key: string) => (await ask('GET', '/v2/teams/34209/event-types', { key })).body.data
  const own = await list(salonKey)
  expect(own.at(-1)).toMatchObject({ id: 42, schedulingType: 'managed', hosts: [] })
  expect(own[0].hosts[0]).toEqual({
    userId: 501,
    name: 'Anna Becker',
    username: 'anna-becker',
    avatarUrl: null,
    mandatory: false,
    priority: 'medium',
  })
  expect((await list(otherKey)).map((type: { id: number }) => type.id)).not.toContain(42)
})

test('event types can be renamed, repriced and removed while bookings stay', async () => {
  const { ask, book, control } = await start()
  await book()
  control.putEventType({ id: annaCut, title: 'Neu', lengthInMinutes: 45, price: 3000 })
  const read = () => ask('GET', `/v2/event-types/${annaCut}`)
  expect((await read()).body.data).toMatchObject({
    title: 'Neu',
    lengthInMinutes: 45,
    price: 3000,
    teamId: 34209,
  })
  expect(control.removeEventType(annaCut)).toBe(true)
  expect((await read()).status).toBe(404)
  expect(control.bookings()).toHaveLength(1)
})

test('a single user’s types are listed under the user, team types are not', async () => {
  const { ask, control } = await start()
  control.putEventType({ id: 42, title: 'Allein', lengthInMinutes: 30, hosts: [501] })
  const { body } = await ask('GET', '/v2/event-types')
  expect(body.data).toHaveLength(1)
  expect(body.data[0]).toMatchObject({ id: 42, ownerId: 500, users: [{ id: 501, name: 'Anna Becker' }] })
  const foreign = await ask('GET', `/v2/event-types/${mitteCut}`, { key: otherKey })
  expect(foreign.status).toBe(403)
})
