/** The example salon as it should stand at Retell: in a look-alike, set up by the vendor's own client. */
import Retell from 'retell-sdk'
import { allFunctions } from '../../src/functions/all.ts'
import { toolsOf } from '../../src/functions/tools.ts'
import { type RetellSimulator, startRetellSimulator } from '../../src/simulator/retell/retell.ts'
import { apiKey, salon, type TestGateway } from './gateway.ts'

export interface RetellSetUp {
  simulator: RetellSimulator
  client: Retell
  agentId: string
  llmId: string
  /** Our tools, as `npm run tools` prints them. */
  tools: Retell.LlmCreateParams.CustomTool[]
  /** Enters the agent at the salon's numbers in the database. */
  enter(gateway: TestGateway): Promise<void>
}

/** Both numbers of the salon, answered by one agent with all offered tools that lead to `publicUrl`. Close the simulator afterwards. */
export async function setUpAtRetell(publicUrl: string): Promise<RetellSetUp> {
  const simulator = await startRetellSimulator({ keys: [apiKey] })
  const client = new Retell({ apiKey, baseURL: simulator.url, maxRetries: 0 })
  const tools = toolsOf(allFunctions(), publicUrl, { all: false }) as never as RetellSetUp['tools']
  const { llm_id } = await client.llm.create({
    begin_message: 'Guten Tag, hier ist die KI von Salon Sonnenschein. Wie kann ich Ihnen helfen?',
    general_prompt: 'Du nimmst Anrufe an.',
    general_tools: tools,
  })
  const webhook = `${publicUrl}/api/webhooks/retell`
  const { agent_id } = await client.agent.create({
    agent_name: 'Salon Sonnenschein',
    language: 'de-DE',
    data_storage_setting: 'basic_attributes_only',
    data_storage_retention_days: 30,
    response_engine: { type: 'retell-llm', llm_id },
    voice_id: '11labs-Adrian',
    webhook_url: webhook,
  })
  for (const phone_number of [salon.mitte, salon.nord])
    await client.phoneNumber.import({
      phone_number,
      termination_uri: 'sip.example',
      inbound_agents: [{ agent_id, weight: 1 }],
      inbound_webhook_url: webhook,
    })
  return {
    simulator,
    client,
    agentId: agent_id,
    llmId: llm_id,
    tools,
    async enter({ database }) {
      await database.tenancy.asSystem((tx) =>
        tx.phoneNumber.updateMany({
          where: { companyId: salon.companyId },
          data: { agentId: agent_id },
        }),
      )
    },
  }
}
