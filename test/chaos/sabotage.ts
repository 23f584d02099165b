/** One safeguard of the gateway taken out at a time, to show that the suite notices. */
import type { Counted } from './verdict.ts'

interface Sabotage {
  /** What is missing then. */
  what: string
  /** Counts of which at least one must show it. */
  shows: readonly Counted[]
  apply(): void
}

export const sabotages: Record<string, Sabotage> = {}
