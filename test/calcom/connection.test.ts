import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCalcom, testConnection } from '../helpers/calcom.ts'
import { type ScriptedServer, startScriptedServer } from '../helpers/scripted-server.ts'

let server: ScriptedServer
beforeAll(async () => {
  server = await startScriptedServer()
})
afterAll(() => server.close())
const me = { json: { status: 'success', data: { id: 1 } } }

test("one connection's outage and pause leave the others alone", async () => {
  const { connections, soon } = await openCalcom(server.url)
  const [broken, throttled, fine] = await Promise.all(['a', 'b', 'c'].map((id) => connections.get(id)))
  server.answer({ status: 503 })
  for (let i = 0; i < 5; i += 1) await broken!.fetchMe(soon).catch(() => {})
  server.answer({ status: 429 })
  await throttled!.fetchMe(soon).catch(() => {})
  server.answer(me)
  await expect(broken!.fetchMe(soon)).rejects.toMatchObject({ reason: 'breaker_open' })
  await expect(throttled!.fetchMe(soon)).rejects.toMatchObject({ reason: 'paused' })
  expect(await fine!.fetchMe(soon)).toMatchObject({ id: 1 })
  await connections.close()
})

test('the same connection is the same client, looked up once however many ask', async () => {
  let loads = 0
  const { connections } = await openCalcom(
    server.url,
    {},
    {
      load: async (id) => {
        loads += 1
        return testConnection(server.url, { id })
      },
    },
  )
  loads = 0
  const clients = await Promise.all(Array.from({ length: 20 }, () => connections.get('x')))
  expect(new Set(clients).size).toBe(1)
  expect(loads).toBe(1)
  await connections.close()
})

test('a changed key is in use within a minute, an unchanged definition keeps client and breaker', async () => {
  let apiKey = 'cal_old'
  const { connections, clock, within } = await openCalcom(
    server.url,
    {},
    {
      load: async (id) => testConnection(server.url, { id, apiKey }),
    },
  )
  const first = await connections.get('x')
  clock.advance(60_000)
  expect(await connections.get('x')).toBe(first)
  apiKey = 'cal_new'
  expect(await connections.get('x')).toBe(first)
  clock.advance(60_000)
  const second = await connections.get('x')
  expect(second).not.toBe(first)
  server.answer(me)
  await second.fetchMe(within(5_000))
  expect(server.requests[0]?.headers.authorization).toBe('Bearer cal_new')
  apiKey = 'cal_third'
  connections.forget('x')
  await (await connections.get('x')).fetchMe(within(5_000))
  expect(server.requests[1]?.headers.authorization).toBe('Bearer cal_third')
  await connections.close()
})

test('a connection that does not exist is refused and not remembered', async () => {
  let known = false
  const { connections } = await openCalcom(
    server.url,
    {},
    {
      load: async (id) => (id === 'default' || known ? testConnection(server.url, { id }) : undefined),
    },
  )
  await expect(connections.get('x')).rejects.toMatchObject({ kind: 'unauthorized', reason: 'no_connection' })
  expect(await connections.definition('x')).toBeUndefined()
  known = true
  expect(await connections.definition('x')).toMatchObject({ id: 'x', webhookSecrets: ['secret'] })
  await connections.close()
})

test('no key and no secret reaches the log', async () => {
  const { connections, client, soon, lines } = await openCalcom(server.url)
  server.answer({ status: 503 })
  for (let i = 0; i < 6; i += 1) await client.fetchMe(soon).catch(() => {})
  server.answer({ text: 'x' })
  expect(lines.length).toBeGreaterThan(0)
  expect(lines.join()).not.toMatch(/cal_test|secret/)
  await connections.close()
})

test('a definition that cannot be looked up for a while stays in use', async () => {
  let broken = false
  const { connections, clock } = await openCalcom(
    server.url,
    {},
    {
      load: async (id) => {
        if (broken) throw new Error('database gone')
        return testConnection(server.url, { id })
      },
    },
  )
  const client = await connections.get('x')
  broken = true
  clock.advance(60_000)
  expect(await connections.get('x')).toBe(client)
  await expect(connections.get('new')).rejects.toThrow('database gone')
  await connections.close()
})
