/** Phone numbers and who answers them. German ones are imported: Retell sells those of the USA and Canada only. */
import { parsePhoneNumberFromString } from 'libphonenumber-js'
import { invalid, unknown } from './errors.ts'
import { pageOf, type Route, read } from './route.ts'
import { NumberBuy, NumberImport, NumberUpdate } from './schemas.ts'
import { type PhoneNumber, versionOf, type Workspace } from './workspace.ts'

export const numberRoutes: Route[] = [
  {
    method: 'POST',
    url: '/create-phone-number',
    handle({ workspace, body, nowMs }) {
      const {
        country_code: _,
        number_provider,
        toll_free: __,
        transport: ___,
        ...input
      } = read(NumberBuy, body)
      const number = input.phone_number ?? freeNumber(workspace, input.area_code ?? 415)
      const bought = {
        ...input,
        ...named(number, nowMs),
        phone_number_type: number_provider === 'telnyx' ? 'retell-telnyx' : 'retell-twilio',
      } as const
      return { status: 201, body: add(workspace, bought) }
    },
  },
  {
    method: 'POST',
    url: '/import-phone-number',
    handle({ workspace, body, nowMs }) {
      const input = read(NumberImport, body)
      const { termination_uri, sip_trunk_auth_username, transport, ...more } = input
      const { ignore_e164_validation: _, sip_trunk_auth_password: __, ...rest } = more
      const imported = {
        ...rest,
        ...named(input.phone_number, nowMs),
        phone_number_type: 'custom',
        sip_outbound_trunk_config: {
          termination_uri,
          auth_username: sip_trunk_auth_username ?? null,
          transport: transport ?? 'TCP',
        },
      } as const
      return { status: 201, body: add(workspace, imported) }
    },
  },
  {
    method: 'GET',
    url: '/get-phone-number/:number',
    handle: ({ workspace, params }) => ({ status: 200, body: known(workspace, params.number!) }),
  },
  {
    method: 'PATCH',
    url: '/update-phone-number/:number',
    handle({ workspace, params, body, nowMs }) {
      const number = known(workspace, params.number!)
      const {
        auth_password: _,
        auth_username,
        termination_uri,
        transport,
        ...change
      } = read(NumberUpdate, body)
      checkAgents(workspace, change)
      if (change.fallback_number === number.phone_number)
        throw invalid('Invalid request: fallback_number: is the number itself')
      Object.assign(number, change, { last_modification_timestamp: nowMs })
      const trunk = number.sip_outbound_trunk_config
      if (trunk)
        number.sip_outbound_trunk_config = {
          termination_uri: termination_uri ?? trunk.termination_uri,
          auth_username: auth_username ?? trunk.auth_username,
          transport: transport ?? trunk.transport,
        }
      return { status: 200, body: number }
    },
  },
  {
    method: 'GET',
    url: '/v2/list-phone-numbers',
    handle: ({ workspace, query }) => ({
      status: 200,
      body: pageOf([...workspace.numbers.values()], ({ phone_number }) => phone_number, query),
    }),
  },
  {
    method: 'DELETE',
    url: '/delete-phone-number/:number',
    handle({ workspace, params }) {
      if (!workspace.numbers.delete(params.number!)) throw unknown('phone number')
      return { status: 204 }
    },
  },
]

function known({ numbers }: Workspace, wanted: string): PhoneNumber {
  const number = numbers.get(wanted)
  if (number === undefined) throw unknown('phone number')
  return number
}

function add(workspace: Workspace, number: PhoneNumber): PhoneNumber {
  if (workspace.numbers.has(number.phone_number))
    throw invalid('The phone number is already in this workspace.')
  checkAgents(workspace, number)
  workspace.numbers.set(number.phone_number, number)
  return number
}

function checkAgents(
  { agents }: Workspace,
  { inbound_agents, outbound_agents }: Pick<PhoneNumber, 'inbound_agents' | 'outbound_agents'>,
): void {
  // "latest_published" is allowed before anything was published; the call then finds nobody.
  for (const { agent_id, agent_version } of [...(inbound_agents ?? []), ...(outbound_agents ?? [])])
    versionOf(agents.get(agent_id), agent_version === 'latest_published' ? 'latest' : agent_version, 'agent')
}

function named(number: string, nowMs: number) {
  return {
    phone_number: number,
    phone_number_pretty: parsePhoneNumberFromString(number)?.formatInternational() ?? number,
    last_modification_timestamp: nowMs,
  }
}

function freeNumber({ numbers }: Workspace, areaCode: number): string {
  for (let line = 5550100; ; line += 1) {
    const number = `+1${areaCode}${line}`
    if (!numbers.has(number)) return number
  }
}
