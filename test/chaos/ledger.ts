/** What the simulated callers wanted and what they were told: the side of the story that no log of the gateway can embellish. */

/** unclear: told honestly that nobody knows, or no answer arrived at all. asked: told of an appointment they have, and no more. */
export type Heard = 'nothing' | 'booked' | 'refused' | 'unclear' | 'asked'

export interface Wish {
  callId: string
  from: string | null
  to: string
  person: string
  email: string | null
  service: string
  /** Instant wished for. */
  start: number
  /** Was asked about an appointment of theirs, and wants this one besides. */
  agreed: boolean
  heard: Heard
  /** Told at `booked`. */
  uid: string | null
  /** When `booked` was heard first; ms. */
  bookedAt: number | null
  /** The start that was told then. */
  bookedStart: number | null
  moves: Array<{ to: number; heard: 'moved' | 'refused' | 'unclear'; at: number | null }>
  cancel: 'none' | 'cancelled' | 'noted' | 'refused' | 'unclear'
  /** The call in which it was asked for. */
  cancelCallId: string | null
  /** When `cancelled` was heard first; ms. */
  cancelledAt: number | null
}

/** "Nicht mehr frei" and its like, as it was said. */
export interface Refusal {
  callId: string
  from: string | null
  person: string
  start: number
  /** It was wanted besides another one. */
  agreed: boolean
  error: string
  /** A booking that the answer should have known of was made before this instant. */
  knownBy: number
  heardAt: number
}

/** What the business did in Cal.com, by uid of the booking it did it to. */
export interface HostAct {
  kind: 'cancelled' | 'rejected' | 'moved' | 'joined'
  at: number
  /** moved: where to. */
  start?: number
  /** moved, keeping its uid: where from. */
  from?: number
}

/** A cancellation or a move that the gateway sent and Cal.com carried out. */
export interface Touch {
  uid: string
  operation: string
  at: number
}

export class Ledger {
  readonly wishes: Wish[] = []
  readonly refusals: Refusal[] = []
  readonly hostActs = new Map<string, HostAct[]>()
  /** By the id of the request. */
  readonly touches = new Map<number, Touch>()
  /** Who rang, by call id. */
  readonly callers = new Map<string, string | null>()
  calls = 0
  requests = 0
  /** Answers that never came, although asked for again and again. */
  unanswered = 0
  /** Lines lost in the middle of a request. */
  dropped = 0
  /** Questions about an appointment that the caller has already. */
  ownAsked = 0

  noteHostAct(uid: string, act: HostAct): void {
    this.hostActs.set(uid, [...(this.hostActs.get(uid) ?? []), act])
  }

  /** When the business put somebody else into a booking of ours; null: nobody. */
  joinedAt(uid: string): number | null {
    const joined = this.hostActs.get(uid)?.find(({ kind }) => kind === 'joined')
    return joined?.at ?? null
  }
}
