/** One workspace of Retell: what a key sees. Everything is in memory. */
import { randomBytes } from 'node:crypto'
import type { z } from 'zod'
import { unknown } from './errors.ts'
import type { AgentCreate, LlmWrite, NumberUpdate, storageSettings } from './schemas.ts'

interface Versioned {
  version: number
  is_published: boolean
  /** Milliseconds since 1970. */
  last_modification_timestamp: number
}
export type AgentVersion = z.output<typeof AgentCreate> &
  Versioned & { agent_id: string; base_version: number | null }
export type LlmVersion = z.output<typeof LlmWrite> & Versioned & { llm_id: string }

export type PhoneNumber = Omit<
  z.output<typeof NumberUpdate>,
  'auth_password' | 'auth_username' | 'termination_uri' | 'transport'
> & {
  phone_number: string
  phone_number_type: 'retell-twilio' | 'retell-telnyx' | 'custom'
  phone_number_pretty: string
  last_modification_timestamp: number
  area_code?: number
  sip_outbound_trunk_config?: {
    termination_uri: string | null
    auth_username: string | null
    transport: string | null
  } | null
}

export interface RetellCall extends Record<string, unknown> {
  call_id: string
  agent_id: string
  agent_version: number
  call_type: 'phone_call' | 'web_call'
  call_status: 'registered' | 'not_connected' | 'ongoing' | 'ended' | 'error'
  direction: 'inbound' | 'outbound'
  from_number: string
  to_number: string
  start_timestamp?: number
  data_storage_setting: (typeof storageSettings)[number]
}

export class Workspace {
  /** Every version of each agent, oldest first. */
  readonly agents = new Map<string, AgentVersion[]>()
  readonly llms = new Map<string, LlmVersion[]>()
  /** By number, E.164. */
  readonly numbers = new Map<string, PhoneNumber>()
  readonly calls = new Map<string, RetellCall>()
}

export const newId = (kind: 'agent' | 'llm' | 'call') => `${kind}_${randomBytes(14).toString('hex')}`

/** The version that is asked for: a number, `latest` (also when nothing is said) or `latest_published`. Throws 404. */
export function versionOf<T extends Versioned>(
  versions: readonly T[] | undefined,
  wanted: unknown,
  what: string,
): T {
  const found =
    wanted === undefined || wanted === '' || wanted === 'latest'
      ? versions?.at(-1)
      : wanted === 'latest_published'
        ? versions?.findLast((one) => one.is_published)
        : versions?.find(({ version }) => String(version) === String(wanted))
  if (found === undefined) throw unknown(what)
  return found
}
