/**
 * `npm run demo`: everything the gateway needs, started on this machine, and one whole phone call played through its HTTP
 * interface. `-- --exit` stops after the call (exit code 0 only if it booked), `-- --port N` chooses the port.
 * PostgreSQL is the embedded one unless DATABASE_URL is set, the cache in-process unless REDIS_URL is, Cal.com simulated.
 */
import { parseArgs } from 'node:util'
import { playCall } from './demo-call.ts'
import { startDevelopment } from './development.ts'
import { runCli } from './run-cli.ts'

await runCli(async () => {
  const { values } = parseArgs({
    options: { exit: { type: 'boolean', default: false }, port: { type: 'string', default: '3000' } },
  })
  const stopped = new Promise<void>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve())
  })
  // The demo shows what happens, not how fast this machine is: nothing is given up on a slow one.
  const development = await startDevelopment({
    PORT: values.port,
    READ_DEADLINE_MS: '10000',
    ANSWER_WITHIN_MS: '15000',
    START_BOOKING_DEADLINE_MS: '10000',
    WRITE_DEADLINE_MS: '15000',
    SHED_ABOVE_DELAY_MS: '0',
  })
  try {
    const { address, config, databaseUrl, simulator } = development
    console.log(`Gateway    ${address}`)
    console.log(`Cal.com    ${simulator.url} (simulated)`)
    console.log(
      `PostgreSQL ${config.database.url === null ? 'embedded, data in .data/' : 'the one of DATABASE_URL'}`,
    )
    console.log(`Cache      ${config.redis.url === null ? 'in this process' : 'Redis'}\n`)
    const apiKey = config.retell.apiKeys[0] ?? ''
    const booked = await playCall({ address, apiKey, now: () => new Date(), databaseUrl, simulator })
    if (values.exit) {
      process.exitCode = booked ? 0 : 1
      return
    }
    console.log('\nThe gateway stays up; Ctrl-C ends it. Ask it something:')
    console.log(
      `  curl -s ${address}/api/retell/check-availability -H 'content-type: application/json' -d '{"date":"morgen","service":"Herrenhaarschnitt"}'`,
    )
    await stopped
  } finally {
    await development.close()
  }
})
