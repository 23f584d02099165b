/** Start-up refuses a configuration that would let anybody in. */
import { expect, test } from 'vitest'
import { ConfigError, loadConfig } from '../../src/config.ts'

const base = {
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
