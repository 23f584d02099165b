/** What the simulated callers wanted and what they were told: the side of the story that no log of the gateway can embellish. */

/** unclear: told honestly that nobody knows, or no answer arrived at all. */
export type Heard = 'nothing' | 'booked' | 'refused' | 'unclear'

export interface Wish {
  callId: string
  from: string | null
  to: string
  person: string
  email: string | null
  service: string
  /** Instant wished for. */
  start: number
  heard: Heard
  /** Told at `booked`. */
  uid: string | null
  /** When `booked` was heard first; ms. */
  bookedAt: number | null
  moves: Array<{ to: number; heard: 'moved' | 'refused' | 'unclear'; at: number | null }>
  cancel: 'none' | 'cancelled' | 'noted' | 'refused' | 'unclear'
  /** When `cancelled` was heard first; ms. */
  cancelledAt: number | null
}

/** What the business did in Cal.com, by uid of the booking it did it to. */
export interface HostAct {
  kind: 'cancelled' | 'rejected' | 'moved'
  /** moved: where to. */
  start?: number
}

export class Ledger {
  readonly wishes: Wish[] = []
  readonly hostActs = new Map<string, HostAct[]>()
  calls = 0
  requests = 0
  /** Answers that never came, although asked for again and again. */
  unanswered = 0

  noteHostAct(uid: string, act: HostAct): void {
    this.hostActs.set(uid, [...(this.hostActs.get(uid) ?? []), act])
  }
}
