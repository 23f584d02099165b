/** Starts the embedded PostgreSQL of a folder and waits to be killed: the other process of embedded.test.ts. */
import { startEmbeddedPostgres } from '../../src/development/embedded.ts'

const { url } = await startEmbeddedPostgres({
  dataDir: process.argv[2]!,
  log: () => {},
  settings: { fsync: 'off' },
})
process.send?.(url)
process.on('message', () => process.exit(0))
