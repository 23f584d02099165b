/** The look-alike, asked by retell-sdk's own client: create, list, get, change and delete of each kind, and what is refused. */
import Retell from 'retell-sdk'
import { describe, expect, test } from 'vitest'
import { clientOf, customTool, makeAgent, start } from './vendor.ts'

const refusedWith = (status: number, message: RegExp | string = /./) =>
  expect.objectContaining({
    status,
    error: { status: 'error', message: expect.stringMatching(message) },
  })

describe('agents', () => {
  test('are created as a draft, listed, looked at, changed and deleted', async () => {
    const { client } = await start()
    const { agent, llm } = await makeAgent(client)
    expect(agent).toMatchObject({
      agent_id: expect.stringMatching(/^agent_[0-9a-f]{28}$/),
      version: 0,
      is_published: false,
      language: 'de-DE',
      response_engine: { type: 'retell-llm', llm_id: llm.llm_id, version: 0 },
      last_modification_timestamp: Date.parse('2026-11-24T08:00:00Z'),
    })
    const changed = await client.agent.update(agent.agent_id, {
      webhook_url: 'https://gateway.example/api/webhooks/retell',
      data_storage_retention_days: 30,
    })
    expect(changed).toMatchObject({ agent_name: 'Salon Sonnenschein', data_storage_retention_days: 30 })
    expect(await client.agent.retrieve(agent.agent_id)).toEqual(changed)
    expect(await client.agent.list()).toEqual({
      has_more: false,
      items: [
        {
          agent_id: agent.agent_id,
          agent_name: 'Salon Sonnenschein',
          channel: 'voice',
          tags: {},
          user_modified_timestamp: agent.last_modification_timestamp,
        },
      ],
    })
    const chats = { channel: { op: 'eq', type: 'string', value: 'chat' } } as const
    expect((await client.agent.list({ filter_criteria: chats })).items).toEqual([])
    await client.agent.delete(agent.agent_id)
    await expect(client.agent.retrieve(agent.agent_id)).rejects.toEqual(refusedWith(404, /agent/))
    await expect(client.agent.delete(agent.agent_id)).rejects.toBeInstanceOf(Retell.NotFoundError)
  })

  test('have versions: a published one stays, a draft made from it is changed, and its LLM with it', async () => {
    const { client } = await start()
    const { agent, llm } = await makeAgent(client)
    await client.agent.publish(agent.agent_id, { version: 0, version_title: 'first' })
    expect(await client.llm.retrieve(llm.llm_id)).toMatchObject({ version: 0, is_published: true })
    await expect(client.agent.update(agent.agent_id, { agent_name: 'x' })).rejects.toEqual(
      refusedWith(400, /published/),
    )
    await expect(client.llm.update(llm.llm_id, { begin_message: 'Hallo' })).rejects.toEqual(
      refusedWith(400, /published/),
    )
    await expect(client.agent.publish(agent.agent_id, { version: 0 })).rejects.toEqual(refusedWith(400))

    const draft = await client.agent.createVersion(agent.agent_id, { base_version: 0 })
    expect(draft).toMatchObject({
      version: 1,
      base_version: 0,
      is_published: false,
      response_engine: { llm_id: llm.llm_id, version: 1 },
    })
    await client.llm.update(llm.llm_id, { version: 1, begin_message: 'Hallo' })
    expect((await client.llm.retrieve(llm.llm_id, { version: 0 })).begin_message).toBeUndefined()
    expect(await client.llm.retrieve(llm.llm_id)).toMatchObject({ version: 1, begin_message: 'Hallo' })
    await client.agent.update(agent.agent_id, { agent_name: 'Neu' })
    const latest = await client.agent.retrieve(agent.agent_id)
    expect(latest).toMatchObject({ version: 1, agent_name: 'Neu' })
    expect(await client.agent.retrieve(agent.agent_id, { version: 'latest_published' })).toMatchObject({
      version: 0,
      version_title: 'first',
      agent_name: 'Salon Sonnenschein',
    })
    expect((await client.agent.getVersions(agent.agent_id)).map(({ version }) => version)).toEqual([1, 0])
    const page = await client.agent.listVersions(agent.agent_id, { limit: 1 })
    expect(page).toMatchObject({ has_more: true, pagination_key: '1', items: [{ version: 1 }] })
    await client.agent.deleteVersion(agent.agent_id, { version: 1 })
    expect(await client.agent.retrieve(agent.agent_id)).toMatchObject({ version: 0 })
    await expect(client.agent.createVersion(agent.agent_id, { base_version: 7 })).rejects.toEqual(
      refusedWith(404),
    )
  })

  test.each<[string, object]>([
    ['response_engine', { voice_id: 'v' }],
    ['voice_id', { voice_id: 7 }],
    ['language', { language: 'de' }],
    ['data_storage_setting', { data_storage_setting: 'nothing' }],
    ['data_storage_retention_days', { data_storage_retention_days: 731 }],
    ['webhook_events.0', { webhook_events: ['call_begun'] }],
    ['max_call_duration_ms', { max_call_duration_ms: 1 }],
    ['body', { agentName: 'misspelt' }],
  ])('refuse a wrong %s', async (place, wrong) => {
    const { client } = await start()
    const { llm } = await makeAgent(client)
    const right = { voice_id: 'v', response_engine: { type: 'retell-llm', llm_id: llm.llm_id } }
    const body = place === 'response_engine' ? wrong : { ...right, ...wrong }
    await expect(client.agent.create(body as never)).rejects.toEqual(refusedWith(400, place))
  })

  test('speak by an LLM that exists', async () => {
    const { client } = await start()
    const response_engine = { type: 'retell-llm', llm_id: 'llm_none' } as const
    await expect(client.agent.create({ voice_id: 'v', response_engine })).rejects.toEqual(
      refusedWith(404, /llm/),
    )
  })
})

describe('LLMs', () => {
  test('are created with tools, listed, looked at, changed and deleted', async () => {
    const { client } = await start()
    const { agent, llm } = await makeAgent(client)
    expect(llm).toMatchObject({ general_tools: [customTool], version: 0 })
    const tools: Retell.LlmCreateParams['general_tools'] = [
      customTool,
      { type: 'end_call', name: 'end_call' },
      {
        type: 'transfer_call',
        name: 'transfer',
        transfer_destination: { type: 'predefined', number: '+493023125001' },
        transfer_option: { type: 'cold_transfer' },
      },
    ]
    const changed = await client.llm.update(llm.llm_id, { general_tools: tools })
    expect(changed.general_tools).toEqual(tools)
    expect(await client.llm.retrieve(llm.llm_id)).toEqual(changed)
    expect(await client.llm.list()).toEqual({ has_more: false, items: [changed] })
    await expect(client.llm.delete(llm.llm_id)).rejects.toEqual(refusedWith(400, /still used/))
    await client.agent.delete(agent.agent_id)
    await client.llm.delete(llm.llm_id)
    await expect(client.llm.retrieve(llm.llm_id)).rejects.toEqual(refusedWith(404))
  })

  test('are deleted under an agent only when it is forced', async () => {
    const { client } = await start()
    const { llm } = await makeAgent(client)
    await client.llm.delete(llm.llm_id, { force_delete: true })
    expect((await client.llm.list()).items).toEqual([])
  })

  test.each<[string, object]>([
    ['general_tools.0.type', { type: 'function' }],
    ['general_tools.0.name', { name: 'Termin buchen' }],
    ['general_tools.0.url', { url: undefined }],
    ['general_tools.0.timeout_ms', { timeout_ms: 999 }],
    ['general_tools.0.max_retry', { max_retry: 6 }],
    ['general_tools.0.parameters.properties', { parameters: { type: 'object' } }],
    ['general_tools.0', { speakDuringExecution: true }],
  ])('refuse a wrong %s', async (place, wrong) => {
    const { client } = await start()
    const tool = { ...customTool, ...wrong }
    await expect(client.llm.create({ general_tools: [tool as never] })).rejects.toEqual(
      refusedWith(400, place),
    )
  })

  test('have no two tools of one name', async () => {
    const { client } = await start()
    await expect(client.llm.create({ general_tools: [customTool, customTool] })).rejects.toEqual(
      refusedWith(400, /check_availability stands twice/),
    )
  })
})

describe('phone numbers', () => {
  const number = '+493023125001'
  const termination_uri = 'sip.example'

  test('are imported, listed, looked at, changed and deleted', async () => {
    const { client } = await start()
    const { agent } = await makeAgent(client)
    const imported = await client.phoneNumber.import({
      phone_number: number,
      termination_uri,
      sip_trunk_auth_password: 'secret',
    })
    expect(imported).toMatchObject({
      phone_number: number,
      phone_number_pretty: '+49 30 23125001',
      phone_number_type: 'custom',
      sip_outbound_trunk_config: { termination_uri, transport: 'TCP' },
    })
    expect(JSON.stringify(imported)).not.toContain('secret')
    const changed = await client.phoneNumber.update(number, {
      inbound_agents: [{ agent_id: agent.agent_id, weight: 1, agent_version: 'latest_published' }],
      inbound_webhook_url: 'https://gateway.example/api/webhooks/retell',
    })
    expect(await client.phoneNumber.retrieve(number)).toEqual(changed)
    expect(changed.inbound_agents).toHaveLength(1)
    expect(await client.phoneNumber.list()).toEqual({ has_more: false, items: [changed] })
    await client.phoneNumber.delete(number)
    await expect(client.phoneNumber.retrieve(number)).rejects.toEqual(refusedWith(404))
  })

  test('are bought in the USA and Canada only', async () => {
    const { client } = await start()
    const bought = await client.phoneNumber.create({ area_code: 415 })
    expect(bought).toMatchObject({
      phone_number: expect.stringMatching(/^\+1415/),
      phone_number_type: 'retell-twilio',
    })
    await expect(client.phoneNumber.create({ country_code: 'DE' as 'US' })).rejects.toEqual(
      refusedWith(400, /country_code/),
    )
  })

  test('come in pages', async () => {
    const { client } = await start()
    for (const last of [1, 2, 3])
      await client.phoneNumber.import({ phone_number: `+49302312500${last}`, termination_uri })
    const first = await client.phoneNumber.list({ limit: 2, sort_order: 'ascending' })
    expect(first).toMatchObject({ has_more: true, pagination_key: '+493023125002' })
    const { pagination_key } = first
    const second = await client.phoneNumber.list({ limit: 2, sort_order: 'ascending', pagination_key })
    expect(second.items.map(({ phone_number }) => phone_number)).toEqual(['+493023125003'])
    expect(second.has_more).toBe(false)
    await expect(client.phoneNumber.list({ limit: 0 })).rejects.toEqual(refusedWith(400, /limit/))
  })

  test.each<[string, object]>([
    ['phone_number', { phone_number: '030 23125001' }],
    ['termination_uri', { termination_uri: undefined }],
    ['inbound_agents', { inbound_agents: [{ agent_id: 'a', weight: 0.5 }] }],
    // No longer in the types, nor served since April 2026.
    ['body', { inbound_agent_id: 'agent_x' }],
    ['transport', { transport: 'SCTP' }],
  ])('refuse a wrong %s', async (place, wrong) => {
    const { client } = await start()
    const body = { phone_number: number, termination_uri, ...wrong }
    await expect(client.phoneNumber.import(body)).rejects.toEqual(refusedWith(400, place))
  })

  test('lead to agents that exist, and stand once', async () => {
    const { client } = await start()
    const inbound_agents = [{ agent_id: 'agent_none', weight: 1 }]
    const body = { phone_number: number, termination_uri }
    await expect(client.phoneNumber.import({ ...body, inbound_agents })).rejects.toEqual(
      refusedWith(404, /agent/),
    )
    await client.phoneNumber.import(body)
    await expect(client.phoneNumber.import(body)).rejects.toEqual(refusedWith(400, /already/))
  })
})

describe('calls', () => {
  test('are registered, listed, looked at, changed and deleted', async () => {
    const { client, control } = await start()
    const { agent } = await makeAgent(client)
    const registered = await client.call.registerPhoneCall({
      agent_id: agent.agent_id,
      from_number: '+4915112345678',
      to_number: '+493023125001',
    })
    expect(registered).toMatchObject({ call_status: 'registered', agent_version: 0, direction: 'inbound' })
    const made = control.addCall({
      agent_id: agent.agent_id,
      from_number: '+4915112345678',
      transcript: 'Agent: Guten Tag',
    })
    const call = await client.call.retrieve(made.call_id)
    expect(call).toMatchObject({ transcript: 'Agent: Guten Tag' })
    await client.call.update(made.call_id, { metadata: { customer: 7 } })
    expect((await client.call.retrieve(made.call_id)).metadata).toEqual({ customer: 7 })
    const list = await client.call.list({
      include_total: true,
      filter_criteria: {
        from_number: { type: 'string', op: 'eq', value: '+4915112345678' },
        call_status: { type: 'enum', op: 'in', value: ['ended'] },
        agent: [{ agent_id: agent.agent_id }],
      },
    })
    expect(list).toMatchObject({ total: 1, has_more: false, items: [{ call_id: made.call_id }] })
    expect(list.items[0]).not.toHaveProperty('transcript')
    await client.call.delete(made.call_id)
    await expect(client.call.retrieve(made.call_id)).rejects.toEqual(refusedWith(404))
    await expect(client.call.delete(made.call_id)).rejects.toEqual(refusedWith(404))
    expect((await client.call.list()).items).toHaveLength(1)
  })

  test('are stored more strictly, never less, and the strictest setting forgets what was said', async () => {
    const { client, control } = await start()
    const { call_id } = control.addCall({
      transcript: 'Agent: Guten Tag',
      recording_url: 'https://x.example',
    })
    await client.call.update(call_id, { data_storage_setting: 'everything_except_pii' })
    const strict = await client.call.update(call_id, { data_storage_setting: 'basic_attributes_only' })
    expect(strict).not.toHaveProperty('transcript')
    expect(strict).not.toHaveProperty('recording_url')
    await expect(client.call.update(call_id, { data_storage_setting: 'everything' })).rejects.toEqual(
      refusedWith(400, /less restrictive/),
    )
    await expect(client.call.update(call_id, { metadata: 'x'.repeat(60_000) })).rejects.toEqual(
      refusedWith(400, /50 kB/),
    )
  })
})

describe('the key', () => {
  test('is asked for at every address, and sees its own workspace only', async () => {
    const { url } = await start({ keys: ['key_one', 'key_two'] })
    const [one, two, stranger] = ['key_one', 'key_two', 'key_other'].map((key) => clientOf(url, key))
    const { agent } = await makeAgent(one!)
    await expect(two!.agent.retrieve(agent.agent_id)).rejects.toEqual(refusedWith(404))
    for (const ask of [
      () => stranger!.agent.list(),
      () => stranger!.llm.list(),
      () => stranger!.phoneNumber.list(),
      () => stranger!.call.list(),
    ])
      await expect(ask()).rejects.toEqual(refusedWith(401, /missing or invalid/))
    const bare = await fetch(`${url}/v2/list-phone-numbers`)
    expect(bare.status).toBe(401)
  })

  test('bodies that are no JSON and addresses that are none are refused in the same shape', async () => {
    const { url } = await start()
    const broken = await fetch(`${url}/create-retell-llm`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    })
    expect([broken.status, await broken.json()]).toEqual([
      400,
      { status: 'error', message: expect.stringMatching(/format/) },
    ])
    const nowhere = await fetch(`${url}/v2/nothing`)
    expect([nowhere.status, await nowhere.json()]).toMatchObject([404, { status: 'error' }])
  })
})
