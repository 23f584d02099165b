/** What the doctor says of a company's numbers, agents and tools at Retell: sound ones, and each way in which one is wrong. */
import type Retell from 'retell-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DoctorFinding } from '../../src/services/doctor/report.ts'
import { salon, startGateway, type TestGateway } from '../helpers/gateway.ts'
import { type RetellSetUp, setUpAtRetell } from '../helpers/retell.ts'

const publicUrl = 'https://gateway.example'
let gateway: TestGateway
let retell: RetellSetUp

beforeAll(async () => {
  retell = await setUpAtRetell(publicUrl)
  gateway = await startGateway({
    environment: {
      PUBLIC_URL: publicUrl,
      RETELL_API_BASE_URL: retell.simulator.url,
      ANSWER_WITHIN_MS: '3000',
    },
  })
  await retell.enter(gateway)
})
afterAll(async () => {
  await gateway?.close()
  await retell?.simulator.close()
})

/** Of Retell only: the others are another test's. */
const codesOfOthers =
  /^(webhook_|clock_|event_type_|host_|person_|email_|redis_|other_hours_ahead|away_ahead|no_bundesland|no_address)/
async function look(): Promise<DoctorFinding[]> {
  const { findings } = await gateway.gateway.doctor.run({ companyId: salon.companyId })
  return findings.filter(({ code }) => !codesOfOthers.test(code))
}

test('a sound set-up is clean', async () => {
  expect(await look()).toEqual([])
})

test('one look asks for each thing once', async () => {
  const before = retell.simulator.control.requests().length
  await look()
  expect(retell.simulator.control.requests().slice(before)).toHaveLength(3)
})

type Tool = Retell.LlmCreateParams.CustomTool
const agentDefaults = { webhook_url: `${publicUrl}/api/webhooks/retell`, webhook_events: null }
const numberDefaults = () => ({
  inbound_agents: [{ agent_id: retell.agentId, weight: 1 }],
  inbound_webhook_url: `${publicUrl}/api/webhooks/retell`,
})

/** Breaks something, looks, and puts everything back. */
async function whenBroken(change: () => Promise<unknown>): Promise<DoctorFinding[]> {
  await change()
  try {
    return await look()
  } finally {
    await retell.client.llm.update(retell.llmId, { general_tools: retell.tools, states: null })
    await retell.client.agent.update(retell.agentId, agentDefaults)
    await retell.client.phoneNumber.update(salon.mitte, numberDefaults())
    await retell.enter(gateway)
  }
}

const withTool = (change: Partial<Tool>) => () =>
  retell.client.llm.update(retell.llmId, {
    general_tools: retell.tools.map((tool) =>
      tool.name === 'check_availability' ? { ...tool, ...change } : tool,
    ),
  })
const withNumber = (change: Retell.PhoneNumberUpdateParams) => () =>
  retell.client.phoneNumber.update(salon.mitte, change)
const withAgent = (change: Retell.AgentUpdateParams) => () =>
  retell.client.agent.update(retell.agentId, change)

describe('each way to be wrong is one finding that says what follows and what to do', () => {
  test.each<[string, DoctorFinding['severity'], RegExp, () => Promise<unknown>]>([
    [
      'number_without_agent',
      'error',
      /\+493023125001 has no inbound agent/,
      withNumber({ inbound_agents: null }),
    ],
    [
      'inbound_webhook_elsewhere',
      'warning',
      /asks https:\/\/old\.example\/hook before/,
      withNumber({ inbound_webhook_url: 'https://old.example/hook?key=secret' }),
    ],
    ['inbound_webhook_missing', 'hint', /no inbound webhook/, withNumber({ inbound_webhook_url: null })],
    [
      'agent_differs',
      'warning',
      /agent_of_before is entered here/,
      () =>
        gateway.database.tenancy.asSystem((tx) =>
          tx.phoneNumber.updateMany({ where: { number: salon.mitte }, data: { agentId: 'agent_of_before' } }),
        ),
    ],
    [
      'agent_unknown',
      'error',
      /version latest_published\) that answers/,
      () =>
        retell.client.phoneNumber.update(salon.mitte, {
          inbound_agents: [{ agent_id: retell.agentId, weight: 1, agent_version: 'latest_published' }],
        }),
    ],
    [
      'agent_webhook_elsewhere',
      'warning',
      /told to https:\/\/old\.example\/events and not to us/,
      withAgent({ webhook_url: 'https://user:secret@old.example/events' }),
    ],
    ['agent_webhook_missing', 'hint', /it has none of its own/, withAgent({ webhook_url: null })],
    [
      'agent_webhook_incomplete',
      'warning',
      /does not tell call_ended, call_analyzed/,
      withAgent({ webhook_events: ['call_started'] }),
    ],
    [
      'tool_elsewhere',
      'error',
      /^The tool check_availability of agent Salon Sonnenschein asks https:\/\/old\.example and not us/,
      withTool({ url: 'https://old.example/fn?token=secret' }),
    ],
    // A neighbour's name that begins like ours.
    [
      'tool_elsewhere',
      'error',
      /gateway\.example\.org/,
      withTool({ url: 'https://gateway.example.org/api/webhooks/retell/function' }),
    ],
    [
      'tool_address_unknown',
      'error',
      /check_availability \(\/api\/retell\/functions\) of agent/,
      withTool({ url: `${publicUrl}/api/retell/functions` }),
    ],
    ['tool_unknown', 'warning', /book_a_table/, withTool({ name: 'book_a_table' })],
    [
      'tool_address_varies',
      'hint',
      /leads to an address with a variable/,
      withTool({ url: 'https://{{host}}/api/webhooks/retell/function' }),
    ],
    [
      'tool_of_others',
      'hint',
      /weather of agent Salon Sonnenschein leads to somebody else/,
      () =>
        retell.client.llm.update(retell.llmId, {
          general_tools: [...retell.tools, { type: 'custom', name: 'weather', url: 'https://w.example' }],
        }),
    ],
    ['tool_without_call', 'error', /sends no call with its arguments/, withTool({ args_at_root: true })],
    ['tool_without_call', 'error', /sends no call with its arguments/, withTool({ method: 'GET' })],
    [
      'tool_asks_call_id',
      'warning',
      /asks the model for call_id/,
      withTool({ parameters: { type: 'object', properties: { call_id: { type: 'string' } } } }),
    ],
    [
      'tool_gives_up_early',
      'warning',
      /check_availability \(1000 ms of 3000\) of agent/,
      withTool({ timeout_ms: 1_000 }),
    ],
    [
      'tools_missing',
      'hint',
      /does not have check_availability: /,
      () =>
        retell.client.llm.update(retell.llmId, {
          general_tools: retell.tools.filter(({ name }) => name !== 'check_availability'),
        }),
    ],
    [
      'no_tools',
      'error',
      /^The agent Salon Sonnenschein has none/,
      () =>
        retell.client.llm.update(retell.llmId, { general_tools: [{ type: 'end_call', name: 'end_call' }] }),
    ],
    ['agent_tools_unchecked', 'hint', /an engine of its own/, withNumberOfCustomEngine],
  ])('%s (%s)', async (code, severity, message, change) => {
    const found = await whenBroken(change)
    const one = found.find((candidate) => candidate.code === code)
    expect(one, JSON.stringify(found)).toMatchObject({ severity, company_id: salon.companyId })
    expect(one!.message).toMatch(message)
    expect(one!.message).toMatch(/^[A-Z].*\.$/s)
    expect(one!.remedy).toMatch(/^[A-Z].*\.$/s)
    expect(JSON.stringify(found)).not.toContain('secret')
    expect(await look()).toEqual([])
  })

  test('number_unknown (error)', async () => {
    await retell.client.phoneNumber.delete(salon.nord)
    expect(await look()).toMatchObject([
      { code: 'number_unknown', severity: 'error', message: expect.stringContaining(salon.nord) },
    ])
    await retell.client.phoneNumber.import({
      phone_number: salon.nord,
      termination_uri: 'sip.example',
      ...numberDefaults(),
    })
    expect(await look()).toEqual([])
  })
})

async function withNumberOfCustomEngine(): Promise<void> {
  const { agent_id } = await retell.client.agent.create({
    response_engine: { type: 'custom-llm', llm_websocket_url: 'wss://own.example' },
    voice_id: '11labs-Adrian',
    webhook_url: `${publicUrl}/api/webhooks/retell`,
  })
  await retell.client.phoneNumber.update(salon.mitte, { inbound_agents: [{ agent_id, weight: 1 }] })
}

test('an agent of another gateway is one finding, with the names of its tools', async () => {
  const found = await whenBroken(() =>
    retell.client.llm.update(retell.llmId, {
      general_tools: retell.tools.map((tool) => ({ ...tool, url: `https://old.example/fn/${tool.name}` })),
    }),
  )
  expect(found).toMatchObject([{ code: 'tool_elsewhere', severity: 'error' }])
  for (const { name } of retell.tools) expect(found[0]!.message).toContain(name)
  expect(found[0]!.message).toContain(`ask https://old.example and not us`)
})

test('what older agents use is not wrong: names with a version, addresses of their own, tools in a state', async () => {
  const older: Tool[] = [
    { type: 'custom', name: 'check_availability_v17', url: `${publicUrl}/api/retell/v17/check-availability` },
    { type: 'custom', name: 'wann_frei', url: `${publicUrl}/api/retell/find-next-available/` },
  ]
  const [, ...others] = retell.tools
  const found = await whenBroken(() =>
    retell.client.llm.update(retell.llmId, {
      general_tools: others.filter(({ name }) => !/^(check_availability|find_next_available)$/.test(name)),
      states: [
        {
          name: 'booking',
          tools: [retell.tools[0]!, ...older].filter(({ name }) => name !== 'check_availability'),
        },
      ],
    }),
  )
  expect(found).toEqual([])
})

describe('where nothing can be looked at, that is said once', () => {
  const retellOnly = async () =>
    (await gateway.gateway.doctor.run()).findings.filter(({ code }) => code.startsWith('retell_'))

  test('a key that Retell refuses is an error, an outage a warning', async () => {
    retell.simulator.control.fail(401)
    expect(await retellOnly()).toMatchObject([
      { code: 'retell_key_refused', severity: 'error', company_id: null },
    ])
    retell.simulator.control.fail(503)
    expect(await retellOnly()).toMatchObject([
      { code: 'retell_unreachable', severity: 'warning', company_id: null },
    ])
  })

  test('an outage in the middle leaves what was found', async () => {
    const found = await whenBroken(async () => {
      await withNumber({ inbound_webhook_url: null })()
      // The list of numbers is answered, and the agent is not.
      retell.simulator.control.fail('pass', 500)
    })
    expect(found.map(({ code }) => code)).toEqual(['retell_unreachable', 'inbound_webhook_missing'])
  })

  test.each<[string, Record<string, string>, RegExp]>([
    ['no key', { PUBLIC_URL: publicUrl, RETELLAI_API_KEY: '' }, /RETELLAI_API_KEY is not set/],
    ['no PUBLIC_URL', {}, /PUBLIC_URL is not set/],
  ])('%s is one hint', async (_, environment, message) => {
    const other = await startGateway({ environment })
    try {
      const { findings } = await other.gateway.doctor.run()
      const found = findings.filter(({ code }) => code.startsWith('retell_'))
      expect(found).toMatchObject([{ code: 'retell_unchecked', severity: 'hint', company_id: null }])
      expect(found[0]!.message).toMatch(message)
    } finally {
      await other.close()
    }
  })
})
