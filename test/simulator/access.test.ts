import { expect, test } from 'vitest'
import { annaCut, otherKey, salonKey, start } from './vendor-client.ts'

const slotsPath = `/v2/slots?eventTypeId=${annaCut}&start=2026-11-24&end=2026-11-24`

test.each([
  ['/v2/slots', '2024-08-13', 404],
  ['/v2/slots', null, 404],
  ['/v2/slots/available', '2024-09-04', 404],
  ['/v2/bookings', '2024-09-04', 404],
  ['/v2/bookings', '2026-02-25', 200],
  ['/v2/event-types', '2024-08-13', 404],
  ['/v2/event-types', '2024-06-14', 200],
  ['/v2/teams', null, 200],
  ['/v2/me', '2024-09-04', 200],
])('%s with version %s answers %i', async (path, version, status) => {
  const { ask } = await start()
  const answer = await ask('GET', path, { version })
  expect(answer.status).toBe(status)
  if (status === 404) expect(answer.body.error.message).toBe(`Cannot GET ${path}`)
})

test('a missing or unknown version silently means the oldest shapes', async () => {
  const { ask, book } = await start()
  await book()
  for (const version of [null, '2025-01-01']) {
    const list = await ask('GET', '/v2/bookings?attendeeEmail=nobody@example.com', { version })
    expect(list.body.data.bookings).toHaveLength(1)
    expect((await book({}, { version })).status).toBe(400)
  }
})

test('a key that does not exist is refused even where none is needed', async () => {
  const { ask } = await start()
  const answer = await ask('GET', slotsPath, { key: 'cal_live_wrong' })
  expect(answer.status).toBe(401)
  expect(answer.body.error).toEqual({
    code: 'UnauthorizedException',
    message: 'CustomThrottlerGuard - Invalid API Key',
    details: { message: 'CustomThrottlerGuard - Invalid API Key', error: 'Unauthorized', statusCode: 401 },
  })
})

test('tokens that are no keys, expired keys and missing keys have their own wording', async () => {
  const { ask, control } = await start()
  const message = async (key: string | null) => (await ask('GET', '/v2/me', { key })).body.error.message
  expect(await message('secret')).toBe('ApiAuthStrategy - access token - Invalid Access Token.')
  expect(await message(null)).toContain('no authentication provided')
  control.expireKey(salonKey)
  expect(await message(salonKey)).toBe('ApiAuthStrategy - api key - Your api key is expired')
})

test('the list without "Bearer" falls over with a bare 500', async () => {
  const { ask } = await start()
  const answer = await ask('GET', '/v2/bookings', { key: null, headers: { authorization: salonKey } })
  expect(answer.status).toBe(500)
  expect(answer.body).toEqual({ statusCode: 500, message: 'Internal server error' })
})

test('over the limit a key is blocked for sixty seconds, others are not', async () => {
  const { ask, control } = await start({ rateLimit: 3 })
  control.setClock({ now: '2026-11-23T08:00:00Z', frozen: true })
  const first = await ask('GET', '/v2/me')
  expect(first.headers.get('x-ratelimit-limit-default')).toBe('3')
  expect(first.headers.get('x-ratelimit-remaining-default')).toBe('2')
  expect(first.headers.get('x-ratelimit-reset-default')).toBe('60')
  await ask('GET', '/v2/me')
  control.setClock({ now: '2026-11-23T08:00:50Z', frozen: true })
  expect((await ask('GET', '/v2/me')).status).toBe(200)
  const refused = await ask('GET', '/v2/me')
  expect(refused.status).toBe(429)
  expect(refused.headers.get('x-ratelimit-reset-default')).toBe('60')
  expect(refused.headers.get('retry-after')).toBeNull()
  const message = 'CustomThrottlerGuard - Too many requests. Please try again later.'
  expect(refused.body.error).toEqual({ code: 'ThrottlerException', message, details: message })
  expect((await ask('GET', '/v2/me', { key: otherKey })).status).toBe(200)
  control.setClock({ now: '2026-11-23T08:01:49Z', frozen: true })
  const still = await ask('GET', '/v2/me')
  expect(still.status).toBe(429)
  expect(still.headers.get('x-ratelimit-reset-default')).toBe('1')
  control.setClock({ now: '2026-11-23T08:01:50Z', frozen: true })
  expect((await ask('GET', '/v2/me')).status).toBe(200)
})

test('without a key the limit counts by address, by default 120 a minute', async () => {
  const { ask } = await start({ rateLimit: undefined })
  const { headers } = await ask('GET', slotsPath, { key: null })
  expect(headers.get('x-ratelimit-remaining-default')).toBe('119')
})

test('unknown addresses and broken JSON are answered in the vendor’s shape', async () => {
  const { ask, url } = await start()
  const unknown = await ask('GET', '/v2/nothing')
  expect(unknown.status).toBe(404)
  expect(unknown.body.error.message).toBe('Cannot GET /v2/nothing')
  const headers = { 'content-type': 'application/json', 'cal-api-version': '2024-08-13' }
  const broken = await fetch(`${url}/v2/bookings`, { method: 'POST', headers, body: '{"start":' })
  expect(broken.status).toBe(400)
  expect(await broken.json()).toMatchObject({ error: { code: 'BadRequestException' } })
})
