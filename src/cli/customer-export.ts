/** `npm run -s customer:export -- --company N --phone +49… | --email … | --id N --why TEXT`: prints as JSON everything held about a person. */
import { readPersonKey, tellingReason, withPersonalData } from './person.ts'
import { runCli } from './run-cli.ts'

await runCli(async () => {
  const { key, asker } = readPersonKey()
  await withPersonalData(async (data) => {
    const rows = await data.export(key, asker)
    if (rows === null || rows === 'telling_reason') {
      console.error(rows === null ? 'Nobody was found.' : tellingReason)
      process.exitCode = 1
      return
    }
    const plain = (_key: string, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)
    console.log(JSON.stringify(rows, plain, 2))
  })
})
