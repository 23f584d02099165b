/**
 * Bodies whose signature has no time in it (the guide's form): whoever has seen one could send it for ever. One that asks for a change
 * counts once: sent again within five minutes it gets the answer it had, as a retry should; later it is refused.
 */
import type { Tenancy } from '../../db/tenancy.ts'
import type { Clock } from '../../lib/clock.ts'

type Deps = { tenancy: Pick<Tenancy, 'run'>; clock: Clock }

/** What is known of a body: `new` (or it failed, or is being worked on), answered lately, or too old to count. */
export type Seen = { kind: 'new' } | { kind: 'answered'; answer: string } | { kind: 'spent' }

/** As long as a signature with a time is good. */
const answeredForMs = 5 * 60_000

export class AnsweredBodies {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Notes a body before it is worked on. In: the SHA-256 of its bytes in hex. */
  async begin(companyId: number, digest: string, callId: string | null): Promise<Seen> {
    const { tenancy, clock } = this.#deps
    const now = clock.now()
    const known = await tenancy.run(companyId, async (tx) => {
      const { count } = await tx.answeredBody.createMany({
        data: [{ companyId, digest, callId, firstAt: now }],
        skipDuplicates: true,
      })
      return count === 1 ? null : tx.answeredBody.findFirst({ where: { companyId, digest } })
    })
    if (known === null) return { kind: 'new' }
    if (now.getTime() - known.firstAt.getTime() > answeredForMs) return { kind: 'spent' }
    return known.answer === null ? { kind: 'new' } : { kind: 'answered', answer: known.answer }
  }

  /** Records what a body was answered. */
  async answered(companyId: number, digest: string, answer: string): Promise<void> {
    await this.#deps.tenancy.run(companyId, (tx) =>
      tx.answeredBody.updateMany({ where: { companyId, digest }, data: { answer } }),
    )
  }
}
