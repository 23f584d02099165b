/** `npm run tools`: every link begins with PUBLIC_URL or with the address that is typed, never with anything else. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const command = fileURLToPath(new URL('../../src/cli/export-tools.ts', import.meta.url))

function tools(environment: Record<string, string>, ...args: string[]) {
  return spawnSync(process.execPath, ['--import', 'tsx', command, ...args], {
    env: { PATH: process.env.PATH, ...environment },
    encoding: 'utf8',
  })
}
const hostsOf = (output: string) => [
  ...new Set((JSON.parse(output) as { url: string }[]).map(({ url }) => new URL(url).origin)),
]

test('without an address the tools lead to PUBLIC_URL; an address that is typed wins', () => {
  const environment = { PUBLIC_URL: 'https://phone.salon.example/' }
  const own = tools(environment)
  expect([own.status, hostsOf(own.stdout)]).toEqual([0, ['https://phone.salon.example']])
  expect(own.stdout).not.toContain('example//')
  const typed = tools(environment, 'https://other.example')
  expect([typed.status, hostsOf(typed.stdout)]).toEqual([0, ['https://other.example']])
}, 120_000)

test('with neither, or with something that is no address, it says how it is called', () => {
  for (const [environment, ...args] of [[{}], [{}, 'phone'], [{ PUBLIC_URL: 'phone' }]] as const) {
    const { status, stdout, stderr } = tools(environment, ...args)
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^Usage: npm run -s tools/)
  }
}, 120_000)
