/** What the tests of agents share: our functions as tools, and the example salon's values. */
import type { AgentValues } from '../../src/agents/render.ts'
import { ourSide } from '../../src/cli/agent-parts.ts'
import { loadConfig } from '../../src/config.ts'

const publicUrl = 'https://gateway.example'

const { deadlines } = loadConfig({ NODE_ENV: 'development' })
export const { tools: ourTools, rules } = ourSide(deadlines, publicUrl)

export const exampleValues: AgentValues = {
  company: 'Salon Sonnenschein',
  timeZone: 'Europe/Berlin',
  eventsUrl: `${publicUrl}/api/webhooks/retell`,
  keywords: ['Anna', 'Bernd', 'Herrenhaarschnitt'],
  transferNumber: null,
  voice: null,
}
