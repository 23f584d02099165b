/** A plain HTTP client for the simulator's own tests: what goes over the wire, nothing of the gateway's client. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts'

export const salonKey = 'cal_test_demo_salon'
export const otherKey = 'cal_test_other_company'
/** Monday morning; the salon in Mitte opens on Tuesday at 09:00 (08:00 UTC). */
export const monday = '2026-11-23T08:00:00.000Z'
export const mitteCut = 2563101
/** Only Anna (501). */
export const annaCut = 2563121

// biome-ignore lint/suspicious/noExplicitAny: answers are inspected key by key, also wrong ones
type Json = any

export interface Answer {
  status: number
  headers: Headers
  body: Json
}

const versions: [RegExp, string][] = [
  [/^\/v2\/slots\/available/, '2024-08-13'],
  [/^\/v2\/slots/, '2024-09-04'],
  [/^\/v2\/event-types/, '2024-06-14'],
  [/./, '2024-08-13'],
]

interface Ask {
  key?: string | null
  version?: string | null
  headers?: Record<string, string>
  body?: unknown
  signal?: AbortSignal
}

/** One simulator for one test, closed with it, at a pinned time and without a request limit unless asked for. */
export async function start(options: SimulatorOptions = {}) {
  const simulator = await startSimulator({ clock: () => new Date(monday), rateLimit: null, ...options })
  onTestFinished(() => simulator.close())
  return { ...simulator, ...vendorClient(simulator) }
}

function vendorClient(simulator: Simulator) {
  const ask = async (method: string, path: string, how: Ask = {}): Promise<Answer> => {
    const version =
      how.version === undefined ? versions.find(([pattern]) => pattern.test(path))?.[1] : how.version
    const key = how.key === undefined ? salonKey : how.key
    const response = await fetch(simulator.url + path, {
      method,
      signal: how.signal,
      headers: {
        ...(version ? { 'cal-api-version': version } : {}),
        ...(key ? { authorization: `Bearer ${key}` } : {}),
        ...(how.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...how.headers,
      },
      body: how.body === undefined ? undefined : JSON.stringify(how.body),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    }
  }
  const book = (body: object = {}, how: Ask = {}) =>
    ask('POST', '/v2/bookings', { ...how, body: { ...bookingBody(), ...body } })
  const slots = async (query: Record<string, string | number>) => {
    const search = new URLSearchParams(
      Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
    )
    return ask('GET', `/v2/slots?${search}`, { key: null })
  }
  /** Local clock times offered on one day in Berlin. */
  const times = async (eventTypeId: number, date: string, more: Record<string, string> = {}) => {
    const query = { eventTypeId, start: `${date}T00:00:00+01:00`, end: `${date}T23:59:59+01:00` }
    const { body } = await slots({ ...query, timeZone: 'Europe/Berlin', ...more })
    return ((body.data[date] ?? []) as { start: string }[]).map((slot) => slot.start.slice(11, 16))
  }
  return { ask, book, slots, times }
}

/** Tuesday 10:00 in Berlin with Anna, a caller with a phone. */
export const bookingBody = () => ({
  eventTypeId: annaCut,
  start: '2026-11-24T09:00:00Z',
  attendee: {
    name: 'Erika Muster',
    timeZone: 'Europe/Berlin',
    phoneNumber: '+4915112345678',
    language: 'de',
  },
  metadata: { booking_id: 'b-1' },
})

/** A receiver of webhooks that remembers exact bytes; `meanwhile` runs before it answers. */
export async function startReceiver(meanwhile: (event: Json) => Promise<unknown> = async () => undefined) {
  const received: { raw: string; headers: IncomingHttpHeaders; event: Json }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const raw = Buffer.concat(chunks).toString()
    const event = JSON.parse(raw)
    received.push({ raw, headers: request.headers, event })
    await meanwhile(event)
    response.end('ok')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` }
}
