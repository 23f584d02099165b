/** An agent from nothing to callers and back, against the look-alike of Retell; what others change there is changed with Retell's own client. */
import Retell from 'retell-sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { toolsOfLlm } from '../../src/agents/definition.ts'
import { AgentDesk, type AgentDeskDeps } from '../../src/agents/desk.ts'
import { AgentPublisher } from '../../src/agents/publish.ts'
import type { Database } from '../../src/db/database.ts'
import { RetellAgentApi } from '../../src/retell/agent-api.ts'
import { type RetellSimulator, startRetellSimulator } from '../../src/simulator/retell/retell.ts'
import { ourTools, rules } from '../helpers/agents.ts'
import { testClock } from '../helpers/clock.ts'
import { createTestDatabase, openTestDatabase, type TestDatabase } from '../helpers/database.ts'
import { salon } from '../helpers/gateway.ts'

const apiKey = 'key_of_the_workspace'
const eventsUrl = 'https://gateway.example/api/webhooks/retell'
const wish = { company: '1', template: 'salon' }
const clock = testClock()
let server: TestDatabase
let database: Database
let simulator: RetellSimulator
let retell: RetellAgentApi
let client: Retell
let deps: AgentDeskDeps
let desk: AgentDesk
let publisher: AgentPublisher

beforeAll(async () => {
  server = await createTestDatabase()
  database = await openTestDatabase(server.url, 3)
})
afterAll(async () => {
  await retell?.close()
  await simulator?.close()
  await database?.close()
  await server?.drop()
})

beforeEach(async () => {
  await retell?.close()
  await simulator?.close()
  simulator = await startRetellSimulator({ keys: [apiKey] })
  retell = new RetellAgentApi({ baseUrl: simulator.url, apiKey })
  client = new Retell({ apiKey, baseURL: simulator.url, maxRetries: 0 })
  await database.tenancy.asSystem(async (tx) => {
    await tx.agentRelease.deleteMany()
    await tx.phoneNumber.updateMany({ where: { companyId: 1 }, data: { agentId: 'agent_of_before' } })
  })
  deps = { tenancy: database.tenancy, retell, clock, tools: ourTools, rules, eventsUrl, actor: 'test' }
  desk = new AgentDesk(deps)
  publisher = new AgentPublisher(deps)
})

/** Both numbers of the salon at Retell, answered by an agent of before. */
async function importNumbers(): Promise<string> {
  const { llm_id } = await client.llm.create({ general_prompt: 'Alt.' })
  const { agent_id } = await client.agent.create({
    response_engine: { type: 'retell-llm', llm_id },
    voice_id: '11labs-Adrian',
  })
  for (const phone_number of [salon.mitte, salon.nord])
    await client.phoneNumber.import({
      phone_number,
      termination_uri: 'sip.example',
      inbound_agents: [{ agent_id, weight: 1 }],
      inbound_webhook_url: 'https://old.example/hook',
    })
  return agent_id
}

async function applied(more: Partial<Parameters<AgentDesk['apply']>[0]> = {}, take?: 'template' | 'retell') {
  const result = await desk.apply({ ...wish, ...more }, take)
  if (result.kind !== 'draft') throw new Error(`${result.kind}: ${JSON.stringify(result.plan.differences)}`)
  const agent = await client.agent.retrieve(result.agentId, { version: result.version })
  const engine = agent.response_engine as { llm_id: string; version: number }
  return {
    ...result,
    agent,
    engine,
    llm: await client.llm.retrieve(engine.llm_id, { version: engine.version }),
  }
}

const bindings = async () =>
  Promise.all(
    [salon.mitte, salon.nord].map(
      async (number) => (await client.phoneNumber.retrieve(number)).inbound_agents,
    ),
  )

describe('an empty workspace', () => {
  test('one command makes a whole agent; a second one finds nothing to do', async () => {
    const plan = await desk.plan(wish)
    expect(plan).toMatchObject({ there: null, findings: [], template: 'salon' })
    expect(simulator.control.requests()).toEqual([])
    const { agent, llm } = await applied()
    expect(agent).toMatchObject({ language: 'de-DE', webhook_url: eventsUrl, is_published: false })
    expect(agent.boosted_keywords).toContain('Anna')
    expect(llm.begin_message).toMatch(/Maschine/)
    expect(llm.general_tools).toHaveLength(19)
    expect(await desk.apply(wish)).toMatchObject({ kind: 'unchanged', plan: { differences: [] } })
    expect((await client.agent.list()).items).toHaveLength(1)
  })

  test('an agent of a crash between LLM and agent is finished, not made twice', async () => {
    simulator.control.fail('pass', 500)
    await expect(desk.apply(wish)).rejects.toThrow(/create-agent/)
    await expect(desk.apply(wish)).rejects.toThrow(/being changed right now/)
    clock.advance(6 * 60_000)
    await applied()
    expect((await client.llm.list()).items).toHaveLength(1)
    expect((await client.agent.list()).items).toHaveLength(1)
  })

  test('a company of another number, a missing template and a foreign agent are refused in one sentence', async () => {
    await expect(desk.plan({ company: '999' })).rejects.toThrow('There is no company 999.')
    await expect(desk.plan({ company: '1' })).rejects.toThrow(/choose a template/)
    const { agentId } = await applied()
    await expect(desk.plan({ company: '2', template: 'practice', adopt: agentId })).rejects.toThrow(
      /another company/,
    )
  })
})

describe('drift', () => {
  test('a change of ours is a new draft with that field alone; the published version stays', async () => {
    await importNumbers()
    const first = await applied()
    await publisher.publish('1')
    const before = simulator.control.requests().length
    const second = await applied({ voice: '11labs-Lily' })
    expect(second.plan.differences).toMatchObject([{ field: 'agent.voice_id', side: 'ours' }])
    expect(second).toMatchObject({
      version: first.version + 1,
      sent: 1,
      agent: { voice_id: '11labs-Lily', is_published: false },
    })
    expect(simulator.control.requests().slice(before).join(' ')).not.toContain('update-retell-llm')
    expect((await client.agent.retrieve(first.agentId, { version: first.version })).voice_id).toBe(
      '11labs-Adrian',
    )
    expect(await bindings()).toEqual(
      Array(2).fill([expect.objectContaining({ agent_version: first.version })]),
    )
  })

  test('tool, prompt and language changed at Retell are seen, not overwritten unasked, and healed', async () => {
    const { agentId, engine, llm } = await applied()
    const tools = llm.general_tools!.map((tool) =>
      tool.name === 'check_availability' ? { ...tool, timeout_ms: 1_000, enable_typing_sound: true } : tool,
    )
    await client.llm.update(engine.llm_id, { general_prompt: 'Anders.', general_tools: tools as never })
    await client.agent.update(agentId, { language: 'en-US' })
    const result = await desk.apply(wish)
    expect(result).toMatchObject({
      kind: 'disputed',
      fields: ['agent.language', 'llm.general_prompt', 'llm.tools.check_availability.timeout_ms'],
    })
    expect(result.plan.differences.map(({ side }) => side)).toEqual(['theirs', 'theirs', 'theirs'])
    expect((await client.agent.retrieve(agentId)).language).toBe('en-US')
    const healed = await applied({}, 'template')
    expect(healed.agent.language).toBe('de-DE')
    expect(healed.llm).toMatchObject({ general_prompt: llm.general_prompt, general_tools: llm.general_tools })
    expect(healed.llm.general_tools![1]).toHaveProperty('enable_typing_sound', true)
  })

  test('left as changed there, it is asked about again; both sides to something else is told as such', async () => {
    const { agentId } = await applied()
    await client.agent.update(agentId, { voice_id: '11labs-Kate' })
    expect((await desk.apply(wish, 'retell')).plan.differences).toMatchObject([{ side: 'theirs' }])
    expect((await client.agent.retrieve(agentId)).voice_id).toBe('11labs-Kate')
    expect((await desk.plan(wish)).differences).toMatchObject([{ field: 'agent.voice_id', side: 'theirs' }])
    expect((await desk.plan({ ...wish, voice: '11labs-Lily' })).differences).toMatchObject([{ side: 'both' }])
  })

  test('fields and tools that are not ours are never touched', async () => {
    const { agentId, engine, llm } = await applied()
    const theirs = { type: 'press_digit', name: 'press_one', delay_ms: 500 } as const
    await client.llm.update(engine.llm_id, {
      general_tools: [...llm.general_tools!, theirs] as never,
      model_high_priority: true,
    })
    await client.agent.update(agentId, { ambient_sound: 'coffee-shop' })
    expect((await desk.plan(wish)).differences).toEqual([])
    const changed = await applied({ transferNumber: '+493023125009' })
    expect(changed.agent.ambient_sound).toBe('coffee-shop')
    expect(changed.llm.model_high_priority).toBe(true)
    expect(changed.llm.general_tools!.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['press_one', 'transfer_call']),
    )
  })

  test('the same change on both sides is no drift', async () => {
    const { agentId } = await applied()
    await client.agent.update(agentId, { voice_id: '11labs-Lily' })
    expect((await desk.plan({ ...wish, voice: '11labs-Lily' })).differences).toEqual([])
  })
})

describe('publishing', () => {
  test('numbers lead to the version itself; one step back leads them where they led', async () => {
    const old = await importNumbers()
    const { agentId, version } = await applied()
    expect(await publisher.publish('1')).toMatchObject({
      agentId,
      version,
      moved: [salon.mitte, salon.nord],
      unknown: [],
    })
    expect(await bindings()).toEqual(
      Array(2).fill([{ agent_id: agentId, agent_version: version, weight: 1 }]),
    )
    expect((await client.phoneNumber.retrieve(salon.mitte)).inbound_webhook_url).toBe(eventsUrl)
    const agentIds = () =>
      database.tenancy.asSystem((tx) =>
        tx.phoneNumber.findMany({ where: { companyId: 1 }, distinct: ['agentId'] }),
      )
    expect(await agentIds()).toMatchObject([{ agentId }])
    expect(await publisher.publish('1')).toMatchObject({ moved: [] })
    expect(await publisher.rollback('1')).toMatchObject({ moved: [salon.mitte, salon.nord], left: [] })
    expect(await bindings()).toEqual(Array(2).fill([{ agent_id: old, weight: 1 }]))
    expect(await agentIds()).toMatchObject([{ agentId: 'agent_of_before' }])
    await expect(publisher.rollback('1')).rejects.toThrow(/nothing published/)
  })

  test('interrupted between two numbers it is finished by a second try, and still known where they led', async () => {
    const old = await importNumbers()
    await applied()
    // get-number twice, get-agent, publish, first number; then nothing any more.
    simulator.control.fail('pass', 'pass', 'pass', 'pass', 'pass', 500)
    await expect(publisher.publish('1')).rejects.toThrow(/update-phone-number/)
    expect(await publisher.publish('1')).toMatchObject({ moved: [salon.nord] })
    await publisher.rollback('1')
    expect(await bindings()).toEqual(Array(2).fill([{ agent_id: old, weight: 1 }]))
  })

  test('a number that somebody pointed elsewhere since stays there', async () => {
    const old = await importNumbers()
    await applied()
    await publisher.publish('1')
    await client.phoneNumber.update(salon.nord, {
      inbound_agents: [{ agent_id: old, weight: 1, agent_version: 0 }],
    })
    expect(await publisher.rollback('1')).toMatchObject({ moved: [salon.mitte], left: [salon.nord] })
  })

  test('without numbers at Retell nothing is published, and nobody is left without an answer', async () => {
    await applied()
    await expect(publisher.publish('1')).rejects.toThrow(/knows no number/)
    await importNumbers()
    for (const number of [salon.mitte, salon.nord])
      await client.phoneNumber.update(number, { inbound_agents: null })
    await publisher.publish('1')
    await expect(publisher.rollback('1')).rejects.toThrow(/without an answer/)
  })
})

test('an agent is deleted with two yeses, and not while it answers a number', async () => {
  const old = await importNumbers()
  const { agentId } = await applied()
  await publisher.publish('1')
  await expect(publisher.remove('1', agentId)).rejects.toThrow(/still answers/)
  await publisher.rollback('1')
  await expect(publisher.remove('1', undefined)).rejects.toThrow(/Nothing was deleted/)
  await expect(publisher.remove('1', old)).rejects.toThrow(/Nothing was deleted/)
  expect(await publisher.remove('1', agentId)).toBe(agentId)
  expect((await client.agent.list()).items.map(({ agent_id }) => agent_id)).toEqual([old])
})

test('what is pulled is whole, and the tools are those that were applied', async () => {
  await applied()
  const { definition } = await desk.pull('1')
  expect(definition.agent).toHaveProperty('agent_id')
  expect(toolsOfLlm(definition.llm)).toHaveLength(19)
})
