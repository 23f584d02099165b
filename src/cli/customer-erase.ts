/** `npm run customer:erase -- --company N --phone +49… | --email … | --id N --why TEXT`: erases a person; prints what was done and what is left. */
import type { VendorOutcome } from '../services/privacy/vendors.ts'
import { readPersonKey, tellingReason, withPersonalData } from './person.ts'
import { runCli } from './run-cli.ts'

const said: Record<string, string> = {
  deleted: 'deleted',
  unknown: 'was not there any more',
  not_there: 'was not there any more',
  delete_by_hand: 'Cal.com’s API deletes no booking: please delete it there by hand',
  no_retell_key: 'no key for Retell’s API is configured: please delete it there by hand',
}

await runCli(async () => {
  const { key, asker } = readPersonKey()
  await withPersonalData(async (data) => {
    const outcome = await data.erase(key, asker)
    if (outcome.kind !== 'erased') process.exitCode = 1
    if (outcome.kind === 'nobody') console.error('Nobody was found.')
    if (outcome.kind === 'telling_reason') console.error(tellingReason)
    if (outcome.kind === 'upcoming')
      console.error(
        `Nothing was erased: appointments ${outcome.appointmentIds.join(', ')} are still to come. Cancel them first.`,
      )
    if (outcome.kind !== 'erased') return
    console.log('Erased, rows per table:')
    for (const [table, count] of Object.entries(outcome.counts)) console.log(`  ${table}: ${count}`)
    if (!outcome.cacheForgotten)
      console.log('Redis did not answer: what it remembers of calls ends by itself within four hours.')
    report('Calls at Retell:', outcome.vendors, 'call')
    report('Bookings at Cal.com:', outcome.vendors, 'booking')
  })
})

function report(title: string, outcomes: readonly VendorOutcome[], kind: VendorOutcome['kind']): void {
  const about = outcomes.filter((one) => one.kind === kind)
  if (about.length === 0) return
  console.log(title)
  for (const { key, state, answer } of about) {
    const word = {
      done: 'done',
      refused: 'refused',
      not_possible: 'not possible',
      pending: 'not yet',
      none: 'not asked',
    }[state]
    const why = said[answer ?? ''] ?? `the answer was ${answer}`
    console.log(`  ${key}  ${word}: ${why}${state === 'pending' ? '; it is asked again by itself' : ''}`)
  }
}
