/** `npm run agent` as a process of its own: what is typed, and an agent from nothing to callers against the look-alike of Retell. */
import Retell from 'retell-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readAgentCommand } from '../../src/cli/agent-arguments.ts'
import { type RetellSimulator, startRetellSimulator } from '../../src/simulator/retell/retell.ts'
import { runCommand } from '../helpers/command.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts'
import { salon } from '../helpers/gateway.ts'

const apiKey = 'key_of_the_workspace'
let server: TestDatabase
let retell: RetellSimulator

beforeAll(async () => {
  server = await createTestDatabase()
  retell = await startRetellSimulator({ keys: [apiKey] })
})
afterAll(async () => {
  await retell?.close()
  await server?.drop()
})

const agent = (...args: string[]) =>
  runCommand('agent', args, {
    NODE_ENV: 'test',
    DATABASE_URL: server.url,
    RETELLAI_API_KEY: apiKey,
    RETELL_API_BASE_URL: retell.url,
    PUBLIC_URL: 'https://gateway.example',
  })

test('plan says that there is something to do, apply does it, publish leads the numbers to it, status shows it', async () => {
  const client = new Retell({ apiKey, baseURL: retell.url, maxRetries: 0 })
  for (const phone_number of [salon.mitte, salon.nord])
    await client.phoneNumber.import({ phone_number, termination_uri: 'sip.example' })
  expect(await agent('plan', '1', '--template', 'salon')).toMatchObject({
    code: 2,
    out: expect.stringMatching(/^Company 1: a new agent from salon \([0-9a-f]{12}\)\.\n$/),
    err: '',
  })
  expect(await agent('apply', '1', '--template', 'salon')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/version 0, is a draft/),
  })
  expect(await agent('publish', '1')).toMatchObject({
    code: 0,
    out: expect.stringContaining(`Moved: ${salon.mitte}, ${salon.nord}.`),
  })
  const { out } = await agent('status', '1')
  expect(out).toMatch(/published {3}agent_\w+ version 0 {2}salon/)
  expect(out).toMatch(/\+493023125001 {2}agent_\w+ 0\n/)
}, 240_000)

test.each([
  [['fly', '1'], /There is no "fly"/],
  [['plan'], /exactly one company/],
  [['plan', '1', '--yes'], /--yes does not belong to plan/],
  [['apply', '1', '--take', 'mine'], /"template".*"retell"/],
  [['plan', '1', '--transfer', '12'], /is a phone number/],
  [['plan', "1'; DROP TABLE companies"], /neither a company's number nor its slug/],
])('%j is refused in one sentence', (words, message) => {
  expect(() => readAgentCommand(words)).toThrow(message)
})
