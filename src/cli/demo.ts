/**
 * `npm run demo`: everything the gateway needs, started on this machine, and one whole phone call played through its HTTP
 * interface. `-- --exit` stops after the call (exit code 0 only if it booked), `-- --port N` chooses the port.
 * PostgreSQL is the embedded one unless DATABASE_URL is set, the cache in-process unless REDIS_URL is, Cal.com simulated.
 */
import { createServer } from 'node:net'
import { parseArgs } from 'node:util'
import { startDevelopment } from '../development/development.ts'
import { playCall } from './demo-call.ts'
import { stayUp } from './stay-up.ts'

const usualPort = 3000

await stayUp(async (life) => {
  const { values } = parseArgs({
    options: { exit: { type: 'boolean', default: false }, port: { type: 'string' } },
  })
  const development = await startDevelopment({
    // The demo shows what happens, not how fast this machine is: nothing is given up on a slow one.
    defaults: {
      PORT: String((await isFree(usualPort)) ? usualPort : 0),
      READ_DEADLINE_MS: '10000',
      ANSWER_WITHIN_MS: '15000',
      START_BOOKING_DEADLINE_MS: '10000',
      WRITE_DEADLINE_MS: '15000',
      SHED_ABOVE_DELAY_MS: '0',
    },
    // The call is played from here, for the first demonstration company.
    fixed: {
      RETELLAI_TEST_MODE_COMPANY_ID: '1',
      RETELLAI_ALLOWED_IPS: undefined,
      ...(values.port === undefined ? {} : { PORT: values.port }),
    },
    realCalcom: false,
  })
  life.atEnd(() => development.close())
  const { address, config, databaseUrl, simulator } = development
  console.log(`Gateway    ${address}`)
  console.log(`Cal.com    ${simulator.url} (simulated)`)
  console.log(
    `PostgreSQL ${config.database.url === null ? `embedded, data in ${config.database.dataDir}/` : 'the one of DATABASE_URL'}`,
  )
  console.log(`Cache      ${config.redis.url === null ? 'in this process' : 'Redis'}\n`)
  const apiKey = config.retell.apiKeys[0] ?? ''
  const booked = await playCall({ address, apiKey, now: () => new Date(), databaseUrl, simulator })
  if (values.exit) await life.end(booked ? 0 : 1)
  const link = await development.showConsole()
  if (link !== null) console.log(`\nWhat the salon sees (signs in once): ${link}`)
  console.log('\nThe gateway stays up; Ctrl-C ends it. Ask it something:')
  console.log(
    `  curl -s ${address}/api/retell/check-availability -H 'content-type: application/json' -d '{"date":"morgen","service":"Herrenhaarschnitt"}'`,
  )
})

/** Whether nobody listens at a port of this machine yet. */
async function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
