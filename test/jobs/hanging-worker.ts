/** A worker in a process of its own that takes one job, says so and never ends it; to be killed. In: the database's address. */
import pino from 'pino'
import { openDatabase } from '../../src/db/database.ts'
import { bind, JobRunner } from '../../src/jobs/runner.ts'
import { systemClock } from '../../src/lib/clock.ts'

const database = await openDatabase({
  url: process.argv[2]!,
  poolMax: 2,
  applicationName: 'hanging-worker',
  requireRestrictedLogin: false,
})
const hang = {
  name: 'send_mail',
  run: () => {
    process.stdout.write('taken\n')
    return new Promise<undefined>(() => {})
  },
}
await new JobRunner({
  pool: () => database.workerPool(),
  jobs: [bind(hang, undefined)],
  clock: systemClock,
  log: pino({ level: 'silent' }),
  locks: { lockMs: 1_500, renewEveryMs: 300 },
}).start()
setInterval(() => {}, 1_000)
