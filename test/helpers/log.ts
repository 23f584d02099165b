/** A logger that keeps what it is told, as one line of JSON each. */
import pino from 'pino'

export function testLog() {
  const lines: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) })
  return { log, lines }
}
