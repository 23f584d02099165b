/** `npm run simulator` as a process of its own: both look-alikes answer where it says. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import Retell from 'retell-sdk'
import { expect, onTestFinished, test } from 'vitest'

const script = fileURLToPath(new URL('../../src/cli/simulator.ts', import.meta.url))

function start(...args: string[]): { child: ChildProcess; said: () => string } {
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    env: { PATH: process.env.PATH, NODE_ENV: 'test' },
  })
  onTestFinished(() => void child.kill())
  let out = ''
  child.stdout.on('data', (text) => (out += String(text)))
  child.stderr.on('data', (text) => (out += String(text)))
  return { child, said: () => out }
}

// Starting a process takes seconds on a busy machine.
test('stands up Retell’s API beside Cal.com’s when asked to', { timeout: 60_000 }, async () => {
  const { child, said } = start('--port', '0', '--retell-port', '0')
  await expect.poll(said, { timeout: 50_000 }).toContain('Simulated Retell')
  const [, baseURL] = /Simulated Retell at (\S+)/.exec(said())!
  const [, apiKey] = /key (key_\w+)/.exec(said())!
  const client = new Retell({ apiKey: apiKey!, baseURL, maxRetries: 0 })
  expect((await client.phoneNumber.list()).items).toEqual([])
  child.kill('SIGTERM')
  await once(child, 'close')
})

test('refuses a port that is none in one sentence', { timeout: 60_000 }, async () => {
  for (const option of ['--port', '--retell-port']) {
    const { child, said } = start(option, 'salon')
    const [code] = (await once(child, 'close')) as [number]
    expect(code).toBe(1)
    expect(said()).toContain(`${option} is a port between 0 and 65535`)
    expect(said()).not.toMatch(/\n\s+at /)
  }
})
