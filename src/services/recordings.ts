/** Recording a call: refusing it. */
import type { Tenancy } from '../db/tenancy.ts'
import type { CallScope } from './call-context.ts'
import { refuseRecording } from './calls/evidence.ts'

export class RecordingService {
  readonly #tenancy: Pick<Tenancy, 'run'>

  constructor({ tenancy }: { tenancy: Pick<Tenancy, 'run'> }) {
    this.#tenancy = tenancy
  }

  /** Notes that the caller of this call wants no recording. False: there is no call to note it for. */
  async refuse({ call, now }: CallScope): Promise<boolean> {
    const { callId, companyId } = call
    if (callId === null) return false
    await this.#tenancy.run(companyId, (tx) => refuseRecording(tx, companyId, callId, now))
    return true
  }
}
