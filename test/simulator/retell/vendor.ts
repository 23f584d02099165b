/** A look-alike of Retell for one test, and the vendor's own client pointed at it. */
import Retell from 'retell-sdk'
import { onTestFinished } from 'vitest'
import {
  type RetellSimulatorOptions,
  retellTestKey,
  startRetellSimulator,
} from '../../../src/simulator/retell/retell.ts'

/** The vendor's client; it does not try again, so that every answer is seen. */
export const clientOf = (url: string, apiKey = retellTestKey) =>
  new Retell({ apiKey, baseURL: url, maxRetries: 0 })

export async function start(options: RetellSimulatorOptions = {}) {
  const simulator = await startRetellSimulator({ clock: () => new Date('2026-11-24T08:00:00Z'), ...options })
  onTestFinished(() => simulator.close())
  return { ...simulator, client: clientOf(simulator.url) }
}

export const customTool: Retell.LlmCreateParams.CustomTool = {
  type: 'custom',
  name: 'check_availability',
  url: 'https://gateway.example/api/webhooks/retell/function',
  description: 'Prüft freie Termine',
  parameters: { type: 'object', properties: { date: { type: 'string' } }, required: ['date'] },
  timeout_ms: 5_000,
  max_retry: 1,
}

/** An LLM and an agent that speaks by it. */
export async function makeAgent(client: Retell) {
  const llm = await client.llm.create({
    general_prompt: 'Du nimmst Anrufe an.',
    general_tools: [customTool],
  })
  const agent = await client.agent.create({
    agent_name: 'Salon Sonnenschein',
    language: 'de-DE',
    response_engine: { type: 'retell-llm', llm_id: llm.llm_id },
    voice_id: '11labs-Adrian',
  })
  return { llm, agent }
}
