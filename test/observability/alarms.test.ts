/** The list of alarms, the code that raises them and the rules that page for them say the same. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type AlarmName, alarmNames, alarms } from '../../src/lib/alarms.ts'
import { watchAlarms } from '../../src/lib/logger.ts'
import { alertsPath, readAlerts } from '../helpers/alerts.ts'
import { testLog } from '../helpers/log.ts'

const src = join(import.meta.dirname, '../../src')
/** Nobody is woken for these; docs/alerts.yml says why. */
const leftOut: readonly AlarmName[] = ['crash', 'unknown_address']

const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.startsWith(join('db', 'generated')))
  .filter((path) => path !== join('lib', 'alarms.ts'))
  .map((path) => ({ path, text: readFileSync(join(src, path), 'utf8') }))

/** The names among `candidates` that an expression's matchers on the label `alarm` let pass. */
function selected(expression: string, candidates: readonly string[]): string[] {
  const matchers = [...expression.matchAll(/alarm(=~|!~|!=|=)"([^"]*)"/g)]
  if (matchers.length === 0) return []
  return candidates.filter((name) =>
    matchers.every(([, operator = '', pattern = '']) => {
      const fits = operator.endsWith('~') ? new RegExp(`^(?:${pattern})$`).test(name) : pattern === name
      return operator.startsWith('!') ? !fits : fits
    }),
  )
}

test('an alarm without a listed name does not compile, and is not counted', () => {
  const { log, lines } = testLog()
  const counted: string[] = []
  const watched = watchAlarms(log, (alarm) => counted.push(alarm))
  // @ts-expect-error no such alarm
  watched.error({ alarm: 'no_such_alarm' }, 'a name that is not listed')
  // @ts-expect-error an alarm has a name
  watched.warn({ alarm: true }, 'no name')
  // @ts-expect-error any text is not a name
  log.info({ alarm: String(lines.length) }, 'a name made up at run time')
  watched.error({ alarm: 'booking_refused', companyId: 1 }, 'a listed one')
  expect(counted).toEqual(['booking_refused'])
  expect(lines).toHaveLength(4)
})

test('every alarm in the code is listed, and every listed one is raised somewhere', () => {
  const named = sources.flatMap(({ path, text }) =>
    [...text.matchAll(/\balarm: ('[^']*'|true|[^,}\n]*\bas\b[^,}\n]*)/g)].map(([, value = '']) => ({
      path,
      value,
    })),
  )
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter(({ value }) => !(value.slice(1, -1) in alarms))).toEqual([])
  const everything = sources.map(({ text }) => text).join('\n')
  expect(alarmNames.filter((name) => !everything.includes(`'${name}'`))).toEqual([])
})

test('every alarm has its rule in docs/alerts.yml, or is deliberately left out; no rule asks for one that is not', () => {
  const rules = readAlerts()
  const watching = (name: string) =>
    rules.filter(({ expr }) => selected(expr, [name]).length > 0).map(({ alert }) => alert)
  const unwatched = alarmNames.filter((name) => watching(name).length === 0)
  expect(unwatched).toEqual(leftOut)
  const twice = alarmNames.filter((name) => watching(name).length > 1)
  expect(twice, 'with a rule of its own it is an exception of GatewayAlarm').toEqual([])
  // What a later version names is not lost on rules of today.
  expect(watching('alarm_of_tomorrow')).toEqual(['GatewayAlarm'])
  const asked = [...readFileSync(alertsPath, 'utf8').matchAll(/alarm[=!]~?"([^"]*)"/g)].flatMap(
    ([, names = '']) => names.split('|'),
  )
  expect(asked.filter((name) => !(name in alarms))).toEqual([])
})

test('what an alarm means is said in a sentence', () => {
  expect(Object.entries(alarms).filter(([, meaning]) => !/^[A-Z].{15,}\.?$/.test(meaning))).toEqual([])
})
