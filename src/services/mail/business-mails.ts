/**
 * Tells the business whom to call back: requests of callers, and what its own rules or a failure kept us from doing. One mail per
 * request, and one more when the request was completed since.
 */
import { createHash } from 'node:crypto'
import type { Tenancy } from '../../db/tenancy.ts'
import { clockTimeOf, localDayOf } from '../../german/index.ts'
import { callbackMail } from '../../german/sentences/mail.ts'
import type { Clock } from '../../lib/clock.ts'
import { writtenPhone } from '../../lib/phone.ts'
import type { MailFrom } from './from.ts'
import { putMail } from './outbox.ts'
import { oneMailbox } from './recipient.ts'
import { plain, unlinked } from './render.ts'

type Deps = { tenancy: Pick<Tenancy, 'run'>; clock: Clock; from: MailFrom }

const kinds = { caller: 'callback', policy: 'policy', technical: 'technical', privacy: 'privacy' } as const
const nameCharactersMax = 60
const reasonCharactersMax = 600

/** Writes mails to the business into the outbox. */
export class BusinessMails {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Writes the mail about a callback request as it is now; `known` when exactly that has been mailed, `done` when nobody waits. */
  async writeCallback(
    companyId: number,
    callbackId: number,
  ): Promise<'written' | 'known' | 'done' | 'no_address' | 'absent'> {
    const { tenancy, clock, from } = this.#deps
    return tenancy.run(companyId, async (tx) => {
      const company = await tx.company.findUnique({ where: { id: companyId } })
      const request = await tx.callbackRequest.findFirst({ where: { companyId, id: callbackId } })
      if (!company || !request) return 'absent'
      if (request.status !== 'open') return 'done'
      const to = oneMailbox(company.notifyEmail)
      if (to === null) return 'no_address'
      const branch =
        request.branchId === null
          ? null
          : await tx.branch.findUnique({ where: { companyId_id: { companyId, id: request.branchId } } })
      const zone = branch?.timeZone ?? company.timeZone
      const written = (instant: Date) => ({
        day: localDayOf(instant, zone),
        time: clockTimeOf(instant, zone),
      })
      const kind = request.kind as keyof typeof kinds
      const fact = `callback:${request.id}:`
      const told = await tx.mailOutbox.count({ where: { companyId, dedupeKey: { startsWith: fact } } })
      const { name, phone, reason, preferredTime, preferredFrom, preferredTo } = request
      const digest = createHash('sha256')
        .update(JSON.stringify([name, phone, reason, preferredTime, preferredFrom]))
        .digest('hex')
      const id = await putMail(tx, {
        companyId,
        kind: kinds[kind],
        to,
        text: callbackMail({
          kind,
          company: plain(company.name, nameCharactersMax),
          name: name === null ? null : unlinked(name, nameCharactersMax),
          phone: phone === null ? null : writtenPhone(phone),
          reason: unlinked(reason ?? 'Rückruf gewünscht', reasonCharactersMax),
          wish: preferredTime === null ? null : unlinked(preferredTime, nameCharactersMax),
          due: request.dueAt && written(request.dueAt),
          promisedFrom: preferredFrom && written(preferredFrom),
          promisedTo: preferredTo && written(preferredTo),
          branch: branch === null ? null : plain(branch.name, nameCharactersMax),
          receivedAt: written(request.createdAt),
          completed: told > 0,
        }),
        dedupeKey: `${fact}${digest.slice(0, 16)}`,
        domain: from.domain,
        now: clock.now(),
      })
      return id === null ? 'known' : 'written'
    })
  }
}
