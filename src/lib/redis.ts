/**
 * One Redis connection for everything that several processes share. Redis is a convenience here, never a
 * condition: a command waits 100 ms at most, is never queued while the connection is down, and a failure
 * yields the caller's fallback value instead of an error. Reconnecting goes on in the background.
 */
import { Redis } from 'ioredis'
import type { Logger } from 'pino'

export interface SharedRedisOptions {
  /** `redis://` or `rediss://` URL. */
  url: string
  log: Pick<Logger, 'info' | 'warn'>
  commandTimeoutMs?: number
  /** Put before every key (not before channels). */
  keyPrefix?: string
}

/** After a command that hung, optional ones are skipped this long: a slow Redis must not cost every step of a call its 100 ms. */
const slowPauseMs = 1_000

export class SharedRedis {
  readonly #redis: Redis
  readonly #log: SharedRedisOptions['log']
  readonly #commandTimeoutMs: number
  #corked = false
  #healthy = true
  #optionalFromMs = 0

  constructor({ url, log, commandTimeoutMs = 100, keyPrefix = '' }: SharedRedisOptions) {
    this.#log = log
    this.#commandTimeoutMs = commandTimeoutMs
    this.#redis = new Redis(url, {
      keyPrefix,
      connectTimeout: 2_000,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
      // After a failover the old master answers READONLY: only a new connection finds the new one.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
    })
    this.#redis.on('error', (error) => this.#failed(error))
  }

  /** Waits for the connection, at most `timeoutMs`. False: not there yet, the attempts go on. */
  async ready(timeoutMs: number): Promise<boolean> {
    if (this.#redis.status === 'ready') return true
    return new Promise((resolve) => {
      const settle = (isReady: boolean) => {
        clearTimeout(timer)
        this.#redis.off('ready', onReady)
        resolve(isReady)
      }
      const onReady = () => settle(true)
      const timer = setTimeout(() => settle(false), timeoutMs)
      this.#redis.once('ready', onReady)
    })
  }

  /** Runs a command that can be done without; `fallback` when Redis is slow, gone, or was slow a moment ago. */
  async optional<T, F>(command: (redis: Redis) => Promise<T>, fallback: F): Promise<T | F> {
    if (performance.now() < this.#optionalFromMs) return fallback
    return this.#attempt(command, fallback)
  }

  /** Runs a command that is always tried, because a lost invalidation costs more than 100 ms. */
  async important<T, F>(command: (redis: Redis) => Promise<T>, fallback: F): Promise<T | F> {
    return this.#attempt(command, fallback)
  }

  /**
   * Hands every message of a channel to `listener`, over a connection of its own that resubscribes by itself. What the listener
   * throws is logged once: a message must not end the process.
   * Out: a function that ends the subscription.
   */
  subscribe(channel: string, listener: (message: string) => void): () => void {
    const subscriber = this.#redis.duplicate({
      enableOfflineQueue: true,
      maxRetriesPerRequest: null,
    })
    // The main connection already reports the state; this one only must not crash the process.
    subscriber.on('error', () => {})
    let failed = false
    subscriber.on('message', (_channel, message) => {
      try {
        listener(message)
      } catch (error) {
        if (failed) return
        failed = true
        this.#log.warn(
          { component: 'redis', channel, reason: (error as Error)?.name },
          'a message was not understood',
        )
      }
    })
    subscriber.subscribe(channel).catch(() => {})
    return () => subscriber.disconnect()
  }

  async close(): Promise<void> {
    this.#redis.disconnect()
  }

  async #attempt<T, F>(command: (redis: Redis) => Promise<T>, fallback: F): Promise<T | F> {
    try {
      this.#cork()
      const result = await this.#inTime(command(this.#redis))
      if (!this.#healthy) {
        this.#healthy = true
        this.#log.info({ component: 'redis' }, 'redis answers again')
      }
      return result
    } catch (error) {
      this.#failed(error)
      return fallback
    }
  }

  /** What several requests ask in one turn of the event loop leaves in one write: writing is most of what a command costs. */
  #cork(): void {
    const { stream } = this.#redis
    if (this.#corked || !stream?.writable) return
    this.#corked = true
    stream.cork()
    setImmediate(() => {
      this.#corked = false
      stream.uncork()
    })
  }

  /**
   * The command's outcome, or an error when its time is up. ioredis's own limit would blame Redis for a busy event loop: when its
   * timer is due the answer may have arrived and only wait to be read, so one more look at the sockets comes first.
   */
  async #inTime<T>(outcome: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => setImmediate(() => reject(new Error('Command timed out'))),
        this.#commandTimeoutMs,
      )
    })
    try {
      return await Promise.race([outcome, late])
    } finally {
      clearTimeout(timer)
    }
  }

  #failed(error: unknown): void {
    const { message = '', code } = (error ?? {}) as { message?: string; code?: string }
    if (message === 'Command timed out') this.#optionalFromMs = performance.now() + slowPauseMs
    if (!this.#healthy) return
    this.#healthy = false
    this.#log.warn(
      { component: 'redis', reason: code ?? message.slice(0, 80) },
      'redis does not answer, working without it',
    )
  }
}
