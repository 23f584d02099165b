/** No link is built from what a request says about its host: a forged one must appear nowhere in what we answer. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ environment: { TRUSTED_PROXIES: '127.0.0.1' } })
})
afterAll(() => gateway.close())

const forged = {
  host: 'evil.example',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'http',
  forwarded: 'host=evil.example;proto=http',
  'x-original-host': 'evil.example',
}

test.each([
  ['GET', '/'],
  ['GET', '/livez'],
  ['GET', '/readyz'],
  ['GET', '/api/zeitinfo'],
  ['GET', '/api/health/calcom'],
  ['GET', '/metrics'],
  ['GET', '/nowhere'],
  ['POST', '/api/webhooks/retell/function'],
  ['POST', '/api/webhooks/retell'],
  ['POST', '/api/calcom/webhook'],
] as const)('%s %s repeats no forged host', async (method, url) => {
  const { headers, body } = await gateway.app.inject({ method, url, headers: forged })
  expect(JSON.stringify(headers) + body).not.toContain('evil.example')
})
