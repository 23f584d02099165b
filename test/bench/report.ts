/** What a part of the benchmark hands back, and how it is printed. */
import { cpus, totalmem } from 'node:os'
import type { Stack } from './stack.ts'

export interface Scene {
  stack: Stack
  /** Folder of the built server. */
  dist: string
  /** Shorter rounds and fewer of them. */
  quick: boolean
  say(line: string): void
}

export interface Row {
  what: string
  /** Measured, with its spread where there are several rounds. */
  measured: string
  /** The yardstick's figure of the same run. */
  yardstick?: string
  target?: string
  /** Undefined: printed only. */
  ok?: boolean
  /** Raw numbers for the JSON. */
  numbers: Readonly<Record<string, number | undefined>>
}

export type Part = (scene: Scene) => Promise<Row[]>

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

/** "0.61 (0.58–0.66)": median and range. */
export function spread(values: readonly number[], digits: number): string {
  const text = (value: number) => value.toFixed(digits)
  return `${text(median(values))} (${text(Math.min(...values))}–${text(Math.max(...values))})`
}

/** The machine, by cores and memory. */
export function machine(): string {
  return `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node.split('.')[0]}`
}

/** A Markdown table. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ what, measured, yardstick, target, ok }) => [
    what,
    measured,
    yardstick ?? '',
    target ?? '',
    ok === undefined ? '' : ok ? 'met' : '**missed**',
  ])
  const head = ['what', 'measured', 'yardstick', 'target', '']
  return [head, head.map(() => '---'), ...cells].map((line) => `| ${line.join(' | ')} |`).join('\n')
}
