/** `npm run backup -- --to FILE`: the whole database as one file (pg_dump's custom format), with the owner's login. */
import { parseArgs } from 'node:util'
import { readEnvironment } from '../config.ts'
import { backUp } from '../db/copies.ts'
import { ownersUrl } from './owners-database.ts'
import { runCli, UsageError } from './run-cli.ts'

await runCli(
  async () => {
    const { values } = parseArgs({ options: { to: { type: 'string' } } })
    if (!values.to) throw new UsageError('npm run backup -- --to FILE')
    const { bytes } = await backUp({ url: ownersUrl(), file: values.to, environment: readEnvironment() })
    console.log(
      `${values.to}: ${Math.ceil(bytes / 1024)} kB. It holds personal data and sealed secrets; ENCRYPTION_KEY is not in it: keep that elsewhere.`,
    )
  },
  { exitOnSignal: true },
)
