/** The console in a real browser: signing in and working off a callback, as a receptionist does it. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { People } from '../../src/services/people/people.ts'
import { hasChromium, inaccessible, openPage, startBrowser } from '../helpers/browser.ts'
import { startGateway, type TestGateway } from '../helpers/gateway.ts'

describe.skipIf(!hasChromium)('in Chromium (set REQUIRE_CHROMIUM=1 where it must be there)', () => {
  let gateway: TestGateway
  let browser: Browser
  let address: string

  beforeAll(async () => {
    gateway = await startGateway({ environment: { PORT: '0', HOST: '127.0.0.1', JOBS: 'worker' } })
    address = await gateway.gateway.listen()
    browser = await startBrowser()
    await gateway.call('request_callback', { reason: 'Frage zu einer Beschwerde', name: 'Krause' })
  })
  afterAll(async () => {
    await browser?.close()
    await gateway?.close()
  })

  async function link(): Promise<string> {
    const people = new People({ tenancy: gateway.database.tenancy, clock: gateway.clock })
    const email = `ina-${Date.now()}@example.com`
    await people.invite({ email, name: 'Ina', role: 'receptionist', companyId: 1, branchId: null })
    return `${address}/console/anmelden/${(await people.linkFor(email))!.token}`
  }

  test.each([360, 1280])('a callback is taken, called and done, %i px wide', async (width) => {
    const { page, complaints, context } = await openPage(browser, { width })
    await gateway.call('request_callback', { reason: `Frage bei ${width}`, name: 'Sommer' })
    await page.goto(await link())
    await page.getByRole('button', { name: 'Jetzt anmelden' }).click()
    await page.getByRole('heading', { name: 'Zu tun' }).waitFor()
    expect(await inaccessible(page)).toEqual([])
    await page
      .getByRole('link', { name: /Rückrufe/ })
      .first()
      .click()
    const entry = page.locator('li', { hasText: `Frage bei ${width}` })
    await entry.getByRole('button', { name: 'Übernehmen' }).click()
    await page.getByText('Der Rückruf ist jetzt bei Ihnen.').waitFor()
    expect(await inaccessible(page)).toEqual([])
    expect(await entry.locator('a.tel').getAttribute('href')).toMatch(/^tel:\+49/)
    // By keyboard: j to the entry, e to its note.
    await page.keyboard.press('j')
    await page.keyboard.press('e')
    expect(await page.evaluate('document.activeElement.name')).toBe('note')
    await entry.getByRole('textbox').fill('Hat sich geklärt')
    await entry.getByRole('textbox').press('Enter')
    await page.getByText('Der Rückruf ist erledigt.').waitFor()
    await page.getByText(`Frage bei ${width} · Hat sich geklärt`).waitFor()
    const isTooWide = await page.evaluate('document.documentElement.scrollWidth > innerWidth')
    expect(isTooWide).toBe(false)
    expect(complaints).toEqual([])
    await context.close()
  })

  test('what a policy forbids is seen by this test', async () => {
    const { page, complaints, context } = await openPage(browser, { width: 800 })
    await page.goto(`${address}/console/anmelden`)
    await page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">')")
    await expect.poll(() => complaints.join()).toContain('Content Security Policy')
    await context.close()
  })
})
