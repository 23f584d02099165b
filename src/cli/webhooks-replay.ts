/**
 * `npm run webhooks:replay`: gives webhooks that could not be worked on another chance. `-- --list` shows them, `-- --id N`
 * takes one, without either all dead ones are enqueued again (a running gateway or worker then works on them).
 */
import { parseArgs } from 'node:util'
import { runCli, UsageError } from './run-cli.ts'
import { withGateway } from './with-gateway.ts'

const { values } = parseArgs({
  options: { list: { type: 'boolean', default: false }, id: { type: 'string' } },
})

await runCli(() =>
  withGateway(async ({ jobs: { inbox } }) => {
    if (values.list) {
      const entries = await inbox.list()
      for (const { id, receivedAt, eventType, connectionId, status, attempts, lastError } of entries)
        console.log(
          `${id}  ${receivedAt.toISOString()}  ${eventType}  ${connectionId}  ${status} after ${attempts}  ${lastError ?? ''}`,
        )
      console.log(`${entries.length} event(s) could not be worked on.`)
      return
    }
    if (values.id !== undefined && !/^\d+$/.test(values.id))
      throw new UsageError('--id is a number, see --list')
    const count = await inbox.replay(values.id === undefined ? 'dead' : { id: BigInt(values.id) })
    console.log(`${count} event(s) enqueued again.`)
    if (values.id !== undefined && count === 0) process.exitCode = 1
  }),
)
