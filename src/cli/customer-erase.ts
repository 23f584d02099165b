/** `npm run customer:erase -- --company N --phone +49… | --id N`: erases a person and prints what was done and what is left. */
import { readPersonKey, withPersonalData } from './person.ts'
import { runCli } from './run-cli.ts'

await runCli(async () => {
  const key = readPersonKey()
  await withPersonalData(async (data) => {
    const outcome = await data.erase(key)
    if (outcome.kind !== 'erased') process.exitCode = 1
    if (outcome.kind === 'nobody') console.error('Nobody was found.')
    if (outcome.kind === 'upcoming')
      console.error(
        `Nothing was erased: appointments ${outcome.appointmentIds.join(', ')} are still to come. Cancel them first.`,
      )
    if (outcome.kind !== 'erased') return
    console.log('Erased, rows per table:')
    for (const [table, count] of Object.entries(outcome.counts)) console.log(`  ${table}: ${count}`)
    if (outcome.calcomUids.length === 0) return
    console.log(
      'Cal.com still holds name, email and number in these bookings; its API can neither change nor',
    )
    console.log('delete them, so please delete them there by hand:')
    for (const uid of outcome.calcomUids) console.log(`  ${uid}`)
  })
})
