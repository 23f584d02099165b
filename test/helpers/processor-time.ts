/** What a piece of work costs, for tests that bound it. */

/** Milliseconds of processor time: the time in which other processes have the machine does not count. */
export function processorMs(work: () => void): number {
  const start = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1_000
}

/** The least of several rounds: processor time, too, grows on a machine that others keep busy. */
export function leastProcessorMs(rounds: number, work: () => void): number {
  return Math.min(...Array.from({ length: rounds }, () => processorMs(work)))
}
