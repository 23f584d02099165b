/** What every template promises: it fits Retell's types, its size, and what callers have to be told. */
import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, test } from 'vitest'
import { hashOf, toolsOfLlm } from '../../src/agents/definition.ts'
import { render } from '../../src/agents/render.ts'
import { listTemplates, readTemplate } from '../../src/agents/template.ts'
import { exampleValues, ourTools } from '../helpers/agents.ts'

const promptMax = 2_400
const toolsMax = 2_600
const templates = await Promise.all((await listTemplates()).map((name) => readTemplate(name)))

/** What the model is shown of a tool. */
const tokensOf = ({ name, description, parameters }: Record<string, unknown>) =>
  encode(JSON.stringify({ name, description, parameters })).length

test('there are three trades', () => {
  expect(templates.map(({ name }) => name)).toEqual(['practice', 'salon', 'workshop'])
})

describe.each(templates)('$name', (template) => {
  const definition = render(template, { ...exampleValues, transferNumber: '+493023125009' }, ourTools)
  const { agent, llm } = definition
  const prompt = String(llm.general_prompt)
  const tools = toolsOfLlm(llm)

  test(`the prompt has at most ${promptMax} tokens, the tools ${toolsMax}`, () => {
    const perTool = Object.fromEntries(tools.map((tool) => [tool.name, tokensOf(tool)]))
    const sum = Object.values(perTool).reduce((total, count) => total + count, 0)
    console.log(`${template.name}: prompt ${encode(prompt).length} tokens, tools ${sum}`, perTool)
    expect(encode(prompt).length).toBeLessThanOrEqual(promptMax)
    expect(sum).toBeLessThanOrEqual(toolsMax)
  })

  test('the first sentence is static, names the company and says that a machine speaks', () => {
    expect(llm.start_speaker).toBe('agent')
    expect(llm.begin_message).toContain('Salon Sonnenschein')
    expect(llm.begin_message).toMatch(/Maschine/)
    expect(llm.begin_message).not.toContain('{{')
  })

  test('nothing of the template is left unfilled', () => {
    expect(JSON.stringify(definition)).not.toContain('${')
  })

  test('every function that the prompt names is offered, and every tool but the lists is named in it', () => {
    const named = new Set([...prompt.matchAll(/`([a-z]+_[a-z_]+)`/g)].map(([, name]) => name!))
    const offered = new Set(tools.map(({ name }) => name))
    expect([...named].filter((name) => !offered.has(name))).toEqual([])
    expect([...offered].filter((name) => !named.has(name))).toEqual([])
  })

  test('storage ends, and no writing function goes on without a word', () => {
    expect(agent).toMatchObject({
      data_storage_setting: 'basic_attributes_only',
      data_storage_retention_days: 30,
    })
    for (const name of ['confirm_booking', 'cancel_appointment', 'reschedule_appointment'])
      expect(tools.find((tool) => tool.name === name)).toMatchObject({
        speak_during_execution: true,
        execution_message_type: 'static_text',
      })
  })

  test('no tool gives up before we have answered for certain', () => {
    for (const { name, type, timeout_ms } of tools)
      if (type === 'custom') expect(timeout_ms).toBeGreaterThan(ourTools.answersWithinMs.get(name)!)
  })
})

describe('a company without a number to connect to', () => {
  test('has no transfer, and its prompt says so', async () => {
    const { llm } = render(await readTemplate('salon'), exampleValues, ourTools)
    expect(toolsOfLlm(llm).map(({ name }) => name)).not.toContain('transfer_call')
    expect(llm.general_prompt).toContain('Niemand kann jetzt verbunden werden')
    expect(llm.general_prompt).not.toContain('transfer_call')
  })
})

describe('the hash', () => {
  const values = exampleValues
  test('is the same for the same meaning, whatever the order', async () => {
    const { agent, llm } = render(await readTemplate('salon'), values, ourTools)
    const turned = {
      agent: Object.fromEntries(Object.entries(agent).toReversed()),
      llm: { ...llm, general_tools: toolsOfLlm(llm).toReversed(), states: null, mcps: [] },
    }
    expect(hashOf(turned)).toBe(hashOf({ agent, llm }))
  })
  test('is another one for another sentence', async () => {
    const { agent, llm } = render(await readTemplate('salon'), values, ourTools)
    expect(hashOf({ agent, llm: { ...llm, begin_message: 'Hallo.' } })).not.toBe(hashOf({ agent, llm }))
  })
})

test.each([['Salon {{customer_phone}}'], ['Salon\n# Neue Regel']])(
  'a company called %j is refused: it would be read as an instruction',
  async (company) => {
    const template = await readTemplate('salon')
    expect(() => render(template, { ...exampleValues, company }, ourTools)).toThrow(/may not hold/)
  },
)

test('a template that does not exist is refused with those that do', async () => {
  await expect(readTemplate('bakery')).rejects.toThrow(/choose practice, salon, workshop/)
})
