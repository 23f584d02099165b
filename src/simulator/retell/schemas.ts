/**
 * What Retell's API takes, as retell-sdk's types (5.66) have it, with the ranges that their comments name. Keys that the types do not
 * know are refused.
 */
import { z } from 'zod'
import { agentVersion, extracted, Tool, texts } from './tool-schemas.ts'

const yes = z.boolean().optional()
const text = z.string().nullish()
const within = (min: number, max: number) => z.number().min(min).max(max).optional()

const locales = [
  ...['en-US', 'en-IN', 'en-GB', 'en-AU', 'en-NZ', 'de-DE', 'es-ES', 'es-419', 'hi-IN', 'fr-FR', 'fr-CA'],
  ...['ja-JP', 'pt-PT', 'pt-BR', 'zh-CN', 'ru-RU', 'it-IT', 'ko-KR', 'nl-NL', 'nl-BE', 'pl-PL', 'tr-TR'],
  ...['vi-VN', 'ro-RO', 'bg-BG', 'ca-ES', 'th-TH', 'da-DK', 'fi-FI', 'el-GR', 'hu-HU', 'id-ID', 'no-NO'],
  ...['sk-SK', 'sv-SE', 'lt-LT', 'lv-LV', 'cs-CZ', 'ms-MY', 'af-ZA', 'ar-SA', 'az-AZ', 'bs-BA', 'cy-GB'],
  ...['fa-IR', 'fil-PH', 'gl-ES', 'he-IL', 'hr-HR', 'hy-AM', 'is-IS', 'kk-KZ', 'kn-IN', 'mk-MK', 'mr-IN'],
  ...['ne-NP', 'sl-SI', 'sr-RS', 'sw-KE', 'ta-IN', 'ur-IN', 'yue-CN', 'uk-UA'],
] as const
const models = [
  ...['gpt-4.1', 'gpt-4.1-mini', 'gpt-4.1-nano', 'gpt-5', 'gpt-5-mini', 'gpt-5-nano', 'gpt-5.1', 'gpt-5.2'],
  ...['gpt-5.4', 'gpt-5.4-mini', 'gpt-5.4-nano', 'gpt-5.5', 'gpt-5.6-terra', 'gpt-5.6-luna'],
  ...['claude-4.5-sonnet', 'claude-4.6-sonnet', 'claude-5-sonnet', 'claude-4.5-haiku'],
  ...['gemini-3.0-flash', 'gemini-3.1-flash-lite', 'gemini-3.5-flash', 'gemini-3.5-flash-lite'],
  'gemini-3.6-flash',
] as const
export const storageSettings = ['everything', 'everything_except_pii', 'basic_attributes_only'] as const

const Engine = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('retell-llm'),
    llm_id: z.string(),
    version: z.number().int().nullish(),
  }),
  z.strictObject({ type: z.literal('custom-llm'), llm_websocket_url: z.string() }),
  z.strictObject({
    type: z.literal('conversation-flow'),
    conversation_flow_id: z.string(),
    version: z.number().int().nullish(),
  }),
])

/** The body of create-agent. */
export const AgentCreate = z.strictObject({
  response_engine: Engine,
  voice_id: z.string().min(1),
  agent_name: text,
  allow_dtmf_interruption: yes,
  allow_user_dtmf: yes,
  ambient_sound: z
    .enum([
      ...['coffee-shop', 'convention-hall', 'summer-outdoor', 'mountain-outdoor'],
      ...['static-noise', 'call-center'],
    ] as const)
    .nullish(),
  ambient_sound_volume: within(0, 2),
  backchannel_frequency: within(0, 1),
  backchannel_words: z.array(z.string()).nullish(),
  begin_message_delay_ms: within(0, 5_000),
  boosted_keywords: z.array(z.string()).nullish(),
  call_screening_option: z.strictObject({ agent_identity: z.string(), call_purpose: z.string() }).nullish(),
  custom_stt_config: z
    .strictObject({
      endpointing_ms: z.number(),
      provider: z.enum(['azure', 'deepgram', 'soniox', 'assemblyai']),
    })
    .nullish(),
  data_storage_retention_days: z.number().int().min(1).max(730).nullish(),
  data_storage_setting: z.enum(storageSettings).optional(),
  denoising_mode: z
    .enum(['no-denoise', 'noise-cancellation', 'noise-and-background-speech-cancellation'])
    .optional(),
  enable_backchannel: yes,
  enable_dynamic_responsiveness: yes,
  enable_dynamic_voice_speed: yes,
  enable_expressive_mode: yes,
  end_call_after_silence_ms: z.number().min(10_000).optional(),
  expressive_emotion_tags: z
    .array(
      z.enum([
        ...['empathetic', 'excited', 'happy', 'curious', 'surprised', 'sigh', 'clear throat', 'pause'],
        ...['long pause', 'emphasis'],
      ] as const),
    )
    .optional(),
  expressive_mode_prompt: text,
  fallback_voice_ids: z.array(z.string()).nullish(),
  guardrail_config: z
    .strictObject({
      input_topics: z.array(z.literal('platform_integrity_jailbreaking')).nullish(),
      output_topics: z
        .array(
          z.enum([
            ...['harassment', 'self_harm', 'sexual_exploitation', 'violence', 'gambling'],
            ...['defense_and_national_security', 'illicit_and_harmful_activity'],
            ...['regulated_professional_advice', 'child_safety_and_exploitation'],
          ] as const),
        )
        .nullish(),
    })
    .optional(),
  handbook_config: z
    .strictObject({
      ai_disclosure: yes,
      conversational_personality: yes,
      default_personality: yes,
      echo_verification: yes,
      high_empathy: yes,
      nato_phonetic_alphabet: yes,
      natural_filler_words: yes,
      scope_boundaries: yes,
      smart_matching: yes,
      speech_normalization: yes,
    })
    .optional(),
  interruption_sensitivity: within(0, 1),
  ivr_option: z
    .strictObject({ action: z.strictObject({ type: z.literal('hangup') }), detection_prompt: text })
    .nullish(),
  language: z.union([z.enum([...locales, 'multi']), z.array(z.enum(locales))]).optional(),
  max_call_duration_ms: within(60_000, 7_200_000),
  opt_in_signed_url: yes,
  pii_config: z
    .strictObject({
      categories: z.array(
        z.enum([
          ...['person_name', 'address', 'email', 'phone_number', 'ssn', 'passport', 'driver_license'],
          ...['credit_card', 'bank_account', 'password', 'pin', 'medical_id', 'date_of_birth'],
          'customer_account_number',
        ] as const),
      ),
      mode: z.literal('post_call'),
    })
    .optional(),
  post_call_analysis_data: z
    .array(
      z.discriminatedUnion('type', [
        ...extracted,
        z.strictObject({
          type: z.literal('system-presets'),
          name: z.enum(['call_summary', 'call_successful', 'user_sentiment']),
          conditional_prompt: z.string().optional(),
          description: z.string().optional(),
          required: yes,
        }),
      ]),
    )
    .nullish(),
  post_call_analysis_model: z.enum(models).nullish(),
  pronunciation_dictionary: z
    .array(
      z.strictObject({
        alphabet: z.enum(['ipa', 'cmu', 'pinyin', 'jyutping']),
        phoneme: z.string(),
        word: z.string(),
      }),
    )
    .nullish(),
  reminder_max_count: z.number().int().min(0).optional(),
  reminder_trigger_ms: z.number().positive().optional(),
  responsiveness: within(0, 1),
  ring_duration_ms: within(5_000, 300_000),
  signed_url_expiration_ms: z.number().positive().nullish(),
  stt_mode: z.enum(['fast', 'accurate', 'custom']).optional(),
  timezone: text,
  user_dtmf_options: z
    .strictObject({
      digit_limit: z.number().nullish(),
      termination_key: text,
      timeout_ms: z.number().optional(),
    })
    .nullish(),
  version_description: text,
  version_title: text,
  vocab_specialization: z.enum(['general', 'medical']).optional(),
  voice_emotion: z.enum(['calm', 'sympathetic', 'happy', 'sad', 'angry', 'fearful', 'surprised']).nullish(),
  voice_model: z
    .enum([
      ...['eleven_flash_v2', 'eleven_flash_v2_5', 'eleven_multilingual_v2', 'eleven_v3', 'sonic-3'],
      ...['sonic-3-latest', 'sonic-3.5', 'sonic-3.6', 'tts-1', 'gpt-4o-mini-tts', 'speech-02-turbo'],
      ...['speech-2.8-turbo', 's1', 's2-pro', 's2.1-pro', 'inworld-tts-2', 'inworld-tts-2-flash'],
    ] as const)
    .nullish(),
  voice_speed: within(0.5, 2),
  voice_temperature: within(0, 2),
  voicemail_option: z
    .strictObject({
      action: z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('prompt'), text: z.string() }),
        z.strictObject({ type: z.literal('static_text'), text: z.string() }),
        z.strictObject({ type: z.literal('hangup') }),
        z.strictObject({ type: z.literal('bridge_transfer') }),
      ]),
      detection_prompt: text,
    })
    .nullish(),
  volume: within(0, 2),
  webhook_events: z
    .array(
      z.enum([
        ...['call_started', 'call_ended', 'call_analyzed', 'transcript_updated'],
        ...['transfer_started', 'transfer_bridged', 'transfer_cancelled', 'transfer_ended'],
      ] as const),
    )
    .nullish(),
  webhook_timeout_ms: z.number().int().positive().optional(),
  webhook_url: text,
})
export const AgentUpdate = AgentCreate.partial()
export const AgentVersionCreate = z.strictObject({ base_version: z.number().int() })
export const AgentPublish = z.strictObject({
  version: z.number().int(),
  version_description: z.string().optional(),
  version_title: z.string().optional(),
})

const State = z.strictObject({
  name: z.string(),
  edges: z
    .array(
      z.strictObject({
        description: z.string(),
        destination_state_name: z.string(),
        parameters: z
          .strictObject({
            type: z.literal('object'),
            properties: z.unknown(),
            required: z.array(z.string()).optional(),
          })
          .optional(),
      }),
    )
    .optional(),
  state_prompt: z.string().optional(),
  tools: z.array(Tool).optional(),
})

/** The body of create-retell-llm and update-retell-llm. */
export const LlmWrite = z.strictObject({
  begin_after_user_silence_ms: z.number().nullish(),
  begin_message: text,
  default_dynamic_variables: texts.nullish(),
  general_prompt: text,
  general_tools: z.array(Tool).nullish(),
  is_transfer_llm: z.boolean().nullish(),
  kb_config: z.strictObject({ filter_score: z.number().optional(), top_k: z.number().optional() }).nullish(),
  knowledge_base_ids: z.array(z.string()).nullish(),
  mcps: z
    .array(
      z.strictObject({
        name: z.string(),
        url: z.string(),
        headers: texts.optional(),
        query_params: texts.optional(),
        timeout_ms: z.number().optional(),
      }),
    )
    .nullish(),
  model: z.enum(models).nullish(),
  model_high_priority: z.boolean().nullish(),
  model_temperature: within(0, 1),
  s2s_model: z
    .enum([
      ...['gpt-realtime-2.1', 'gpt-realtime-2.1-mini', 'gpt-realtime-2', 'gpt-realtime-1.5'],
      ...['gpt-realtime', 'gpt-realtime-mini'],
    ] as const)
    .nullish(),
  start_speaker: z.enum(['user', 'agent']).optional(),
  starting_state: text,
  states: z.array(State).nullish(),
  tool_call_strict_mode: z.boolean().nullish(),
})

const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be a number in E.164')
const weighted = z
  .array(
    z.strictObject({
      agent_id: z.string(),
      weight: z.number().min(0).max(1),
      agent_version: agentVersion.optional(),
    }),
  )
  .nullish()
  .refine((agents) => !agents?.length || Math.abs(sum(agents.map(({ weight }) => weight)) - 1) < 1e-6, {
    message: 'weights must add up to 1',
  })
const bound = {
  allowed_inbound_country_list: z.array(z.string()).nullish(),
  allowed_outbound_country_list: z.array(z.string()).nullish(),
  inbound_agents: weighted,
  outbound_agents: weighted,
  inbound_webhook_url: text,
  transport: z.enum(['TLS', 'TCP', 'UDP']).nullish(),
}

/** The body of create-phone-number: Retell sells numbers of two countries only. */
export const NumberBuy = z.strictObject({
  ...bound,
  area_code: z.number().int().min(100).max(999).optional(),
  country_code: z.enum(['US', 'CA']).optional(),
  fallback_number: text,
  nickname: z.string().optional(),
  number_provider: z.enum(['twilio', 'telnyx']).optional(),
  phone_number: e164.optional(),
  toll_free: yes,
})
/** The body of import-phone-number. */
export const NumberImport = z.strictObject({
  ...bound,
  phone_number: e164,
  termination_uri: z.string().min(1),
  ignore_e164_validation: yes,
  nickname: z.string().optional(),
  sip_trunk_auth_password: z.string().optional(),
  sip_trunk_auth_username: z.string().optional(),
})
/** The body of update-phone-number. */
export const NumberUpdate = z.strictObject({
  ...bound,
  auth_password: z.string().optional(),
  auth_username: z.string().optional(),
  fallback_number: text,
  inbound_sms_agents: weighted,
  inbound_sms_webhook_url: text,
  nickname: text,
  outbound_sms_agents: weighted,
  termination_uri: z.string().optional(),
})

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
