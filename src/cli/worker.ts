/** `npm run worker`: the background jobs in a process of their own, next to gateways with JOBS=worker. */
import closeWithGrace from 'close-with-grace'
import { composeGateway } from '../compose.ts'
import { loadConfig } from '../config.ts'
import { openStore } from '../db/store.ts'
import { createLogger } from '../lib/logger.ts'
import { runCli } from './run-cli.ts'

const closeWithinMs = 15_000

await runCli(async () => {
  const config = loadConfig()
  const log = createLogger({ level: config.server.logLevel, personalData: false })
  const store = await openStore(config, log)
  const gateway = await composeGateway({ config, log, databaseUrl: store.url })
  closeWithGrace({ delay: closeWithinMs }, async ({ err, signal }) => {
    if (err) log.fatal({ err, alarm: 'crash' }, 'stopping after an error')
    else log.info({ signal }, 'stopping')
    await gateway.close()
    await store.close()
  })
  await gateway.jobs.runner.start()
  log.info({ component: 'jobs' }, 'working')
})
