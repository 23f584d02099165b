/** Every variable with a value that cannot be: one sentence that begins with its name, and nothing of the value in it. */
import { describe, expect, test } from 'vitest'
import { Env } from '../src/config.ts'
import { problemsOf, productionEnvironment } from './helpers/config.ts'

const secret = 'geheim-4711'

/** What cannot be, for each variable. Null: any text may be right; only the program at the other end can tell. */
const wrong: Record<keyof typeof Env.shape, string | null> = {
  NODE_ENV: `production-${secret}`,
  HOST: null,
  PORT: secret,
  PUBLIC_URL: `http://${secret}.example`,
  LOG_LEVEL: secret,
  TRUSTED_PROXIES: '10.0.0.0/99',
  DATABASE_URL: `mysql://root:${secret}@db/gateway`,
  DATABASE_MIGRATION_URL: `postgresql//owner:${secret}@db/gateway`,
  DB_CONNECTION: secret,
  DB_HOST: null,
  DB_PORT: secret,
  DB_DATABASE: null,
  DB_USERNAME: null,
  DB_PASSWORD: null,
  DATABASE_POOL_MAX: '1',
  DATA_DIR: null,
  REDIS_URL: `redis://:${secret} @redis:6379 0`,
  REDIS_HOST: null,
  REDIS_PORT: secret,
  REDIS_PASSWORD: null,
  REDIS_DB: secret,
  RETELLAI_API_KEY: null,
  RETELL_API_BASE_URL: secret,
  RETELLAI_API_KEY_PREVIOUS: null,
  RETELLAI_WEBHOOK_SECRET: null,
  RETELLAI_FUNCTION_AUTH: secret,
  RETELLAI_ARGUMENTS_ONLY: secret,
  RETELLAI_BODYLESS_CALLS: secret,
  RETELLAI_ALLOWED_IPS: 'retell.example',
  RETELLAI_TEST_MODE_COMPANY_ID: secret,
  RETELLAI_LOG_WEBHOOKS: secret,
  RETELLAI_DEBUG_WEBHOOKS: secret,
  CALCOM_API_KEY: null,
  CALCOM_BASE_URL: secret,
  CALCOM_TEAM_ID: secret,
  CALCOM_WEBHOOK_SECRET: null,
  CALCOM_API_PROFILE: secret,
  CALCOM_BOOKINGS_VERSION: null,
  CALCOM_MIN_BOOKING_NOTICE: secret,
  CALCOM_REQUESTS_PER_MINUTE: '0',
  CALCOM_REQUESTS_PER_SECOND: secret,
  READ_DEADLINE_MS: '1',
  STALE_DEADLINE_MS: secret,
  START_BOOKING_DEADLINE_MS: secret,
  WRITE_DEADLINE_MS: secret,
  ANSWER_WITHIN_MS: secret,
  FUNCTION_CALLS_PER_MINUTE: '0',
  EVENTS_PER_MINUTE: secret,
  SHED_ABOVE_DELAY_MS: secret,
  UNSIGNED_PER_MINUTE: secret,
  BODIES_IN_FLIGHT_MIB: secret,
  BOOKINGS_PER_CALL: secret,
  BOOKINGS_PER_NUMBER_AND_DAY: secret,
  BOOKINGS_PER_COMPANY_AND_DAY: secret,
  CALLBACKS_PER_CALL: secret,
  CALLBACKS_PER_NUMBER_AND_DAY: secret,
  CALLBACKS_PER_COMPANY_AND_DAY: secret,
  CHANGES_PER_CALL: secret,
  CHANGES_PER_NUMBER_AND_DAY: secret,
  CHANGES_PER_COMPANY_AND_DAY: secret,
  FAILED_PROOFS_PER_COMPANY_AND_DAY: secret,
  SMTP_URL: `smtp://user:${secret} @mail:587 `,
  MAIL_FROM: `Terminservice ${secret}`,
  JOBS: secret,
  WORKER_ALIVE_FILE: null,
  CONSOLE: secret,
  USD_EUR_RATE: secret,
  METRICS_TOKEN: null,
  METRICS_COMPANIES: secret,
  ENCRYPTION_KEY: secret,
  ENCRYPTION_KEY_PREVIOUS: secret,
}

const right = { ...productionEnvironment, METRICS_TOKEN: 'token' }

describe('each variable', () => {
  const cases = Object.entries(wrong).filter(([, value]) => value !== null) as Array<[string, string]>

  test.each(cases)('%s', (name, value) => {
    const problems = problemsOf({ ...right, [name]: value })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(new RegExp(`^${name}: .{8,}`))
    expect(problems[0]).not.toContain(secret)
    expect(problems[0]).not.toContain('\n')
  })

  test('what the others are is a free text, and nothing else', () => {
    expect(problemsOf(right)).toEqual([])
    expect(Object.keys(wrong)).toEqual(Object.keys(Env.shape))
  })
})
