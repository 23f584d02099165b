/** What is deployed: start-up refuses a configuration that would let anybody in, the container has no rights, packages are pinned. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ConfigError, loadConfig } from '../../src/config.ts'

const base = {
  PUBLIC_URL: 'https://gateway.example',
  DATABASE_URL: 'postgresql://gateway@localhost/gateway',
  CALCOM_API_KEY: 'cal_x',
  CALCOM_WEBHOOK_SECRET: 'x',
  RETELLAI_API_KEY: 'key_x',
}
const problems = (environment: Record<string, string>) => {
  try {
    loadConfig({ ...base, ...environment })
    return []
  } catch (error) {
    return error instanceof ConfigError ? error.problems.map((line) => line.split(':')[0]) : [String(error)]
  }
}

test('production does not start with function calls neither signed nor restricted to addresses, nor with empty secrets', () => {
  expect(problems({})).toEqual([])
  expect(problems({ RETELLAI_FUNCTION_AUTH: 'throttle' })).toEqual(['RETELLAI_ALLOWED_IPS'])
  expect(problems({ RETELLAI_FUNCTION_AUTH: 'throttle', RETELLAI_ALLOWED_IPS: '100.20.5.228' })).toEqual([])
  for (const empty of ['', ' ', 'null'])
    expect(problems({ RETELLAI_API_KEY: empty, CALCOM_WEBHOOK_SECRET: empty })).toEqual([
      'RETELLAI_API_KEY',
      'CALCOM_WEBHOOK_SECRET',
    ])
  expect(problems({ RETELLAI_FUNCTION_AUTH: 'throttle', RETELLAI_ALLOWED_IPS: '0.0.0.0/0' })).toEqual([
    'RETELLAI_ALLOWED_IPS',
  ])
  expect(problems({ RETELLAI_ALLOWED_IPS: '100.20.5.228/33' })).toEqual(['RETELLAI_ALLOWED_IPS'])
  expect(problems({ TRUSTED_PROXIES: 'everything' })).toEqual(['TRUSTED_PROXIES'])
})

const root = join(import.meta.dirname, '../..')

test('the container runs without rights, on a root it cannot write, and says whether it is well', () => {
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8')
  expect(dockerfile.trim().split('\nFROM ').at(-1)).toMatch(/\nUSER node\n/)
  expect(dockerfile).toMatch(/\nHEALTHCHECK .*\n.*\/livez/)
  const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8')
  for (const line of ['read_only: true', 'cap_drop: [ALL]', 'no-new-privileges:true'])
    expect(compose).toContain(line)
})

test('every package of the lock file is pinned by its content', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { integrity?: string; inBundle?: boolean }>
  }
  const loose = Object.entries(packages).filter(
    ([name, { integrity, inBundle }]) => name !== '' && !inBundle && !integrity?.startsWith('sha512-'),
  )
  expect(loose.map(([name]) => name)).toEqual([])
})
