/** Dashboard and alerts may only ask for what the gateway tells: a misspelt metric is an alert that never fires. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { GatewayMetrics } from '../../src/lib/metrics.ts'

const docs = join(import.meta.dirname, '../../docs')

/** Metric names with their label names, as a scrape would list them. */
async function known(): Promise<Map<string, Set<string>>> {
  const metrics = new GatewayMetrics()
  const names = new Map<string, Set<string>>()
  for (const metric of await metrics.registry.getMetricsAsJSON()) {
    const labels = new Set(labelsOf(metrics.registry.getSingleMetric(metric.name)))
    for (const suffix of ['', '_bucket', '_sum', '_count']) names.set(metric.name + suffix, labels)
  }
  return names
}

function labelsOf(metric: unknown): string[] {
  return (metric as { labelNames?: string[] }).labelNames ?? []
}

/** Metrics with their filters; what is written for people does not count. */
function expressionsOf(text: string): string[] {
  const queries = text.split('\n').filter((line) => !/^\s*(?:summary|look|#)/.test(line))
  return [...queries.join('\n').matchAll(/\b(?:gateway|nodejs|process)_[a-z0-9_]+(?:\{[^}]*\})?/g)].map(
    ([found]) => found,
  )
}

test.each(['alerts.yml', 'grafana-dashboard.json'])(
  '%s asks for metrics and labels that exist',
  async (file) => {
    const metrics = await known()
    const expressions = expressionsOf(readFileSync(join(docs, file), 'utf8').replaceAll('\\"', '"'))
    expect(expressions.length).toBeGreaterThan(15)
    const wrong = expressions.filter((expression) => {
      const [, name = '', filters = ''] = /^([a-z0-9_]+)(?:\{(.*)\})?$/.exec(expression) ?? []
      const labels = metrics.get(name)
      if (!labels) return true
      const asked = [...filters.matchAll(/([a-z_]+)=/g)].map(([, label]) => label!)
      return asked.some((label) => !labels.has(label) && label !== 'job')
    })
    expect(wrong).toEqual([])
  },
)

test('every metric of ours is in the dashboard or in an alert', async () => {
  const texts = ['alerts.yml', 'grafana-dashboard.json']
    .map((file) => readFileSync(join(docs, file), 'utf8'))
    .join()
  const metrics = await new GatewayMetrics().registry.getMetricsAsJSON()
  const unseen = metrics
    .map(({ name }) => name)
    .filter((name) => name.startsWith('gateway_') && !texts.includes(name))
  // Half of a ratio that is shown, successes, and how long jobs take: for questions, not for watching.
  expect(unseen.sort()).toEqual([
    'gateway_calls_booked',
    'gateway_http_responses_total',
    'gateway_job_duration_seconds',
  ])
})
