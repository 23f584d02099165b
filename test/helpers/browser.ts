/** A real Chromium. Whatever a page complains about (Content-Security-Policy, errors in the console, failed requests) fails the test. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
)
/** Whether there is one; `.ci/run` installs it and requires it. */
export const hasChromium = executablePath !== undefined || process.env.REQUIRE_CHROMIUM === '1'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

export interface OpenPage {
  page: Page
  /** What the browser complained about so far. */
  complaints: string[]
}

export async function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}

/** A page of that width whose complaints are kept. */
export async function openPage(
  browser: Browser,
  { width, dark = false }: { width: number; dark?: boolean },
): Promise<OpenPage & { context: BrowserContext }> {
  const context = await browser.newContext({
    // What fades in is half transparent for a moment, which no reader's contrast is about.
    reducedMotion: 'reduce',
    viewport: { width, height: 800 },
    colorScheme: dark ? 'dark' : 'light',
    locale: 'de-DE',
    // axe is put into the page for the test alone; everything the page loads itself is held to its policy first.
    bypassCSP: false,
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  return { context, page, complaints }
}

/** What axe finds wrong on a page: rule and elements. */
export async function inaccessible(page: Page): Promise<string[]> {
  const { readFileSync } = await import('node:fs')
  // Evaluated by the debugger, which no policy of the page forbids.
  await page.evaluate(readFileSync(axe, 'utf8'))
  return page.evaluate(async () => {
    const { violations } = await (
      globalThis as unknown as {
        axe: { run(): Promise<{ violations: Array<{ id: string; nodes: Array<{ html: string }> }> }> }
      }
    ).axe.run()
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
  })
}
