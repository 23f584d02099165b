/**
 * What is shipped for running the gateway elsewhere: the compose file, TLS in front, service units, Prometheus. Held against our own
 * configuration here, and against the programs that read it where they are installed (REQUIRE_DEPLOY_TOOLS=1: they must be).
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { Env } from '../../src/config.ts'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

interface Service {
  profiles?: string[]
  environment?: Record<string, string>
  ports?: string[]
  mem_limit?: string
  stop_grace_period?: string
  logging?: unknown
  healthcheck?: { test?: string[]; disable?: boolean }
}
const services = (parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> })
  .services

let scratch: string
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'gateway-deploy-'))
})
afterAll(() => rmSync(scratch, { recursive: true }))

function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`], { env: path }).status === 0
}
/** Debian keeps nginx where only root's PATH leads. */
const path = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }

/** Runs a program on a file of ours; what it said when it refused, else nothing. */
function complaintOf(
  program: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    env: { ...path, ...environment },
    encoding: 'utf8',
  })
  return status === 0 ? '' : `${stdout}${stderr}` || `ended with ${status}`
}

describe('the compose file', () => {
  test('every variable of the configuration reaches the container, except those of a developer', () => {
    const ofDevelopersOrTheGuide =
      /^(DB_|REDIS_(HOST|PORT|PASSWORD|DB)$|DATA_DIR$|DATABASE_MIGRATION_URL$|WORKER_ALIVE_FILE$)/
    const expected = Object.keys(Env.shape).filter((name) => !ofDevelopersOrTheGuide.test(name))
    expect(Object.keys(services.gateway?.environment ?? {}).sort()).toEqual(expected.sort())
    expect(services.migrate?.environment).toHaveProperty('DATABASE_MIGRATION_URL')
    expect(services.worker?.environment).toHaveProperty('WORKER_ALIVE_FILE')
  })

  test('only the proxy is open to the world; everything has limits of memory, log and time to end', () => {
    for (const [name, service] of Object.entries(services)) {
      expect(service.profiles, name).toHaveLength(1)
      expect(service.mem_limit, name).toBeDefined()
      expect(service.logging, name).toBeDefined()
      if (name === 'caddy') continue
      for (const port of service.ports ?? []) expect(port, name).toMatch(/^127\.0\.0\.1:/)
    }
    for (const name of ['gateway', 'worker', 'local'])
      expect(Number.parseInt(services[name]?.stop_grace_period ?? '0', 10), name).toBeGreaterThan(15)
    expect(services.worker?.healthcheck?.test?.join(' ')).toContain('/tmp/worker-alive')
  })

  test('no password has a default, and mail goes nowhere unless told', () => {
    for (const [, name, preset] of read('docker-compose.yml').matchAll(/\$\{(\w+):?-([^}]*)\}/g))
      if (/PASSWORD|KEY|SECRET|TOKEN|SMTP/.test(String(name))) expect(preset, name).toBe('')
  })

  test('what the host has built or generated stays out of the image', () => {
    const ignored = read('.dockerignore').split('\n')
    for (const path of ['node_modules', 'dist', 'src/db/generated', '.env', '.data'])
      expect(ignored).toContain(path)
  })
})

describe('each file as the program that reads it sees it', () => {
  const isRequired = process.env.REQUIRE_DEPLOY_TOOLS === '1'
  const withProgram = (program: string) => test.skipIf(!isRequired && !isInstalled(program))

  /** A copy with what only the machine it is for has replaced by what is here. */
  function adapted(file: string, replacements: Record<string, string>): string {
    let text = read(file)
    for (const [there, here] of Object.entries(replacements)) {
      expect(text, file).toContain(there)
      text = text.replaceAll(there, here)
    }
    const copy = join(scratch, basename(file))
    writeFileSync(copy, text)
    return copy
  }

  withProgram('docker-compose')('docker-compose: every profile', () => {
    for (const profile of ['production', 'local', 'mail', 'monitoring'])
      expect(complaintOf('docker-compose', ['--profile', profile, 'config', '-q'])).toBe('')
  })

  withProgram('caddy')('caddy', () => {
    const environment = { PUBLIC_URL: 'https://gateway.example', HOME: scratch }
    const args = ['validate', '--config', 'deploy/Caddyfile', '--adapter', 'caddyfile']
    expect(complaintOf('caddy', args, environment)).toBe('')
  })

  withProgram('nginx')('nginx', () => {
    const key = join(scratch, 'key.pem')
    const certificate = join(scratch, 'fullchain.pem')
    const made = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '1',
      '-subj',
      '/CN=gateway.example',
    ]
    expect(complaintOf('openssl', [...made, '-keyout', key, '-out', certificate])).toBe('')
    const site = adapted('deploy/nginx.conf', {
      '/etc/ssl/gateway/fullchain.pem': certificate,
      '/etc/ssl/gateway/key.pem': key,
    })
    const whole = join(scratch, 'whole.conf')
    writeFileSync(
      whole,
      `pid ${scratch}/nginx.pid; error_log ${scratch}/error.log; events {} http { access_log off; include ${site}; }`,
    )
    expect(complaintOf('nginx', ['-t', '-q', '-p', scratch, '-c', whole])).toBe('')
  })

  withProgram('systemd-analyze')('systemd', () => {
    for (const unit of readdirSync(join(root, 'deploy/systemd'))) {
      const copy = adapted(`deploy/systemd/${unit}`, { '/usr/bin/node': process.execPath })
      expect(complaintOf('systemd-analyze', ['verify', '--man=no', copy])).toBe('')
    }
  })

  withProgram('promtool')('prometheus', () => {
    copyFileSync(join(root, 'docs/alerts.yml'), join(scratch, 'alerts.yml'))
    const token = join(scratch, 'token')
    writeFileSync(token, 'secret')
    const config = adapted('deploy/prometheus.yml', { '/tmp/metrics-token': token })
    expect(complaintOf('promtool', ['check', 'config', config])).toBe('')
  })
})

test("Grafana's files lead to our dashboard", () => {
  const { providers } = parse(read('deploy/grafana/dashboards.yml')) as {
    providers: Array<{ options: { path: string } }>
  }
  expect(read('docker-compose.yml')).toContain(
    `./docs/grafana-dashboard.json:${providers[0]?.options.path}/gateway.json:ro`,
  )
  const { datasources } = parse(read('deploy/grafana/datasources.yml')) as {
    datasources: Array<{ url: string }>
  }
  expect(datasources[0]?.url).toBe('http://prometheus:9090')
  expect(JSON.parse(read('docs/grafana-dashboard.json'))).toHaveProperty('panels')
})
