/**
 * `npm run dev`: the gateway with the demonstration companies and a simulated Cal.com (unless CALCOM_API_KEY names a real one),
 * restarted on every change.
 */
import { startDevelopment } from '../development/development.ts'
import { stayUp } from './stay-up.ts'

await stayUp(async (life) => {
  const development = await startDevelopment({ realCalcom: true })
  life.atEnd(() => development.close())
  const { address, config, simulator, isSimulated } = development
  console.log(
    `Gateway ${address}, Cal.com ${isSimulated ? `${simulator.url} (simulated)` : config.calcom.baseUrl}`,
  )
  const link = await development.showConsole()
  if (link !== null) console.log(`Console ${link}`)
})
