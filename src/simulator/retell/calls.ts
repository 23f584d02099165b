/** Calls after they were made: list, look, stricter storage, deletion. They come into being by register-phone-call or by the control. */
import { z } from 'zod'
import { invalid, RetellRefusal, unknown } from './errors.ts'
import { pageOf, type Route, read } from './route.ts'
import { storageSettings } from './schemas.ts'
import { agentVersion, texts } from './tool-schemas.ts'
import { newId, type RetellCall, versionOf, type Workspace } from './workspace.ts'

const metadataBytesMax = 50 * 1024

const CallUpdate = z.strictObject({
  custom_attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  data_storage_setting: z.enum(storageSettings).optional(),
  metadata: z.unknown().optional(),
})
const CallRegister = z.strictObject({
  agent_id: z.string(),
  agent_version: agentVersion.optional(),
  direction: z.enum(['inbound', 'outbound']).optional(),
  from_number: z.string().optional(),
  to_number: z.string().optional(),
  metadata: z.unknown().optional(),
  retell_llm_dynamic_variables: texts.optional(),
})
const Filter = z.union([
  z.strictObject({ type: z.literal('enum'), op: z.literal('in'), value: z.array(z.string()) }),
  z.strictObject({
    type: z.literal('string'),
    op: z.enum(['eq', 'ne', 'sw', 'ew', 'co']),
    value: z.string(),
  }),
  z.strictObject({
    type: z.literal('number'),
    op: z.enum(['eq', 'ne', 'gt', 'ge', 'lt', 'le']),
    value: z.number(),
  }),
  z.strictObject({ type: z.literal('range'), op: z.literal('bt'), value: z.array(z.number()).length(2) }),
])
type Filter = z.output<typeof Filter>
/** Fields of a call that the list is filtered by here; Retell knows more. */
const filtered = [
  ...['call_id', 'call_status', 'call_type', 'data_storage_setting', 'direction', 'disconnection_reason'],
  ...['duration_ms', 'end_timestamp', 'from_number', 'start_timestamp', 'to_number'],
]
const CallList = z.strictObject({
  filter_criteria: z.record(z.string(), z.unknown()).optional(),
  include_total: z.boolean().optional(),
  limit: z.number().int().optional(),
  pagination_key: z.string().optional(),
  skip: z.number().int().min(0).optional(),
  sort_order: z.enum(['ascending', 'descending']).optional(),
})
const AgentFilter = z.array(
  z.strictObject({ agent_id: z.string(), version: z.array(z.number().int()).optional() }),
)

/** What was said and how it sounded: a list leaves the first out, the strictest storage setting both. */
const said = [
  'transcript',
  'transcript_object',
  'transcript_with_tool_calls',
  'scrubbed_transcript_with_tool_calls',
]
const heard = [
  ...['recording_url', 'recording_multi_channel_url', 'scrubbed_recording_url', 'public_log_url'],
  ...['scrubbed_recording_multi_channel_url', 'knowledge_base_retrieved_contents_url', 'call_analysis'],
  ...['collected_dynamic_variables', 'retell_llm_dynamic_variables'],
]

export const callRoutes: Route[] = [
  {
    method: 'POST',
    url: '/v2/register-phone-call',
    handle({ workspace, body }) {
      const { agent_version, ...input } = read(CallRegister, body)
      const agent = versionOf(workspace.agents.get(input.agent_id), agent_version, 'agent')
      const call: RetellCall = {
        direction: 'inbound',
        from_number: '',
        to_number: '',
        ...input,
        agent_name: agent.agent_name ?? undefined,
        agent_version: agent.version,
        call_id: newId('call'),
        call_type: 'phone_call',
        call_status: 'registered',
        data_storage_setting: agent.data_storage_setting ?? 'everything',
      }
      workspace.calls.set(call.call_id, call)
      return { status: 201, body: call }
    },
  },
  {
    method: 'GET',
    url: '/v2/get-call/:id',
    handle: ({ workspace, params }) => ({ status: 200, body: known(workspace, params.id!) }),
  },
  {
    method: 'PATCH',
    url: '/v2/update-call/:id',
    handle({ workspace, params, body }) {
      const call = known(workspace, params.id!)
      const { data_storage_setting: setting, metadata, custom_attributes } = read(CallUpdate, body)
      if (metadata !== undefined && Buffer.byteLength(JSON.stringify(metadata)) > metadataBytesMax)
        throw invalid('Invalid request: metadata: is larger than 50 kB')
      if (setting !== undefined) restrict(call, setting)
      if (metadata !== undefined) call.metadata = metadata
      if (custom_attributes !== undefined) call.custom_attributes = custom_attributes
      return { status: 200, body: call }
    },
  },
  {
    method: 'POST',
    url: '/v3/list-calls',
    handle({ workspace, body }) {
      const { filter_criteria = {}, include_total, skip = 0, ...wish } = read(CallList, body)
      const { agent, ...fields } = filter_criteria
      const agents = agent === undefined ? undefined : read(AgentFilter, agent)
      const filters = Object.entries(fields).map(([field, filter]) => {
        if (!filtered.includes(field))
          throw new RetellRefusal(501, `The look-alike does not filter calls by ${field}.`)
        return [field, read(Filter, filter)] as const
      })
      const found = [...workspace.calls.values()]
        .toSorted((a, b) => (a.start_timestamp ?? 0) - (b.start_timestamp ?? 0))
        .filter((call) => filters.every(([field, filter]) => passes(call[field], filter)))
        .filter(
          (call) =>
            agents === undefined ||
            agents.some(
              ({ agent_id, version }) =>
                agent_id === call.agent_id && (version?.includes(call.agent_version) ?? true),
            ),
        )
      const kept = wish.sort_order === 'ascending' ? found.slice(skip) : found.slice(0, found.length - skip)
      const page = pageOf(kept, ({ call_id }) => call_id, wish)
      const items = page.items.map((call) => without(call, said))
      return { status: 200, body: { ...page, items, ...(include_total ? { total: found.length } : {}) } }
    },
  },
  {
    method: 'DELETE',
    url: '/v2/delete-call/:id',
    handle({ workspace, params }) {
      if (!workspace.calls.delete(params.id!)) throw unknown('call')
      return { status: 204 }
    },
  },
]

function known({ calls }: Workspace, id: string): RetellCall {
  const call = calls.get(id)
  if (call === undefined) throw unknown('call')
  return call
}

/** Only ever stricter; the strictest keeps the facts of a call and nothing of what was said. */
function restrict(call: RetellCall, setting: RetellCall['data_storage_setting']): void {
  if (storageSettings.indexOf(setting) < storageSettings.indexOf(call.data_storage_setting))
    throw invalid('data_storage_setting cannot be changed to a less restrictive setting.')
  call.data_storage_setting = setting
  if (setting === 'basic_attributes_only') for (const field of [...said, ...heard]) delete call[field]
}

function without(call: RetellCall, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(call).filter(([field]) => !fields.includes(field)))
}

function passes(value: unknown, filter: Filter): boolean {
  if (filter.type === 'enum') return filter.value.includes(String(value))
  if (filter.type === 'range')
    return typeof value === 'number' && value >= filter.value[0]! && value <= filter.value[1]!
  if (filter.type === 'number') {
    if (typeof value !== 'number') return false
    const { value: wanted } = filter
    const held = {
      eq: value === wanted,
      ne: value !== wanted,
      gt: value > wanted,
      ge: value >= wanted,
      lt: value < wanted,
      le: value <= wanted,
    }
    return held[filter.op]
  }
  const text = String(value ?? '')
  const { value: wanted } = filter
  const held = {
    eq: text === wanted,
    ne: text !== wanted,
    sw: text.startsWith(wanted),
    ew: text.endsWith(wanted),
    co: text.includes(wanted),
  }
  return held[filter.op]
}
