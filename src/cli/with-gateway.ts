/** For programs that need the gateway's parts but neither its port nor its queue: composed, used, closed. */
import { composeGateway, type Gateway } from '../compose.ts'
import { startUp } from '../start-up.ts'

/** Runs work with a composed gateway; what was opened is closed again, whatever happens. */
export async function withGateway<T>(work: (gateway: Gateway) => Promise<T>): Promise<T> {
  const { config, log, databaseUrl, close } = await startUp({ quiet: true })
  try {
    const gateway = await composeGateway({ config, log, databaseUrl })
    try {
      return await work(gateway)
    } finally {
      await gateway.close()
    }
  } finally {
    await close()
  }
}
