/** The gateway: load the configuration, compose, listen, and when told to stop finish what is under way before leaving. */
import { stayUp } from './cli/stay-up.ts'
import { composeGateway } from './compose.ts'
import { loadConfig } from './config.ts'
import { openStore } from './db/store.ts'
import { logConsole } from './lib/log-console.ts'
import { createLogger } from './lib/logger.ts'

await stayUp(async (life) => {
  const config = loadConfig()
  const log = createLogger({ level: config.server.logLevel, personalData: config.retell.debugWebhooks })
  life.tell(log)
  logConsole(log)
  const store = await openStore(config, log)
  life.atEnd(() => store.close())
  const gateway = await composeGateway({ config, log, databaseUrl: store.url })
  life.atEnd(() => gateway.close())
  await gateway.listen()
})
