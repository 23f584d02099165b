/**
 * Requests without their call object ("arguments only" at Retell: the model writes the whole body). Served where the operator has
 * said so, and then they prove no number; else the caller is offered a callback, an alarm tells of it, and for a day a finding.
 */
import type { Logger } from 'pino'
import { z } from 'zod'
import type { Cache } from '../../lib/cache/cache.ts'
import { inBackground } from '../../lib/in-background.ts'
import type { EnvelopeForm } from '../../retell/envelope.ts'

type Deps = {
  cache: Pick<Cache, 'get' | 'set'>
  log: Logger
  /** RETELLAI_ARGUMENTS_ONLY */
  served: boolean
}

/** What an operator should know when it happens. */
export const refusedEnvelope =
  'An agent has sent arguments without their call within the last day, and its caller was offered a callback: switch off "payload: args only" at Retell, or set RETELLAI_ARGUMENTS_ONLY=true.'

const lookup = { key: 'envelope:incomplete', kind: 'envelope_incomplete', schema: z.literal(true) }
const toldForSeconds = 86_400

export class EnvelopeWatch {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * Whether a request is served. One that names its function and lacks the call only is, where the function needs none (incident
   * I-10). A refusal is reported.
   */
  isServed(form: EnvelopeForm, needs: 'call' | 'nothing'): boolean {
    const { cache, log, served } = this.#deps
    if (form === 'full' || served || (form === 'without_call' && needs === 'nothing')) return true
    log.error({ alarm: 'envelope_incomplete', form }, 'a function call without its call object was refused')
    inBackground(cache.set(lookup.key, true, toldForSeconds))
    return false
  }

  /** Whether one was refused within the last day. */
  async refusedLately(): Promise<boolean> {
    return (await this.#deps.cache.get(lookup)) === true
  }
}
