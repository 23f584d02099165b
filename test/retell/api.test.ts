/** Our client of Retell's API against the look-alike, over real HTTP. */
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import { Deadline } from '../../src/lib/deadline.ts'
import { RetellApi } from '../../src/retell/api.ts'
import { retellTestKey } from '../../src/simulator/retell/retell.ts'
import { customTool, makeAgent, start } from '../simulator/retell/vendor.ts'

const within = (budgetMs = 5_000) => new Deadline({ clock: systemClock, budgetMs })

async function both(apiKey = retellTestKey) {
  const simulator = await start()
  const api = new RetellApi({ baseUrl: `${simulator.url}/`, apiKey })
  onTestFinished(() => api.close())
  return { ...simulator, api }
}

test('reads who answers a number, with which tools', async () => {
  const { api, client } = await both()
  const { agent, llm } = await makeAgent(client)
  const inbound_agents = [{ agent_id: agent.agent_id, weight: 1, agent_version: 'latest' }]
  const inbound_webhook_url = 'https://gateway.example/api/webhooks/retell'
  await client.phoneNumber.import({
    phone_number: '+493023125001',
    termination_uri: 'sip.example',
    inbound_agents,
    inbound_webhook_url,
  })
  await client.llm.update(llm.llm_id, {
    states: [{ name: 'booking', tools: [{ type: 'end_call', name: 'hang_up' }] }],
  })
  expect(await api.fetchPhoneNumbers(within())).toEqual([
    {
      number: '+493023125001',
      inboundAgents: [{ id: agent.agent_id, version: 'latest' }],
      inboundWebhookUrl: inbound_webhook_url,
    },
  ])
  const read = await api.fetchAgent(agent.agent_id, 'latest', within())
  expect(read).toEqual({
    id: agent.agent_id,
    name: 'Salon Sonnenschein',
    llm: { id: llm.llm_id, version: 0 },
    webhookUrl: undefined,
    webhookEvents: undefined,
    languages: ['de-DE'],
    storage: undefined,
    retentionDays: undefined,
  })
  expect(await api.fetchLlm(llm.llm_id, 0, within())).toMatchObject({
    id: llm.llm_id,
    tools: [
      {
        type: 'custom',
        name: 'check_availability',
        url: customTool.url,
        timeoutMs: 5_000,
        parameters: ['date'],
      },
      { type: 'end_call', name: 'hang_up', url: undefined, timeoutMs: undefined, parameters: [] },
    ],
  })
})

test('reads every page of the numbers', async () => {
  const { api, client } = await both()
  for (let index = 0; index < 101; index += 1)
    await client.phoneNumber.import({
      phone_number: `+4930231${String(index).padStart(5, '0')}`,
      termination_uri: 'sip.example',
    })
  const numbers = await api.fetchPhoneNumbers(within())
  expect(new Set(numbers.map(({ number }) => number)).size).toBe(101)
})

test('deletes a call, and says when there is none', async () => {
  const { api, client, control } = await both()
  const { call_id } = control.addCall({ transcript: 'Agent: Guten Tag' })
  expect(await api.deleteCall(call_id, within())).toBe('deleted')
  await expect(client.call.retrieve(call_id)).rejects.toMatchObject({ status: 404 })
  expect(await api.deleteCall(call_id, within())).toBe('unknown')
})

test('tells failures apart, and names neither the key nor what Retell wrote', async () => {
  const { api, client, control, url } = await both()
  const { agent } = await makeAgent(client)
  const ask = (budgetMs?: number) => api.fetchAgent(agent.agent_id, undefined, within(budgetMs))
  control.fail(429, 500, 402)
  await expect(ask()).rejects.toMatchObject({ kind: 'rate_limited', status: 429 })
  await expect(ask()).rejects.toMatchObject({ kind: 'unavailable', status: 500 })
  await expect(ask()).rejects.toMatchObject({ kind: 'invalid_request', status: 402 })
  control.fail('hang')
  await expect(ask(100)).rejects.toMatchObject({ kind: 'timeout', message: 'Retell get-agent: timeout' })
  await expect(api.fetchAgent('agent_none', undefined, within())).rejects.toMatchObject({ kind: 'not_found' })

  const stranger = new RetellApi({ baseUrl: url, apiKey: 'key_of_somebody' })
  onTestFinished(() => stranger.close())
  const refused = await stranger.fetchPhoneNumbers(within()).catch((error: unknown) => error)
  expect(refused).toMatchObject({
    kind: 'unauthorized',
    message: 'Retell list-phone-numbers: unauthorized (401)',
  })
  expect(JSON.stringify(refused)).not.toContain('key_of_somebody')
})

test('nobody who answers is an outage', async () => {
  const { url, close } = await start()
  await close()
  const api = new RetellApi({ baseUrl: url, apiKey: retellTestKey })
  onTestFinished(() => api.close())
  await expect(api.fetchPhoneNumbers(within())).rejects.toMatchObject({ kind: 'unavailable' })
})
