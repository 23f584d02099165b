/**
 * The log: JSON lines, without personal data. Fields that could hold some are removed by name, and errors are reduced to
 * type, code, a cleaned message and stack frames: drivers put values and rows into messages and `detail`.
 */
import pino, { type DestinationStream, type Logger } from 'pino'
import { type AlarmName, isAlarmName } from './alarms.ts'
import { redactText } from './redact.ts'

const secretPaths = [
  'authorization',
  'password',
  'apiKey',
  'api_key',
  'secret',
  'token',
  'signature_header',
  'cookie',
]
const personalPaths = [
  'phone',
  'from_number',
  'to_number',
  'email',
  'customer_name',
  'transcript',
  'args',
  'body',
  'payload',
]
const messageMax = 300
const bufferedCharacters = 4_096
const bufferedMs = 100
const framesMax = 8

export interface LoggerOptions {
  level: string
  /** Debug mode: whole payloads may be logged, with personal data. */
  personalData: boolean
  destination?: DestinationStream
}

/** Makes the root logger. */
export function createLogger({ level, personalData, destination }: LoggerOptions): Logger {
  const hidden = personalData ? secretPaths : [...secretPaths, ...personalPaths]
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: hidden.flatMap((path) => [path, `*.${path}`]), censor: '[REDACTED]' },
    serializers: { err: describeError, error: describeError },
  }
  return pino(options, destination ?? bufferedStdout())
}

/** The same log, which also tells of each line that carries an alarm: what must be looked at is then countable. */
export function watchAlarms(log: Logger, onAlarm: (alarm: AlarmName) => void): Logger {
  return log.child(
    {},
    {
      formatters: {
        log(fields: { alarm?: unknown }) {
          if (isAlarmName(fields.alarm)) onAlarm(fields.alarm)
          return fields as Record<string, unknown>
        },
      },
    },
  )
}

/** Lines leave together, at the latest after a moment; pino writes what is left when the process ends or a line is fatal. */
function bufferedStdout(): DestinationStream {
  return pino.destination({ sync: false, minLength: bufferedCharacters, periodicFlush: bufferedMs })
}

/** An error as the log may hold it. */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error))
    return typeof error === 'string' ? redactText(error.slice(0, messageMax)) : typeof error
  const { code, kind, reason } = error as { code?: unknown; kind?: unknown; reason?: unknown }
  const frames = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '))
  return {
    type: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof kind === 'string' ? { kind } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
    message: redactText(error.message.slice(0, messageMax)),
    stack: frames.slice(0, framesMax).join('\n'),
    ...(error.cause === undefined || depth > 2 ? {} : { cause: describeError(error.cause, depth + 1) }),
  }
}
