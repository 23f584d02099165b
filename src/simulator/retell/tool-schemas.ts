/**
 * The tools of an LLM, as retell-sdk's types (5.66) have them. A key that the types do not know is refused: whether Retell itself does
 * is not known, and a misspelt one would else be lost without a word.
 */
import { z } from 'zod'

export const texts = z.record(z.string(), z.string())
export const agentVersion = z.union([z.string(), z.number().int()])

/** Retell's own rule for a tool's name. */
const name = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, _ or -')
const description = z.string().optional()
const messageType = z.enum(['prompt', 'static_text']).optional()
const yes = z.boolean().optional()
const speaks = {
  execution_message_description: z.string().optional(),
  execution_message_type: messageType,
  speak_during_execution: yes,
}
const timeoutMs = z.number().int().min(1_000).max(600_000).optional()
const parameters = z.strictObject({
  type: z.literal('object'),
  properties: z.record(z.string(), z.unknown()),
  required: z.array(z.string()).optional(),
})

const endCall = z.strictObject({ type: z.literal('end_call'), name, description, ...speaks })

const handoff = z.union([
  z.strictObject({ type: z.literal('prompt').optional(), prompt: z.string().optional() }),
  z.strictObject({ type: z.literal('static_message').optional(), message: z.string().optional() }),
])
const music = {
  on_hold_music: z.enum(['none', 'relaxing_sound', 'uplifting_beats', 'ringtone', 'custom']).optional(),
  custom_on_hold_music_asset_id: z.string().optional(),
  enable_bridge_audio_cue: yes,
  public_handoff_option: handoff.optional(),
  show_transferee_as_caller: yes,
  transfer_ring_duration_ms: z.number().optional(),
}
const transferCall = z.strictObject({
  type: z.literal('transfer_call'),
  name,
  description,
  ...speaks,
  custom_sip_headers: texts.optional(),
  ignore_e164_validation: yes,
  transfer_destination: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('predefined'),
      number: z.string(),
      extension: z.string().optional(),
    }),
    z.strictObject({ type: z.literal('inferred'), prompt: z.string() }),
  ]),
  transfer_option: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('cold_transfer'),
      cold_transfer_mode: z.enum(['sip_refer', 'sip_invite']).optional(),
      show_transferee_as_caller: yes,
      transfer_ring_duration_ms: z.number().optional(),
    }),
    z.strictObject({
      type: z.literal('warm_transfer'),
      ...music,
      agent_detection_timeout_ms: z.number().optional(),
      ivr_option: z
        .strictObject({ type: z.literal('prompt').optional(), prompt: z.string().optional() })
        .optional(),
      opt_out_human_detection: yes,
      private_handoff_option: handoff.optional(),
    }),
    z.strictObject({
      type: z.literal('agentic_warm_transfer'),
      ...music,
      agentic_transfer_config: z.strictObject({
        action_on_timeout: z.enum(['bridge_transfer', 'cancel_transfer']).optional(),
        transfer_agent: z.strictObject({ agent_id: z.string(), agent_version: agentVersion }).optional(),
        transfer_timeout_ms: z.number().optional(),
      }),
    }),
  ]),
})

const calendar = {
  name,
  description,
  cal_api_key: z.string(),
  event_type_id: z.union([z.number(), z.string()]),
  timezone: z.string().optional(),
}

const agentSwap = z.strictObject({
  type: z.literal('agent_swap'),
  name,
  description,
  ...speaks,
  agent_id: z.string(),
  agent_version: agentVersion.optional(),
  post_call_analysis_setting: z.enum(['both_agents', 'only_destination_agent']),
  webhook_setting: z.enum(['both_agents', 'only_destination_agent', 'only_source_agent']).optional(),
  keep_current_language: yes,
  keep_current_voice: yes,
})

const custom = z.strictObject({
  type: z.literal('custom'),
  name,
  description,
  ...speaks,
  url: z.string().min(1),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
  headers: texts.optional(),
  query_params: texts.optional(),
  parameters: parameters.optional(),
  parameter_type: z.enum(['json', 'form']).optional(),
  args_at_root: yes,
  response_variables: texts.optional(),
  timeout_ms: timeoutMs,
  max_retry: z.number().int().min(0).max(5).optional(),
  speak_after_execution: yes,
  enable_typing_sound: yes,
})

const wanted = {
  name: z.string(),
  description: z.string(),
  required: yes,
  conditional_prompt: z.string().optional(),
}
/** What is to be found out of a conversation: tools extract it within, agents after a call. */
export const extracted = [
  z.strictObject({
    type: z.literal('string'),
    ...wanted,
    examples: z.array(z.string()).optional(),
  }),
  z.strictObject({ type: z.literal('enum'), ...wanted, choices: z.array(z.string()) }),
  z.strictObject({ type: z.literal('boolean'), ...wanted }),
  z.strictObject({ type: z.literal('number'), ...wanted }),
] as const

/** One tool of `general_tools` or of a state. */
export const Tool = z.discriminatedUnion('type', [
  endCall,
  transferCall,
  z.strictObject({ type: z.literal('check_availability_cal'), ...calendar }),
  z.strictObject({ type: z.literal('book_appointment_cal'), ...calendar }),
  agentSwap,
  z.strictObject({
    type: z.literal('press_digit'),
    name,
    description,
    delay_ms: z.number().optional(),
  }),
  z.strictObject({
    type: z.literal('send_sms'),
    name,
    description,
    ...speaks,
    sms_content: z.union([
      z.strictObject({ type: z.literal('predefined').optional(), text: z.string().optional() }),
      z.strictObject({ type: z.literal('inferred').optional(), prompt: z.string().optional() }),
      z.strictObject({ type: z.literal('template'), template: z.literal('info_collection') }),
    ]),
  }),
  custom,
  z.strictObject({
    type: z.literal('code'),
    name,
    description,
    ...speaks,
    code: z.string(),
    response_variables: texts.optional(),
    timeout_ms: timeoutMs,
    speak_after_execution: yes,
    enable_typing_sound: yes,
  }),
  z.strictObject({
    type: z.literal('extract_dynamic_variable'),
    name,
    description: z.string(),
    variables: z.array(z.discriminatedUnion('type', extracted)),
    enable_typing_sound: yes,
  }),
  z.strictObject({ type: z.literal('bridge_transfer'), name, description, ...speaks }),
  z.strictObject({ type: z.literal('cancel_transfer'), name, description, ...speaks }),
  z.strictObject({
    type: z.literal('mcp'),
    name,
    description: z.string(),
    ...speaks,
    mcp_id: z.string().optional(),
    input_schema: texts.optional(),
    response_variables: texts.optional(),
    speak_after_execution: yes,
    enable_typing_sound: yes,
  }),
])
