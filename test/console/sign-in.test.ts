import { afterAll, beforeAll, expect, test } from 'vitest'
import { People } from '../../src/services/people/people.ts'
import { signedIn, visitor } from '../helpers/console.ts'
import { startGateway, type TestGateway } from '../helpers/gateway.ts'
import { startSmtp } from '../helpers/smtp.ts'

let gateway: TestGateway
let people: People

beforeAll(async () => {
  gateway = await startGateway()
  people = new People({ tenancy: gateway.database.tenancy, clock: gateway.clock })
  await people.invite({ email: 'Ina@Example.com', name: 'Ina', role: 'owner', companyId: 1, branchId: null })
})
afterAll(() => gateway?.close())

const link = async () => (await people.linkFor('ina@example.com'))!.token

test('/ leads to the console, and the console to signing in', async () => {
  const browser = visitor(gateway)
  expect((await browser.get('/')).headers.location).toBe('/console')
  const console = await browser.get('/console/anrufe?seite=2')
  expect(console.headers.location).toBe('/console/anmelden?weiter=%2Fconsole%2Fanrufe%3Fseite%3D2')
  const page = await browser.get('/console/anmelden')
  expect(page.statusCode).toBe(200)
  expect(page.body).toContain('Link schicken')
})

test('looking at a link uses nothing up; its button signs in, once', async () => {
  const token = await link()
  const browser = visitor(gateway)
  for (const method of ['GET', 'HEAD', 'GET'] as const)
    expect((await gateway.app.inject({ method, url: `/console/anmelden/${token}` })).statusCode).toBe(200)
  const answer = await browser.post(`/console/anmelden/${token}`)
  expect(answer.headers.location).toBe('/console')
  const cookie = String(answer.headers['set-cookie'])
  expect(cookie).toContain('HttpOnly')
  expect(cookie).toContain('SameSite=Lax')
  browser.cookie = cookie.split(';')[0]!
  expect((await browser.get('/console')).statusCode).toBe(200)
  const again = await visitor(gateway).post(`/console/anmelden/${token}`)
  expect(again.statusCode).toBe(410)
  expect(again.headers['set-cookie']).toBeUndefined()
})

test('of two who press the button at once one gets in', async () => {
  const token = await link()
  const answers = await Promise.all([1, 2, 3].map(() => visitor(gateway).post(`/console/anmelden/${token}`)))
  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([303, 410, 410])
})

test('a link ends after a quarter of an hour', async () => {
  gateway.clock.advance(16 * 60_000)
  const token = await link()
  gateway.clock.advance(15 * 60_000)
  expect((await visitor(gateway).post(`/console/anmelden/${token}`)).statusCode).toBe(410)
})

test('a form to sign in from another site is refused, and leaves the link as it is', async () => {
  const token = await link()
  const foreign: Array<Record<string, string>> = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
  ]
  for (const headers of foreign)
    expect((await visitor(gateway).post(`/console/anmelden/${token}`, {}, { headers })).statusCode).toBe(403)
  expect((await visitor(gateway).post(`/console/anmelden/${token}`)).statusCode).toBe(303)
})

test('it goes on where somebody wanted to go, and nowhere else', async () => {
  const to = async (way: string) => {
    gateway.clock.advance(16 * 60_000)
    const answer = await visitor(gateway).post(
      `/console/anmelden/${await link()}?weiter=${encodeURIComponent(way)}`,
    )
    return answer.headers.location
  }
  expect(await to('/console/anrufe?seite=2')).toBe('/console/anrufe?seite=2')
  for (const way of [
    'https://evil.example',
    '//evil.example',
    '/console//evil.example',
    '/consoles',
    '/\\evil',
  ])
    expect(await to(way)).toBe('/console')
})

test('a session ends by signing out, unused after half a day, and after two weeks in any case', async () => {
  const first = await signedIn(gateway, { role: 'owner' })
  expect((await first.post('/console/abmelden')).statusCode).toBe(303)
  expect((await first.get('/console')).headers.location).toMatch(/anmelden/)

  const idle = await signedIn(gateway, { role: 'owner' })
  gateway.clock.advance(11 * 3_600_000)
  expect((await idle.get('/console')).statusCode).toBe(200)
  gateway.clock.advance(12 * 3_600_000)
  expect((await idle.get('/console')).statusCode).toBe(302)

  const busy = await signedIn(gateway, { role: 'owner' })
  for (let hours = 0; hours < 14 * 24 - 10; hours += 10) {
    expect((await busy.get('/console')).statusCode, `${hours} h`).toBe(200)
    gateway.clock.advance(10 * 3_600_000)
  }
  gateway.clock.advance(10 * 3_600_000)
  expect((await busy.get('/console')).statusCode).toBe(302)
})

test('access that is taken away ends at once, also that of links', async () => {
  const browser = await signedIn(gateway, { role: 'receptionist', email: 'gone@example.com' })
  const unused = (await people.linkFor('gone@example.com'))!.token
  await people.remove('gone@example.com', 1)
  expect((await browser.get('/console')).statusCode).toBe(302)
  expect(await people.linkFor('gone@example.com')).toBeNull()
  expect((await visitor(gateway).post(`/console/anmelden/${unused}`)).statusCode).toBe(410)
})

test('a cookie that was not given out is nobody’s', async () => {
  const browser = visitor(gateway)
  browser.cookie = `console=${'A'.repeat(43)}`
  expect((await browser.get('/console')).statusCode).toBe(302)
})

test('of links and sessions only hashes are stored', async () => {
  const token = await link()
  const [links, sessions] = await gateway.database.tenancy.asSystem(async (tx) => [
    await tx.consoleLink.findMany(),
    await tx.consoleSession.findMany(),
  ])
  expect(JSON.stringify([links, sessions])).not.toContain(token)
  expect(links.every(({ tokenHash }) => /^[0-9a-f]{64}$/.test(tokenHash))).toBe(true)
})

test('every answer says what the browser may load, and pages are not kept', async () => {
  const browser = await signedIn(gateway, { role: 'owner' })
  const page = await browser.get('/console')
  expect(page.headers['content-security-policy']).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  )
  expect(page.headers['cache-control']).toBe('no-store')
  expect(page.body).not.toMatch(/<script(?![^>]*src=)|<style| style=| on\w+=/)
  for (const [, path] of page.body.matchAll(/(?:href|src)="(\/console\/assets\/[^"]+)"/g)) {
    const asset = await browser.get(path!)
    expect(asset.statusCode, path).toBe(200)
    expect(asset.headers['cache-control']).toContain('immutable')
  }
})

test('an address that does not exist is answered in words for people and as JSON for programs', async () => {
  const browser = visitor(gateway)
  const page = await browser.get('/nirgends')
  expect(page.statusCode).toBe(404)
  expect(page.body).toContain('Diese Seite gibt es nicht')
  const json = await browser.get('/nirgends', { accept: 'application/json' })
  expect(json.json()).toMatchObject({ success: false, error: 'not_found' })
  const inside = await (await signedIn(gateway, { role: 'owner' })).get('/console/nirgends')
  expect(inside.statusCode).toBe(404)
  expect(inside.body).toContain('Diese Seite gibt es nicht')
})

test('asking for a link tells nothing, and a mail comes to whoever is known', async () => {
  const mailbox = await startSmtp()
  const posted = await startGateway({
    environment: { SMTP_URL: mailbox.url, PUBLIC_URL: 'https://gateway.example' },
  })
  try {
    await new People({ tenancy: posted.database.tenancy, clock: posted.clock }).invite({
      ...{ email: 'ina@example.com', name: 'Ina', role: 'owner', companyId: 1, branchId: null },
    })
    const browser = visitor(posted)
    const ask = (email: string) => browser.post('/console/anmelden', { email })
    const [unknown, known] = [await ask('nobody@example.com'), await ask('INA@example.com ')]
    expect([unknown.statusCode, unknown.body]).toEqual([known.statusCode, known.body])
    await expect.poll(() => mailbox.mails.length).toBe(1)
    const [mail] = mailbox.mails
    expect(mail!.to).toEqual(['ina@example.com'])
    const address = /https:\/\/gateway\.example(\/console\/anmelden\/[\w-]+)/.exec(mail!.parsed.text ?? '')
    const answer = await browser.post(address![1]!, {}, { headers: { origin: 'https://gateway.example' } })
    expect(answer.statusCode).toBe(303)
    expect(mailbox.mails).toHaveLength(1)
  } finally {
    await posted.close()
    await mailbox.stop()
  }
})

test('guessing ends after ten tries a minute', async () => {
  const browser = visitor(gateway)
  const codes = []
  for (let tried = 0; tried < 12; tried++)
    codes.push((await browser.post(`/console/anmelden/${'A'.repeat(43)}`)).statusCode)
  expect(codes.slice(0, 10)).toEqual(Array(10).fill(410))
  expect(codes.slice(10)).toEqual([429, 429])
})

test('switched off, there is no console', async () => {
  const off = await startGateway({ environment: { CONSOLE: 'off' } })
  try {
    expect((await visitor(off).get('/console')).statusCode).toBe(404)
    expect((await visitor(off).get('/')).statusCode).toBe(404)
  } finally {
    await off.close()
  }
})
