/**
 * What Retell's API answers, read leniently: unknown keys pass, null stands for absent. Only what we act on is named; retell-sdk's types
 * (5.66) are where the names come from.
 */
import { z } from 'zod'

const absent = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined)

export const phoneNumberPage = z.object({
  items: z.array(
    z
      .object({
        phone_number: z.string(),
        inbound_agents: absent(
          z.array(
            z.object({ agent_id: z.string(), agent_version: absent(z.union([z.string(), z.number()])) }),
          ),
        ),
        inbound_webhook_url: absent(z.string()),
      })
      .transform(({ phone_number, inbound_agents = [], inbound_webhook_url }) => ({
        /** E.164. */
        number: phone_number,
        /** Who answers; `version` is a number, a tag, `latest` or `latest_published`. */
        inboundAgents: inbound_agents.map(({ agent_id, agent_version }) => ({
          id: agent_id,
          version: agent_version,
        })),
        inboundWebhookUrl: inbound_webhook_url,
      })),
  ),
  has_more: absent(z.boolean()),
  pagination_key: absent(z.string()),
})
export type RetellPhoneNumber = z.output<typeof phoneNumberPage>['items'][number]

export const agentAnswer = z
  .object({
    agent_id: z.string(),
    agent_name: absent(z.string()),
    response_engine: z.object({
      type: z.string(),
      llm_id: absent(z.string()),
      version: absent(z.number()),
    }),
    webhook_url: absent(z.string()),
    webhook_events: absent(z.array(z.string())),
    language: absent(z.union([z.string(), z.array(z.string())])),
    data_storage_setting: absent(z.string()),
    data_storage_retention_days: absent(z.number()),
  })
  .transform(({ agent_id, agent_name, response_engine, webhook_url, webhook_events, ...more }) => ({
    id: agent_id,
    name: agent_name,
    /** What it speaks by, if that is an LLM of Retell's; undefined for flows and engines of one's own. */
    llm:
      response_engine.type === 'retell-llm' && response_engine.llm_id !== undefined
        ? { id: response_engine.llm_id, version: response_engine.version }
        : undefined,
    webhookUrl: webhook_url,
    /** undefined: Retell's own choice (started, ended, analyzed). */
    webhookEvents: webhook_events,
    /** undefined: Retell's default, American English. */
    languages: more.language === undefined ? undefined : [more.language].flat(),
    /** undefined: Retell's default, everything. */
    storage: more.data_storage_setting,
    /** Days; undefined: for ever. */
    retentionDays: more.data_storage_retention_days,
  }))
export type RetellAgent = z.output<typeof agentAnswer>

const tool = z
  .object({
    type: z.string(),
    name: z.string(),
    url: absent(z.string()),
    timeout_ms: absent(z.number()),
    method: absent(z.string()),
    args_at_root: absent(z.boolean()),
    description: absent(z.string()),
    speak_during_execution: absent(z.boolean()),
    execution_message_type: absent(z.string()),
    execution_message_description: absent(z.string()),
    parameters: absent(z.object({ properties: absent(z.record(z.string(), z.unknown())) })),
  })
  .transform(({ type, name, url, timeout_ms, method, args_at_root, parameters, description, ...speech }) => ({
    type,
    name,
    description,
    /** Whether anything is said while it works. */
    speaks: speech.speak_during_execution === true,
    /** The very words; undefined: the model finds some. */
    says:
      speech.speak_during_execution === true && speech.execution_message_type === 'static_text'
        ? speech.execution_message_description
        : undefined,
    /** Of type `custom` only. */
    url,
    /** Milliseconds; undefined: Retell's default of 120,000. */
    timeoutMs: timeout_ms,
    /** undefined: Retell's default, POST. */
    method,
    /** Whether the model writes the whole body, without the call. */
    argumentsOnly: args_at_root ?? false,
    parameters: Object.keys(parameters?.properties ?? {}),
  }))
export type RetellTool = z.output<typeof tool>

export const llmAnswer = z
  .object({
    llm_id: z.string(),
    general_tools: absent(z.array(tool)),
    states: absent(z.array(z.object({ state_prompt: absent(z.string()), tools: absent(z.array(tool)) }))),
    general_prompt: absent(z.string()),
    begin_message: absent(z.string()),
    start_speaker: absent(z.string()),
  })
  .transform(({ llm_id, general_tools = [], states = [], general_prompt, begin_message, start_speaker }) => ({
    id: llm_id,
    /** Of all its states, the general one first. */
    prompt: [general_prompt, ...states.map(({ state_prompt }) => state_prompt)].filter(Boolean).join('\n\n'),
    /** The very first sentence; undefined or empty: the model finds one, or waits. */
    beginMessage: begin_message,
    callerSpeaksFirst: start_speaker === 'user',
    /** Of all its states. */
    tools: [...general_tools, ...states.flatMap(({ tools = [] }) => tools)],
  }))
export type RetellLlm = z.output<typeof llmAnswer>
