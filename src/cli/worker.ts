/** `npm run worker`: the background jobs in a process of their own, next to gateways with JOBS=worker. */
import { composeGateway } from '../compose.ts'
import { startUp } from '../start-up.ts'
import { stayUp } from './stay-up.ts'

await stayUp(async (life) => {
  const { config, log, databaseUrl, close } = await startUp({ tell: life.tell, consoleTo: 'all' })
  life.atEnd(close)
  const gateway = await composeGateway({ config, log, databaseUrl })
  life.atEnd(() => gateway.close())
  await gateway.jobs.runner.start()
  log.info({ component: 'jobs' }, 'working')
})
