/** Retell's LLMs: prompts and tools of agents. */
import { invalid, unknown } from './errors.ts'
import { pageOf, type Route, read } from './route.ts'
import { LlmWrite } from './schemas.ts'
import { type LlmVersion, newId, versionOf } from './workspace.ts'

export const llmRoutes: Route[] = [
  {
    method: 'POST',
    url: '/create-retell-llm',
    handle({ workspace, body, nowMs }) {
      const input = read(LlmWrite, body)
      checkNames(input)
      const llm: LlmVersion = {
        ...input,
        llm_id: newId('llm'),
        version: 0,
        is_published: false,
        last_modification_timestamp: nowMs,
      }
      workspace.llms.set(llm.llm_id, [llm])
      return { status: 201, body: llm }
    },
  },
  {
    method: 'GET',
    url: '/get-retell-llm/:id',
    handle: ({ workspace, params, query }) => ({
      status: 200,
      body: versionOf(workspace.llms.get(params.id!), query.version, 'retell llm'),
    }),
  },
  {
    method: 'PATCH',
    url: '/update-retell-llm/:id',
    handle({ workspace, params, query, body, nowMs }) {
      const llm = versionOf(workspace.llms.get(params.id!), query.version, 'retell llm')
      const change = read(LlmWrite, body)
      if (llm.is_published)
        throw invalid(`Version ${llm.version} is published and cannot be changed: create a draft from it.`)
      checkNames({ ...llm, ...change })
      Object.assign(llm, change, { last_modification_timestamp: nowMs })
      return { status: 200, body: llm }
    },
  },
  {
    method: 'GET',
    url: '/v2/list-retell-llms',
    handle({ workspace, query }) {
      const newest = [...workspace.llms.values()].map((versions) => versions.at(-1)!)
      return { status: 200, body: pageOf(newest, ({ llm_id }) => llm_id, query) }
    },
  },
  {
    method: 'DELETE',
    url: '/delete-retell-llm/:id',
    handle({ workspace, params, query }) {
      if (!workspace.llms.has(params.id!)) throw unknown('retell llm')
      const used = [...workspace.agents.values()]
        .flat()
        .some(({ response_engine: one }) => one.type === 'retell-llm' && one.llm_id === params.id)
      if (used && query.force_delete !== 'true') throw invalid('The LLM is still used by an agent.')
      workspace.llms.delete(params.id!)
      return { status: 204 }
    },
  },
]

/** The names of all tools that a model sees at once differ. */
function checkNames({ general_tools, states }: Pick<LlmVersion, 'general_tools' | 'states'>): void {
  const general = (general_tools ?? []).map(({ name }) => name)
  for (const tools of [[], ...(states ?? []).map((state) => state.tools ?? [])]) {
    const names = [...general, ...tools.map(({ name }) => name)]
    const twice = names.find((name, index) => names.indexOf(name) !== index)
    if (twice !== undefined) throw invalid(`Invalid request: tools: ${twice} stands twice`)
  }
}
