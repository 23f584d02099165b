/** `npm run services:import`: Cal.com's event types become services now, for all companies or (`-- --company N`) one. */
import { parseArgs } from 'node:util'
import { notOfferedBecause } from '../calcom/kinds.ts'
import { ImportRefused } from '../services/sync/event-types.ts'
import { runCli } from './run-cli.ts'
import { withGateway } from './with-gateway.ts'

const { values } = parseArgs({ options: { company: { type: 'string' } } })

await runCli(() =>
  withGateway(async ({ jobs }) => {
    for (const { id } of await jobs.owners.loadCompanies()) {
      if (values.company !== undefined && id !== Number(values.company)) continue
      try {
        const { created, updated, deactivated, returned, notOffered } = await jobs.eventTypes.runCompany(id)
        console.log(
          `Company ${id}: ${created} new, ${updated} changed, ${deactivated} switched off, ${returned} back again`,
        )
        for (const { eventTypeId, title, reason } of notOffered)
          console.log(
            `Company ${id}: not offered to callers: ${title} (${eventTypeId}), ${notOfferedBecause[reason]}`,
          )
      } catch (error) {
        process.exitCode = 1
        const problem =
          error instanceof ImportRefused || error instanceof Error ? error.message : String(error)
        console.error(`Company ${id}: nothing was changed. ${problem}`)
      }
    }
  }),
)
