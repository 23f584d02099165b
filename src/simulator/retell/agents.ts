/** Agents and their versions: drafts are changed, published ones stay as they are. */
import { z } from 'zod'
import { invalid, unknown } from './errors.ts'
import { pageOf, type Route, read } from './route.ts'
import { AgentCreate, AgentPublish, AgentUpdate, AgentVersionCreate } from './schemas.ts'
import { type AgentVersion, newId, versionOf, type Workspace } from './workspace.ts'

const AgentFilter = z.strictObject({
  filter_criteria: z
    .strictObject({
      channel: z
        .strictObject({
          op: z.enum(['eq', 'ne', 'sw', 'ew', 'co']),
          type: z.literal('string'),
          value: z.enum(['voice', 'chat']),
        })
        .optional(),
      query: z.string().optional(),
    })
    .optional(),
})

export const agentRoutes: Route[] = [
  {
    method: 'POST',
    url: '/create-agent',
    handle({ workspace, body, nowMs }) {
      const input = read(AgentCreate, body)
      const agent: AgentVersion = {
        ...input,
        response_engine: engineOf(workspace, input.response_engine),
        agent_id: newId('agent'),
        version: 0,
        base_version: null,
        is_published: false,
        last_modification_timestamp: nowMs,
      }
      workspace.agents.set(agent.agent_id, [agent])
      return { status: 201, body: agent }
    },
  },
  {
    method: 'GET',
    url: '/get-agent/:id',
    handle: ({ workspace, params, query }) => ({
      status: 200,
      body: versionOf(workspace.agents.get(params.id!), query.version, 'agent'),
    }),
  },
  {
    method: 'PATCH',
    url: '/update-agent/:id',
    handle({ workspace, params, query, body, nowMs }) {
      const agent = versionOf(workspace.agents.get(params.id!), query.version, 'agent')
      const change = read(AgentUpdate, body)
      refusePublished(agent)
      if (change.response_engine !== undefined)
        change.response_engine = engineOf(workspace, change.response_engine)
      Object.assign(agent, change, { last_modification_timestamp: nowMs })
      return { status: 200, body: agent }
    },
  },
  {
    method: 'POST',
    url: '/v2/list-agents',
    handle({ workspace, query, body }) {
      const { filter_criteria: filter } = read(AgentFilter, body)
      const newest = [...workspace.agents.values()].map((versions) => versions.at(-1)!)
      const isVoice = filter?.channel === undefined || matches('voice', filter.channel)
      const named = newest.filter(({ agent_name }) =>
        (agent_name ?? '').toLowerCase().includes((filter?.query ?? '').toLowerCase()),
      )
      const page = pageOf(isVoice ? named : [], ({ agent_id }) => agent_id, query)
      const items = page.items.map(({ agent_id, agent_name, last_modification_timestamp }) => ({
        agent_id,
        agent_name: agent_name ?? '',
        channel: 'voice',
        tags: {},
        user_modified_timestamp: last_modification_timestamp,
      }))
      return { status: 200, body: { ...page, items } }
    },
  },
  {
    method: 'DELETE',
    url: '/delete-agent/:id',
    handle({ workspace, params }) {
      if (!workspace.agents.delete(params.id!)) throw unknown('agent')
      return { status: 204 }
    },
  },
  {
    method: 'POST',
    url: '/create-agent-version/:id',
    handle({ workspace, params, body, nowMs }) {
      const versions = workspace.agents.get(params.id!)
      const input = read(AgentVersionCreate, body)
      const base = versionOf(versions, input.base_version, 'agent version')
      const draft: AgentVersion = {
        ...structuredClone(base),
        response_engine: nextEngine(workspace, base.response_engine, nowMs),
        version: versions!.at(-1)!.version + 1,
        base_version: base.version,
        is_published: false,
        last_modification_timestamp: nowMs,
      }
      versions!.push(draft)
      return { status: 201, body: draft }
    },
  },
  {
    method: 'DELETE',
    url: '/delete-agent-version/:id',
    handle({ workspace, params, query }) {
      const versions = workspace.agents.get(params.id!)
      if (query.version === undefined) throw invalid('Invalid request: version: is required')
      const found = versionOf(versions, query.version, 'agent version')
      if (versions!.length === 1) throw invalid('The only version of an agent cannot be deleted.')
      versions!.splice(versions!.indexOf(found), 1)
      return { status: 204 }
    },
  },
  {
    method: 'GET',
    url: '/get-agent-versions/:id',
    handle: ({ workspace, params }) => ({
      status: 200,
      body: known(workspace, params.id!).toReversed(),
    }),
  },
  {
    method: 'GET',
    url: '/list-agent-versions/:id',
    handle({ workspace, params, query }) {
      const page = pageOf(known(workspace, params.id!), ({ version }) => String(version), query)
      const items = page.items.map((one) => ({
        version: one.version,
        is_published: one.is_published,
        last_modification_timestamp: one.last_modification_timestamp,
        ...(one.base_version === null ? {} : { base_version: one.base_version }),
        ...(one.version_title == null ? {} : { version_title: one.version_title }),
        ...(one.version_description == null ? {} : { version_description: one.version_description }),
      }))
      return { status: 200, body: { ...page, items } }
    },
  },
  {
    method: 'POST',
    url: '/publish-agent-version/:id',
    handle({ workspace, params, body, nowMs }) {
      const { version, ...titles } = read(AgentPublish, body)
      const agent = versionOf(workspace.agents.get(params.id!), version, 'agent version')
      refusePublished(agent)
      Object.assign(agent, titles, { is_published: true, last_modification_timestamp: nowMs })
      // What speaks is published with the agent that it speaks for.
      if (agent.response_engine.type === 'retell-llm') {
        const { llm_id, version: ofLlm } = agent.response_engine
        versionOf(workspace.llms.get(llm_id), ofLlm ?? undefined, 'retell llm').is_published = true
      }
      return { status: 200 }
    },
  },
]

function known({ agents }: Workspace, id: string): AgentVersion[] {
  const versions = agents.get(id)
  if (versions === undefined) throw unknown('agent')
  return versions
}

function refusePublished({ is_published, version }: AgentVersion): void {
  if (is_published)
    throw invalid(`Version ${version} is published and cannot be changed: create a draft from it.`)
}

/** The engine, with the version that it has now. Flows and custom engines are taken as they are: the look-alike has none. */
function engineOf(
  { llms }: Workspace,
  engine: AgentVersion['response_engine'],
): AgentVersion['response_engine'] {
  if (engine.type !== 'retell-llm') return engine
  const { version } = versionOf(llms.get(engine.llm_id), engine.version ?? undefined, 'retell llm')
  return { ...engine, version }
}

/** A draft of an agent has a draft of its LLM. */
function nextEngine(
  { llms }: Workspace,
  engine: AgentVersion['response_engine'],
  nowMs: number,
): AgentVersion['response_engine'] {
  if (engine.type !== 'retell-llm') return engine
  const versions = llms.get(engine.llm_id)
  const base = versionOf(versions, engine.version ?? undefined, 'retell llm')
  const version = versions!.at(-1)!.version + 1
  versions!.push({
    ...structuredClone(base),
    version,
    is_published: false,
    last_modification_timestamp: nowMs,
  })
  return { ...engine, version }
}

function matches(value: string, { op, value: wanted }: { op: string; value: string }): boolean {
  if (op === 'ne') return value !== wanted
  if (op === 'sw') return value.startsWith(wanted)
  if (op === 'ew') return value.endsWith(wanted)
  return op === 'co' ? value.includes(wanted) : value === wanted
}
