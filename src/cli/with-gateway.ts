/** For programs that need the gateway's parts but neither its port nor its queue: composed, used, closed. */
import { composeGateway, type Gateway } from '../compose.ts'
import { loadConfig } from '../config.ts'
import { openStore } from '../db/store.ts'
import { createLogger } from '../lib/logger.ts'

/** Runs work with a composed gateway; what was opened is closed again, whatever happens. */
export async function withGateway<T>(work: (gateway: Gateway) => Promise<T>): Promise<T> {
  const config = loadConfig()
  const log = createLogger({
    level: config.server.logLevel === 'info' ? 'error' : config.server.logLevel,
    personalData: false,
  })
  const store = await openStore(config, log)
  try {
    const gateway = await composeGateway({ config, log, databaseUrl: store.url })
    try {
      return await work(gateway)
    } finally {
      await gateway.close()
    }
  } finally {
    await store.close()
  }
}
