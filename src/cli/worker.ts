/**
 * `npm run worker`: the background jobs in a process of their own, next to gateways with JOBS=worker. While the queue is being
 * asked, WORKER_ALIVE_FILE is touched every few seconds: a health check looks at its age.
 */
import { writeFile } from 'node:fs/promises'
import { composeGateway } from '../compose.ts'
import { requireReleased } from '../db/copies.ts'
import { inBackground } from '../lib/in-background.ts'
import { startUp } from '../start-up.ts'
import { stayUp } from './stay-up.ts'

const signOfLifeEveryMs = 5_000
/** The queue is asked once a second; some of that may be lost to a database that fails over. */
const asksWithinMs = 15_000

await stayUp(async (life) => {
  const { config, log, databaseUrl, close } = await startUp({ tell: life.tell, consoleTo: 'all' })
  life.atEnd(close)
  const gateway = await composeGateway({ config, log, databaseUrl })
  life.atEnd(() => gateway.close())
  await requireReleased(databaseUrl)
  const { runner } = gateway.jobs
  await runner.start()
  log.info({ component: 'jobs' }, 'working')
  const file = config.workerAliveFile
  if (file === null) return
  setInterval(() => {
    if (!runner.hasWorkedWithin(asksWithinMs)) return
    inBackground(writeFile(file, ''), (error) =>
      log.warn({ component: 'jobs', err: error }, 'no sign of life written'),
    )
  }, signOfLifeEveryMs).unref()
})
