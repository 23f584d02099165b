/**
 * Generates the database client after an install. `prisma generate` needs no engine but its CLI would download one
 * first; naming any executable as the schema engine stops that. Without the CLI (production install) nothing is done:
 * the build has the generated code already.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../node_modules/prisma/build/index.js', import.meta.url))
if (existsSync(cli)) {
  const { status } = spawnSync(process.execPath, [cli, 'generate'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1', ...process.env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  process.exit(status ?? 1)
}
