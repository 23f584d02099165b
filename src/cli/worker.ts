/** `npm run worker`: the background jobs in a process of their own, next to gateways with JOBS=worker. */
import { composeGateway } from '../compose.ts'
import { loadConfig } from '../config.ts'
import { openStore } from '../db/store.ts'
import { logConsole } from '../lib/log-console.ts'
import { createLogger } from '../lib/logger.ts'
import { stayUp } from './stay-up.ts'

await stayUp(async (life) => {
  const config = loadConfig()
  const log = createLogger({ level: config.server.logLevel, personalData: false })
  life.tell(log)
  logConsole(log)
  const store = await openStore(config, log)
  life.atEnd(() => store.close())
  const gateway = await composeGateway({ config, log, databaseUrl: store.url })
  life.atEnd(() => gateway.close())
  await gateway.jobs.runner.start()
  log.info({ component: 'jobs' }, 'working')
})
