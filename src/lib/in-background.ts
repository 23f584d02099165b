/** Lets work go on that nobody waits for. A promise that is dropped ends the process when it fails; this one cannot. */

/** In: the work, and what to do with its failure; by itself a failure is of no consequence. */
export function inBackground(work: Promise<unknown>, onFailure: (error: unknown) => void = () => {}): void {
  work.catch(onFailure)
}
