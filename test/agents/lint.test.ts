/** Each way in which an agent's words and tools do not hold, seen before it is at Retell; the doctor makes the same checks of what is there. */
import { describe, expect, test } from 'vitest'
import { type AgentDefinition, type ToolObject, toolsOfLlm } from '../../src/agents/definition.ts'
import { lint } from '../../src/agents/lint.ts'
import { render } from '../../src/agents/render.ts'
import { readTemplate } from '../../src/agents/template.ts'
import { exampleValues, ourTools, rules } from '../helpers/agents.ts'

const transferNumber = '+493023125009'
const sound = render(await readTemplate('salon'), { ...exampleValues, transferNumber }, ourTools)
const codes = (definition: AgentDefinition) =>
  lint(definition, 'agent X', 'Salon Sonnenschein', rules).map(({ code }) => code)
const withLlm = (change: Record<string, unknown>) => ({ ...sound, llm: { ...sound.llm, ...change } })
const withAgent = (change: Record<string, unknown>) => ({ ...sound, agent: { ...sound.agent, ...change } })
const withPrompt = (more: string) => withLlm({ general_prompt: `${sound.llm.general_prompt}\n${more}` })
const withTools = (change: (tools: ToolObject[]) => ToolObject[]) =>
  withLlm({ general_tools: change(toolsOfLlm(sound.llm)) })
const withTool = (name: string, change: Record<string, unknown>) =>
  withTools((tools) => tools.map((tool) => (tool.name === name ? { ...tool, ...change } : tool)))
const without = (name: string) => withTools((tools) => tools.filter((tool) => tool.name !== name))
const callIdAsked = { type: 'object', properties: { call_id: { type: 'string' } }, required: [] }

test.each(['practice', 'salon', 'workshop'])('the template %s is sound', async (name) => {
  for (const number of [null, transferNumber]) {
    const definition = render(
      await readTemplate(name),
      { ...exampleValues, transferNumber: number },
      ourTools,
    )
    expect(lint(definition, name, 'Salon Sonnenschein', rules)).toEqual([])
  }
})

describe('each fault is found, alone, and with what to do', () => {
  test.each<[string, AgentDefinition]>([
    ['agent_no_disclosure', withLlm({ begin_message: null })],
    [
      'agent_no_disclosure',
      withLlm({ begin_message: 'Salon Sonnenschein, guten Tag, was kann ich für Sie tun?' }),
    ],
    ['agent_no_disclosure', withLlm({ start_speaker: 'user' })],
    [
      'agent_disclosure_varies',
      withLlm({ begin_message: 'Hallo {{customer_name}}, hier ist die KI von Salon Sonnenschein.' }),
    ],
    [
      'agent_disclosure_nameless',
      withLlm({ begin_message: 'Guten Tag, hier ist die KI. Wie kann ich helfen?' }),
    ],
    ['agent_stores_everything', withAgent({ data_storage_setting: 'everything' })],
    ['agent_stores_everything', withAgent({ data_storage_setting: undefined })],
    ['agent_stores_for_ever', withAgent({ data_storage_retention_days: null })],
    ['agent_not_german', withAgent({ language: 'en-US' })],
    ['prompt_names_missing_tool', withPrompt('Für Farbe list_services fragen.')],
    ['prompt_names_missing_tool', without('get_business_info')],
    ['tool_names_missing_tool', withTool('get_service_info', { description: 'Wie list_services.' })],
    ['prompt_rewrites_days', withPrompt('Datum immer als YYYY-MM-DD übergeben.')],
    ['agent_says_du', withPrompt('Bei Ärger: „Das tut mir leid, kannst du kurz warten?“')],
    ['agent_says_du', withTool('confirm_booking', { execution_message_description: 'Ich trage dich ein.' })],
    ['tool_asks_call_id', withTool('get_service_info', { parameters: callIdAsked })],
    ['tool_gives_up_early', withTool('confirm_booking', { timeout_ms: 4_000 })],
    ['tool_elsewhere', withTool('get_service_info', { url: 'https://old.example/api' })],
    ['tool_address_unknown', withTool('get_service_info', { url: 'https://gateway.example/api/nowhere' })],
    ['tools_compete', withTools((tools) => [...tools, { ...tools[5]!, name: 'book_appointment' }])],
    ['tool_unknown', withTools((tools) => [...tools, { ...tools[1]!, name: 'send_fax' }])],
  ])('%s', (code, definition) => {
    expect(codes(definition)).toEqual([code])
  })

  test('half a booking, and a transfer without a callback, are said beside what the prompt then names in vain', () => {
    expect(codes(without('confirm_booking'))).toEqual([
      'prompt_names_missing_tool',
      'tool_names_missing_tool',
      'booking_half',
    ])
    expect(codes(without('request_callback'))).toEqual([
      'prompt_names_missing_tool',
      'transfer_without_callback',
    ])
  })
})
