/**
 * What we use of opossum 9. The published types are those of version 8: they miss `state` and declare `pendingClose` as a
 * property, which a subclass cannot override.
 */
declare module 'opossum' {
  import type { EventEmitter } from 'node:events'

  namespace Opossum {
    interface Status extends EventEmitter {
      increment(property: string, runTimeMs?: number): void
    }

    interface Options {
      timeout?: number | false
      volumeThreshold?: number
      errorFilter?: (error: unknown) => boolean
      status?: Status
      state?: {
        enabled: boolean
        closed: boolean
        halfOpen: boolean
        warmUp: boolean
        shutdown: boolean
      }
    }

    interface StatusOptions {
      rollingCountBuckets: number
      rollingCountTimeout: number
      rollingPercentilesEnabled: boolean
      enableSnapshots: boolean
      rotateBucketController: EventEmitter
    }
  }

  class Opossum<Args extends unknown[], Result> extends EventEmitter {
    /** Whether opossum itself made the error, for instance because the circuit is open. */
    static isOurError(error: Error): boolean
    static newStatus(options: Opossum.StatusOptions): Opossum.Status
    constructor(action: (...args: Args) => Promise<Result>, options?: Opossum.Options)
    get closed(): boolean
    get opened(): boolean
    get halfOpen(): boolean
    get pendingClose(): boolean
    fire(...args: Args): Promise<Result>
    open(): void
    close(): void
  }

  export default Opossum
}
