/** The gateway's processes: started, told the time, killed without warning, and a balancer in front of those that live. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { freePort } from '../helpers/redis.ts'

export interface ServerOptions {
  role: 'gateway' | 'worker'
  environment: Record<string, string>
  sabotage: string
  /** Open file for stdout and stderr. */
  logFile: number
}

const entry = fileURLToPath(new URL('./server.ts', import.meta.url))
const readyWithinMs = 60_000

/** One process at one port; a killed one comes back at the same. */
export class ServerProcess {
  readonly #options: ServerOptions
  #child: ChildProcess | undefined
  port = 0
  kills = 0

  constructor(options: ServerOptions) {
    this.#options = options
  }

  get alive(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Resolves when it listens or works. */
  async start(offsetMs: number): Promise<void> {
    const { role, environment, sabotage, logFile } = this.#options
    this.port ||= await freePort()
    const child = fork(entry, [role, String(offsetMs), sabotage], {
      execArgv: ['--import', 'tsx'],
      env: { PATH: process.env.PATH, ...environment, HOST: '127.0.0.1', PORT: String(this.port) },
      stdio: ['ignore', logFile, logFile, 'ipc'],
    })
    this.#child = child
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${role} was not ready in time`)), readyWithinMs)
      child.on('message', (message: { ready?: boolean }) => {
        if (!message.ready) return
        clearTimeout(timer)
        resolve()
      })
      child.once('exit', (code) => {
        clearTimeout(timer)
        reject(new Error(`${role} ended with ${code} before it was ready`))
      })
    })
  }

  /** kill -9: nothing is flushed, no connection is said goodbye to. */
  async kill(): Promise<void> {
    if (!this.alive) return
    this.kills += 1
    const gone = once(this.#child!, 'exit')
    this.#child!.kill('SIGKILL')
    await gone
  }

  async setOffset(offsetMs: number): Promise<void> {
    const child = this.#child
    if (!this.alive || !child?.connected) return
    const heard = new AbortController()
    const { signal } = heard
    const moved = Promise.race([once(child, 'message', { signal }), once(child, 'exit', { signal })])
    child.send({ offsetMs })
    await moved
    heard.abort()
  }
}

/** Passes TCP connections to a process that lives, as a balancer does. */
export async function startBalancer(
  servers: readonly ServerProcess[],
): Promise<{ port: number; server: Server }> {
  let turn = 0
  const sockets = new Set<Socket>()
  const server = createServer((inbound) => {
    sockets.add(inbound)
    inbound.on('close', () => sockets.delete(inbound))
    inbound.on('error', () => inbound.destroy())
    const alive = servers.filter((candidate) => candidate.alive)
    turn += 1
    const chosen = alive[turn % Math.max(1, alive.length)]
    if (!chosen) return inbound.resetAndDestroy()
    const outbound = connect(chosen.port, '127.0.0.1')
    outbound.on('error', () => inbound.resetAndDestroy())
    outbound.on('close', () => inbound.destroy())
    inbound.on('close', () => outbound.destroy())
    inbound.pipe(outbound).pipe(inbound)
  })
  server.on('close', () => {
    for (const socket of sockets) socket.destroy()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, server }
}
