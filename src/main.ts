/** The gateway: load the configuration, compose, listen, and on a signal finish what is under way before leaving. */
import closeWithGrace from 'close-with-grace'
import { runCli } from './cli/run-cli.ts'
import { composeGateway } from './compose.ts'
import { loadConfig } from './config.ts'
import { openStore } from './db/store.ts'
import { createLogger } from './lib/logger.ts'

const closeWithinMs = 15_000

await runCli(async () => {
  const config = loadConfig()
  const log = createLogger({ level: config.server.logLevel, personalData: config.retell.debugWebhooks })
  const store = await openStore(config, log)
  const gateway = await composeGateway({ config, log, databaseUrl: store.url })
  closeWithGrace({ delay: closeWithinMs }, async ({ err, signal }) => {
    if (err) log.fatal({ err, alarm: 'crash' }, 'stopping after an error')
    else log.info({ signal }, 'stopping')
    await gateway.close()
    await store.close()
  })
  await gateway.listen()
})
