/** One of our commands as a process of its own, as an operator runs it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface CommandOutcome {
  code: number
  out: string
  err: string
}

/** In: the command's name (a file of src/cli), its arguments, and all of its environment but PATH. Out: how it ended and what it said. */
export async function runCommand(
  name: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandOutcome> {
  const script = fileURLToPath(new URL(`../../src/cli/${name}.ts`, import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    env: { PATH: process.env.PATH, ...environment },
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (text) => (out += String(text)))
  child.stderr.on('data', (text) => (err += String(text)))
  const [code] = (await once(child, 'close')) as [number]
  return { code, out, err }
}
