/** Processes the benchmark starts: each with its own memory, CPU time and end. Knows /proc, so Linux only. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

export const projectFolder = join(import.meta.dirname, '../..')

export interface Child {
  pid: number
  process: ChildProcess
  /** Milliseconds of CPU used so far, user and system. */
  cpuMs(): number
  residentMb(): number
  /** Open file descriptors: sockets, pipes, files. */
  handles(): number
  /** Megabytes of heap in use after a full collection; only for servers started with `probe`. */
  heapMb(): Promise<number>
  /** What it wrote to stdout and stderr, the last 200 lines. */
  output(): string
  stop(): Promise<void>
}

export interface SpawnOptions {
  args: string[]
  env?: Record<string, string>
  /** Lets `heapMb` ask the process. */
  probe?: boolean
}

const clockTicksPerSecond = 100
const stopWithinMs = 20_000

/** Starts a Node process. */
export function spawnNode({ args, env, probe = false }: SpawnOptions): Child {
  const probeArgs = probe ? ['--expose-gc', '--import', join(import.meta.dirname, 'heap-probe.mjs')] : []
  const child = spawn(process.execPath, [...probeArgs, ...args], {
    cwd: projectFolder,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      lines.push(...text.trimEnd().split('\n'))
      lines.splice(0, Math.max(0, lines.length - 200))
    })
  }
  const pid = child.pid!
  return {
    pid,
    process: child,
    cpuMs() {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
      return ((Number(fields[11]) + Number(fields[12])) * 1000) / clockTicksPerSecond
    },
    residentMb: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
    handles: () => readdirSync(`/proc/${pid}/fd`).length,
    async heapMb() {
      child.send('heap')
      const [answer] = (await once(child, 'message')) as [{ heapUsed: number }]
      return answer.heapUsed / 1024 / 1024
    },
    output: () => lines.join('\n'),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      const gone = once(child, 'exit')
      const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs)
      await gone
      clearTimeout(timer)
    },
  }
}

/** Waits until an address answers 200; the milliseconds it took. */
export async function waitFor(url: string, child: Child, withinMs = 30_000): Promise<number> {
  const startedAt = performance.now()
  while (performance.now() - startedAt < withinMs) {
    if (child.process.exitCode !== null) throw new Error(`ended early:\n${child.output()}`)
    const ok = await fetch(url).then(
      (response) => response.arrayBuffer().then(() => response.ok),
      () => false,
    )
    if (ok) return performance.now() - startedAt
    await pause(5)
  }
  throw new Error(`${url} did not answer:\n${child.output()}`)
}
