/**
 * Notices when graphile-worker has stopped working without saying so: a worker that could not give its job back ends for good,
 * and one whose first statement failed never asks again (both read in 0.16). Its own promise settles in neither case.
 */
import { EventEmitter } from 'node:events'
import type { WorkerEvents } from 'graphile-worker'

/** So many times in a row, over all workers, nothing could be asked for. */
const errorsMax = 8

export interface QueueWatch {
  /** For `run({ events })`. */
  events: WorkerEvents
  /** Resolves with the reason once the runner has to be replaced; never rejects. */
  lost: Promise<string>
}

/** Watches one runner. @param onWork told whenever the queue was asked with success, about once a second */
export function watchQueue(onWork: () => void): QueueWatch {
  const events: WorkerEvents = new EventEmitter()
  let errors = 0
  const lost = new Promise<string>((resolve) => {
    events.on('worker:fatalError', () => resolve('a worker ended'))
    events.on('worker:getJob:error', () => {
      errors += 1
      if (errors >= errorsMax) resolve('no worker gets a job')
    })
  })
  const works = () => {
    errors = 0
    onWork()
  }
  events.on('worker:getJob:empty', works)
  events.on('job:start', works)
  return { events, lost }
}
