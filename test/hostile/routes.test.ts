/** Every address the gateway answers on, without credentials and with wrong ones. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiKey, sign, startGateway, type TestGateway } from '../helpers/gateway.ts'
import { long, Tally } from './tally.ts'

/** Addresses that answer anybody, each with its reason. */
const open: Readonly<Record<string, string>> = {
  '/livez': 'an orchestrator must see that the process lives; tells nothing else',
  '/readyz': 'a balancer must see whether to send calls; tells nothing else',
  '/api/health/calcom': 'the guide’s report: up or down and milliseconds, no data of anybody',
  '/api/zeitinfo': 'the time in Berlin, for prompts of older agents',
  '/openapi.json': 'the contract of the functions, which our documents tell as well; no data of anybody',
  '/docs': 'the same to read, outside of production',
  '/docs/style.css': 'its looks',
}
/** Answered to a scraper with the token only, or to this machine without one. */
const byToken = ['/metrics', '/api/health/calcom/metrics', '/api/health/calcom/detailed']

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ environment: { METRICS_TOKEN: 'token-of-the-scraper' } })
})
afterAll(() => gateway.close())

/** Each method and address the router knows, read from the router itself: what is added later is swept too. */
function routes(): Array<{ method: string; url: string }> {
  const path: string[] = []
  return gateway.app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const found = /^([│ ]*)[├└]── (\S+)(?: \(([A-Z, ]+)\))?/.exec(line)
      if (!found) return []
      const [, indent = '', part = '', methods = ''] = found
      path.splice(indent.length / 4)
      path.push(part)
      const url = path.join('').replaceAll(/:\w+/g, 'praxis-weiss').replaceAll('*', 'anything')
      return methods
        .split(', ')
        .filter((method) => method !== '')
        .map((method) => ({ method, url }))
    })
}

const bodies = [
  undefined,
  '',
  '{}',
  '[]',
  'x',
  JSON.stringify({
    name: 'check_customer',
    args: {},
    call: { call_id: 'call_1', from_number: '+4915228817386' },
  }),
  JSON.stringify({ event: 'call_started', call: { call_id: 'call_1', to_number: '+493023125001' } }),
  JSON.stringify({ triggerEvent: 'BOOKING_CANCELLED', payload: { uid: 'x' } }),
]
const types = [
  undefined,
  'application/json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/octet-stream',
  'nonsense',
]
const wrongCredentials = (body: string): Array<Record<string, string>> => [
  {},
  { 'x-retell-signature': '' },
  { 'x-retell-signature': 'v=1,d=0' },
  { 'x-retell-signature': sign(body, gateway.clock.now(), '') },
  { 'x-retell-signature': sign(body, gateway.clock.now(), 'another key') },
  { 'x-retell-signature': sign(body, new Date(gateway.clock.now().getTime() - 301_000)) },
  { 'x-retell-signature': sign(body, new Date(gateway.clock.now().getTime() + 301_000)) },
  { 'x-cal-signature-256': 'no-secret-provided' },
  { 'x-cal-signature-256': '0'.repeat(64) },
  { authorization: `Bearer ${apiKey.slice(0, -1)}` },
  { authorization: 'Bearer ' },
  { cookie: 'session=admin' },
]

test('every route refuses strangers, whatever they send, but for a short and reasoned list', async () => {
  const tally = new Tally('routes swept')
  const attacks = new Tally('attacks tried')
  const found = routes()
  for (const path of [
    ...Object.keys(open),
    ...byToken,
    '/api/webhooks/retell',
    '/api/retell/check-availability',
  ])
    expect(found.map(({ url }) => url)).toContain(path)
  for (const { method, url } of found) {
    let refused = true
    const headers = wrongCredentials('{}')
    const pairs = long
      ? bodies.flatMap((body) => types.map((type) => ({ body, type })))
      : [
          ...bodies.map((body) => ({ body, type: types[1] })),
          ...types.map((type) => ({ body: bodies[5], type })),
        ]
    const tries = [
      ...pairs.map(({ body, type }) => ({
        body,
        headers: type === undefined ? {} : { 'content-type': type },
      })),
      ...headers.map((header) => ({
        body: '{}',
        headers: { 'content-type': 'application/json', ...header },
      })),
    ]
    for (const { body, headers } of tries) {
      const payload = method === 'GET' || method === 'HEAD' ? undefined : body
      const response = await gateway.app.inject({ method: method as 'GET', url, headers, payload })
      // Who has not signed in to the console is led to its door, or told that nothing is there.
      const isConsole = url === '/' || url.startsWith('/console')
      const atTheDoor = [302, 400, 401, 403, 404, 415].includes(response.statusCode)
      const answered = isConsole
        ? atTheDoor
        : url in open
          ? [200, 503].includes(response.statusCode)
          : [401, 403].includes(response.statusCode)
      attacks.tried(`${method} ${url} ${JSON.stringify(headers)} ${body} → ${response.statusCode}`, answered)
      refused &&= answered
    }
    tally.tried(`${method} ${url}`, refused)
  }
  attacks.expectNoneThrough(1_000)
  tally.expectNoneThrough(60)
})

test('an address that is none of ours is 404 for every method and spelling, never a crash', async () => {
  const tally = new Tally('attacks tried')
  const addresses = [
    '/api',
    '/admin',
    '/.env',
    '/.git/config',
    '/api/retell',
    '/api/retell/',
    '/api/retell/..%2f..%2fmetrics',
    '/api/retell/%00',
    '/api/retell/__proto__',
    '/api/retell/constructor',
    '/%',
    '/%zz',
    '/api/webhooks/retell/%E0%A4%A',
    `/${'a'.repeat(8_000)}`,
    '//metrics',
    '/api//health',
    '/api/retell/check-availability/x',
    '/livez/x',
    '/METRICS2',
  ]
  for (const url of addresses)
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const) {
      const response = await gateway.app.inject({
        method: method as 'GET',
        url,
        payload: method === 'GET' || method === 'TRACE' ? undefined : '{}',
      })
      tally.tried(`${method} ${url} → ${response.statusCode}`, [400, 404, 414].includes(response.statusCode))
    }
  tally.expectNoneThrough(100)
})

test('metrics and the detailed report are for the one who shows the token', async () => {
  for (const url of byToken) {
    const ask = async (authorization?: string) =>
      (await gateway.app.inject({ url, headers: authorization === undefined ? {} : { authorization } }))
        .statusCode
    expect(await ask()).toBe(401)
    expect(await ask('Bearer token-of-the-scrapeR')).toBe(401)
    expect(await ask('Bearer token-of-the-scraper')).toBe(200)
  }
})

test('what is open to anybody tells nothing about a company or a person', async () => {
  for (const url of Object.keys(open)) {
    const { body } = await gateway.app.inject(url)
    expect(body).not.toMatch(/Sonnenschein|Weiß|Müller|\+49|@|cal_test|key_of/)
  }
})
