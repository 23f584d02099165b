/** docs/alerts.yml as a test reads it, and Debian's promtool, which knows what Prometheus makes of it. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'

export interface AlertRule {
  alert: string
  expr: string
  labels: { severity: 'page' | 'warn' }
  annotations: { summary: string; look: string }
}

/** A series in promtool's notation, for instance `{ series: 'up{job="x"}', values: '0x5 1x30' }`, one value a minute. */
export interface InputSeries {
  series: string
  values: string
}

/** At a time ('40m'), the alert fires once for each set of labels; an empty list: it is silent. */
export interface AlertCheck {
  at: string
  alert: string
  firing: ReadonlyArray<Record<string, string>>
  /** What stands for the value in the summary. */
  value?: string
}

export const alertsPath = join(import.meta.dirname, '../../docs/alerts.yml')

/** The rules that alert, in their order; what is only recorded is left out. */
export function readAlerts(): AlertRule[] {
  const file = parse(readFileSync(alertsPath, 'utf8')) as { groups: Array<{ rules: AlertRule[] }> }
  return file.groups.flatMap((group) => group.rules).filter((rule) => rule.alert !== undefined)
}

/** Whether promtool is here; throws where it must be. */
export const promtoolAvailable = isInstalled()
if (process.env.REQUIRE_PROMTOOL === '1' && !promtoolAvailable)
  throw new Error('REQUIRE_PROMTOOL=1, but there is no promtool on the PATH (Debian: prometheus)')

function isInstalled(): boolean {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Runs promtool. Out: its exit code and everything it said. */
export function promtool(...args: string[]): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' })
  return { code: status, output: `${stdout}${stderr}` }
}

/** `promtool test rules` on docs/alerts.yml with these series; each entry of `scenes` has series of its own. */
export function testRules(scenes: ReadonlyArray<{ input: InputSeries[]; checks: AlertCheck[] }>) {
  const rules = new Map(readAlerts().map((rule) => [rule.alert, rule]))
  const folder = mkdtempSync(join(tmpdir(), 'alerts-'))
  try {
    const file = join(folder, 'alerts.test.yml')
    const tests = scenes.map(({ input, checks }) => ({
      interval: '1m',
      input_series: input,
      alert_rule_test: checks.map(({ at, alert, firing, value = '' }) => {
        const rule = rules.get(alert)
        if (!rule) throw new Error(`docs/alerts.yml has no rule ${alert}`)
        const { severity } = rule.labels
        return {
          eval_time: at,
          alertname: alert,
          exp_alerts: firing.map((labels) => ({
            exp_labels: { severity, ...labels },
            exp_annotations: {
              summary: filled(rule.annotations.summary, labels).replace('{{ $value }}', value),
              look: filled(rule.annotations.look, labels),
            },
          })),
        }
      }),
    }))
    writeFileSync(file, stringify({ rule_files: [alertsPath], evaluation_interval: '1m', tests }))
    return promtool('test', 'rules', file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function filled(text: string, labels: Record<string, string>): string {
  return text.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_all, label: string) => labels[label] ?? '')
}
