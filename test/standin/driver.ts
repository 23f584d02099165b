/** Plays the calls of one seed: several at once, the business acting beside them, the gateway killed in between. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Business } from './business.ts'
import { Chance } from './chance.ts'
import type { GatewayProcess } from './gateway-process.ts'
import { Ledger, type Person } from './ledger.ts'
import { chooseLine, makePerson } from './people.ts'
import { PhoneCall } from './retell.ts'
import { Script } from './script.ts'

export type DriverOptions = {
  seed: number
  calls: number
  /** Callers at once. */
  lines: number
  kills: number
  gateway: GatewayProcess
  business: Business
}

export class Driver {
  readonly ledger = new Ledger()
  /** When the gateway was down: no answer then is no fault. */
  readonly downs: { from: number; to: number }[] = []
  /** Calls begun, those of callers who rang again included. */
  calls = 0
  readonly #options: DriverOptions
  #up: Promise<void> = Promise.resolve()
  #people = 0

  constructor(options: DriverOptions) {
    this.#options = options
  }

  /** Resolves when the last caller has hung up. */
  async run(): Promise<void> {
    const { calls, lines, kills } = this.#options
    const killAt = new Set(
      Array.from({ length: kills }, (_, n) => Math.round((calls * (n + 1)) / (kills + 1))),
    )
    await Promise.all(
      Array.from({ length: lines }, async (_, line) => {
        // Not all in step.
        await pause(line * 40)
        while (this.calls < calls) {
          const next = this.calls
          if ([...killAt].some((at) => at <= next)) {
            for (const at of killAt) if (at <= next) killAt.delete(at)
            this.#up = this.#crash(next)
            // Whoever waits for it fails with it, at the latest the end of the run.
            this.#up.catch(() => {})
          }
          await this.#caller()
          if (next % 4 === 0) await this.#options.business.act()
        }
      }),
    )
    await this.#up
  }

  async #caller(): Promise<void> {
    const { seed } = this.#options
    const index = this.#people
    this.#people += 1
    const chance = new Chance(seed, `caller|${index}`)
    const { name, phone } = makePerson(index)
    const person = this.ledger.enter(name, phone)
    const line = chooseLine(chance)
    const script = new Script({
      chance,
      line,
      person,
      ring: () => this.#ring(person, line, chance),
      hangUp: (call) => call.event('call_ended'),
      gatewayUp: () => this.#up,
      sibling: () => {
        const sibling = this.ledger.enter(`${name.split(' ')[0]}-Kind ${name.split(' ')[1]}`, phone)
        sibling.calls = person.calls
        return sibling
      },
    })
    await script.run()
  }

  async #ring(
    person: Person,
    { to, agentId }: { to: string; agentId: string },
    chance: Chance,
  ): Promise<PhoneCall> {
    const { seed, gateway } = this.#options
    this.calls += 1
    const call = new PhoneCall({
      ...{ gatewayUrl: gateway.url, key: gateway.retellKey, from: person.phone, to, agentId },
      id: `call_s${seed}_${this.calls}`,
    })
    person.calls.push(call)
    // Now and then the event is lost or late; functions come anyway.
    if (chance.hits(0.9)) await call.event('call_started')
    return call
  }

  async #crash(number: number): Promise<void> {
    const { gateway, seed } = this.#options
    // Not at a boundary: some requests are under way at this moment.
    await pause(50 + Math.floor(new Chance(seed, `crash|${number}`).next() * 500))
    const down = { from: Date.now(), to: Number.POSITIVE_INFINITY }
    this.downs.push(down)
    await gateway.kill()
    await gateway.restart()
    down.to = Date.now()
  }
}
