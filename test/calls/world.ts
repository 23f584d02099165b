/** One call's world: a gateway with the demonstration salon, and a look-alike of Retell in which its agent was applied and published. */
import Retell from 'retell-sdk'
import { AgentDesk } from '../../src/agents/desk.ts'
import { AgentPublisher } from '../../src/agents/publish.ts'
import { instantOf, type LocalDay } from '../../src/german/index.ts'
import { Deadline } from '../../src/lib/deadline.ts'
import { RetellAgentApi } from '../../src/retell/agent-api.ts'
import { startRetellSimulator } from '../../src/simulator/retell/retell.ts'
import { ourTools, rules } from '../helpers/agents.ts'
import { apiKey, newCallId, salon, startGateway } from '../helpers/gateway.ts'
import { type Grade, grade } from './grade.ts'
import { play } from './player.ts'
import type { CallFile } from './read.ts'

type Llm = Record<string, unknown> & { general_tools: Array<Record<string, unknown> & { name: string }> }
const publicUrl = 'https://gateway.example'

/**
 * Plays and grades one call.
 * @param tamper changes the LLM that was applied before it is published, as somebody at Retell might
 */
export async function playCall(file: CallFile, tamper?: (llm: Llm) => Partial<Llm>): Promise<Grade> {
  const now = instantOf(file.now.slice(0, 10) as LocalDay, file.now.slice(11) as never, 'Europe/Berlin')!
  const retell = await startRetellSimulator({ keys: [apiKey] })
  const gateway = await startGateway({
    now: now.toISOString(),
    environment: { PUBLIC_URL: publicUrl, RETELL_API_BASE_URL: retell.url },
  })
  const api = new RetellAgentApi({ baseUrl: retell.url, apiKey })
  try {
    const client = new Retell({ apiKey, baseURL: retell.url, maxRetries: 0 })
    for (const phone_number of [salon.mitte, salon.nord])
      await client.phoneNumber.import({ phone_number, termination_uri: 'sip.example' })
    const { clock, database } = gateway
    const eventsUrl = `${publicUrl}/api/webhooks/retell`
    const deps = {
      tenancy: database.tenancy,
      retell: api,
      clock,
      tools: ourTools,
      rules,
      eventsUrl,
      actor: 'calls',
    }
    const applied = await new AgentDesk(deps).apply({
      company: '1',
      template: file.template,
      transferNumber: file.transfer ?? null,
    })
    if (applied.kind !== 'draft') throw new Error(`The agent was not applied: ${applied.kind}`)
    if (tamper) {
      const { response_engine: engine } = await client.agent.retrieve(applied.agentId)
      const { llm_id } = engine as { llm_id: string }
      await client.llm.update(llm_id, tamper((await client.llm.retrieve(llm_id)) as never) as never)
    }
    await new AgentPublisher(deps).publish('1')

    for (const { from, book } of file.given) {
      const who = { from, callId: newCallId() }
      const { booking_id } = await gateway.call('start_booking', book, who)
      const done = await gateway.call('confirm_booking', { booking_id, confirmed: true }, who)
      if (!done.success) throw new Error(`${file.id}: what is given could not be booked: ${done.message}`)
    }
    const before = gateway.simulator.control.requests().length
    const dialled = salon[file.caller.dials]
    const number = await api.fetchNumber(dialled, within(clock))
    const [bound] = number.inbound_agents ?? []
    const agent = await api.fetchAgent(bound!.agent_id, Number(bound!.agent_version), within(clock))
    const { llm_id, version } = agent.response_engine
    const llm = await api.fetchLlm(llm_id!, version ?? undefined, within(clock))
    const line = { agent, llm, inboundWebhook: number.inbound_webhook_url ?? null, dialled, publicUrl }
    return await grade(file, await play(file, line, gateway), gateway, before)
  } finally {
    await api.close()
    await gateway.close()
    await retell.close()
  }
}

const within = (clock: ConstructorParameters<typeof Deadline>[0]['clock']) =>
  new Deadline({ clock, budgetMs: 10_000 })
