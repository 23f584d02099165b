/** After the calls: no more faults, wait until the gateway's own jobs have settled everything, then its own comparison. */
import { setTimeout as pause } from 'node:timers/promises'
import type { StandIn } from './calcom.ts'
import type { GatewayProcess } from './gateway-process.ts'
import { loadRows } from './judge.ts'

/** The gateway's own jobs run at least once a minute. */
const settledWithinMs = 120_000
const finallyWithinMs = 20_000
const comparisonsMax = 3

/** Resolves with what happened, in words. */
export async function settle(standIn: StandIn, gateway: GatewayProcess): Promise<string> {
  const began = Date.now()
  standIn.faults.active = false
  await standIn.webhooks.settled()
  const jobs = await waitForJobs(gateway, settledWithinMs)
  const told: string[] = []
  for (let run = 1; run <= comparisonsMax; run += 1) {
    const { code, text } = await gateway.command('reconcile')
    told.push(`reconcile ${run}: exit ${code}: ${lastLines(text)}`)
    if (code === 0) break
  }
  await waitForJobs(gateway, finallyWithinMs)
  return [`quiet after ${Math.round((Date.now() - began) / 1000)} s: ${jobs}`, ...told].join('\n')
}

async function waitForJobs({ databaseUrl }: GatewayProcess, withinMs: number): Promise<string> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const { openAttempts, openWebhooks, appointments } = await loadRows(databaseUrl)
    const waiting = openWebhooks.filter(({ status }) => status === 'received')
    const unsynced = appointments.filter(({ sync_state }) => sync_state !== 'in_sync')
    const left = openAttempts.length + waiting.length + unsynced.length
    if (left === 0) return 'nothing open'
    if (Date.now() > deadline)
      return `still open: ${openAttempts.length} attempts, ${waiting.length} webhooks, ${unsynced.length} appointments`
    await pause(1_000)
  }
}

function lastLines(text: string): string {
  return text
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('{'))
    .slice(-12)
    .join(' / ')
}
