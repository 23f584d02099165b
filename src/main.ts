/** The gateway: load the configuration, compose, listen, and when told to stop finish what is under way before leaving. */
import { stayUp } from './cli/stay-up.ts'
import { composeGateway } from './compose.ts'
import { requireReleased } from './db/copies.ts'
import { startUp } from './start-up.ts'

await stayUp(async (life) => {
  const { config, log, databaseUrl, close } = await startUp({ tell: life.tell, consoleTo: 'all' })
  life.atEnd(close)
  const gateway = await composeGateway({ config, log, databaseUrl })
  life.atEnd(() => gateway.close())
  await requireReleased(databaseUrl)
  await gateway.listen()
})
