/**
 * Puts what libraries print into the log. The job library prints a trace when it loses its connection, and one plain line is
 * enough to break a reader of JSON lines. For programs whose output is the log; the texts lose what may be personal.
 */
import { format } from 'node:util'
import type { Logger } from 'pino'
import { redactText } from './redact.ts'

const levels = {
  log: 'info',
  info: 'info',
  debug: 'debug',
  warn: 'warn',
  error: 'error',
  trace: 'warn',
} as const
const characters = 300

type Method = keyof typeof levels

/**
 * From now on console.* writes lines of this log; an error among the arguments is described as the log does it.
 * @param methods fewer than all, for programs that talk to a person through the others
 */
export function logConsole(
  log: Pick<Logger, 'info' | 'debug' | 'warn' | 'error'>,
  methods: readonly Method[] = Object.keys(levels) as Method[],
): void {
  for (const method of methods) {
    const level = levels[method]
    console[method] = (...args: unknown[]) => {
      const err = args.find((arg) => arg instanceof Error)
      const said = redactText(format(...args.filter((arg) => arg !== err)).slice(0, characters))
      log[level](
        { component: 'console', ...(err === undefined ? {} : { err }), said },
        'printed by a library',
      )
    }
  }
}
