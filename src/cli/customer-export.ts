/** `npm run -s customer:export -- --company N --phone +49… | --id N`: prints as JSON everything held about a person. */
import { readPersonKey, withPersonalData } from './person.ts'
import { runCli } from './run-cli.ts'

await runCli(async () => {
  const key = readPersonKey()
  await withPersonalData(async (data) => {
    const rows = await data.export(key)
    if (rows === null) {
      console.error('Nobody was found.')
      process.exitCode = 1
      return
    }
    const plain = (_key: string, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)
    console.log(JSON.stringify(rows, plain, 2))
  })
})
