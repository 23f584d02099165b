/** Work that an answer does not wait for: it may fail without harm, and a closing process waits for it. */
import type { Logger } from 'pino'
import { inBackground } from '../../lib/in-background.ts'

export class Background {
  readonly #running = new Set<Promise<void>>()
  readonly #log: Pick<Logger, 'warn'>

  constructor({ log }: { log: Pick<Logger, 'warn'> }) {
    this.#log = log
  }

  /** Starts work now; a failure is logged under its name. */
  run(name: string, work: () => Promise<unknown>): void {
    const running = work().then(
      () => undefined,
      (error: unknown) =>
        this.#log.warn({ component: 'booking', task: name, err: error }, 'work after the answer failed'),
    )
    this.#running.add(running)
    inBackground(running.finally(() => this.#running.delete(running)))
  }

  /** Resolves when everything that was started has ended. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }
}
