/**
 * Every environment variable of the gateway: described, parsed once, passed down. Nothing else reads the environment.
 * The guide's names (RETELLAI_*, CALCOM_*, DB_*, REDIS_*) are kept; `.env.example` is checked against this schema.
 */

import { readFileSync } from 'node:fs'
import { BlockList, isIP } from 'node:net'
import { parseEnv } from 'node:util'
import { z } from 'zod'
import { abuseLimitsOf, abuseSettings } from './config-abuse.ts'
import { cidrList, count, flag, milliseconds, optionalText, sender, serverAddress } from './config-values.ts'

/** One zod schema per variable; the description is the documentation in `.env.example`. */
export const Env = z.object({
  NODE_ENV: z
    .enum(['production', 'development', 'test'])
    .default('production')
    .describe('Unset means production: signatures are then required and start-up checks are strict'),
  HOST: z.string().default('0.0.0.0').describe('Address to listen on'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000).describe('Port to listen on'),
  PUBLIC_URL: z
    .url({ protocol: /^https$/, message: 'must be an address that begins with https://' })
    .optional()
    .transform((value) => value?.replace(/\/+$/, ''))
    .describe('Address (https) under which the gateway is reached; every link it hands out begins with it'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'])
    .default('info')
    .describe('Log level'),
  TRUSTED_PROXIES: cidrList.describe(
    'Proxies (IP or CIDR, comma separated) whose X-Forwarded-For is believed',
  ),

  DATABASE_URL: serverAddress('postgresql', 'postgres').describe(
    'PostgreSQL login of the running gateway (no superuser, no BYPASSRLS)',
  ),
  DATABASE_MIGRATION_URL: serverAddress('postgresql', 'postgres').describe(
    'PostgreSQL login that owns the tables; default: DATABASE_URL',
  ),
  DB_CONNECTION: optionalText.describe(
    "The guide's variables, used when DATABASE_URL is not set; only pgsql",
  ),
  DB_HOST: optionalText.describe('PostgreSQL host'),
  DB_PORT: z.coerce.number().int().min(1).max(65_535).default(5432).describe('PostgreSQL port'),
  DB_DATABASE: optionalText.describe('PostgreSQL database'),
  DB_USERNAME: optionalText.describe('PostgreSQL user'),
  DB_PASSWORD: optionalText.describe('PostgreSQL password'),
  DATABASE_POOL_MAX: z.coerce.number().int().min(2).max(100).default(10).describe('Connections per process'),
  DATA_DIR: z
    .string()
    .default('.data')
    .describe('Where the embedded PostgreSQL of development keeps its files'),

  REDIS_URL: serverAddress('redis', 'rediss').describe(
    'Redis shared by all gateway processes; without it the cache is in-process',
  ),
  REDIS_HOST: optionalText.describe("The guide's variables, used when REDIS_URL is not set; null means none"),
  REDIS_PORT: z.coerce.number().int().min(1).max(65_535).default(6379).describe('Redis port'),
  REDIS_PASSWORD: optionalText.describe('Redis password; null means none'),
  REDIS_DB: z.coerce.number().int().min(0).default(0).describe('Redis database number'),

  RETELLAI_API_KEY: optionalText.describe("Retell's API key with the webhook badge; it signs every request"),
  RETELL_API_BASE_URL: z
    .url()
    .default('https://api.retellai.com')
    .describe("Retell's API base address, asked with RETELLAI_API_KEY"),
  RETELLAI_API_KEY_PREVIOUS: optionalText.describe('The key before the last rotation, accepted as well'),
  RETELLAI_WEBHOOK_SECRET: optionalText.describe(
    "The guide's secret: hex HMAC-SHA256 of the body, accepted as well",
  ),
  RETELLAI_FUNCTION_AUTH: z
    .enum(['signature', 'throttle'])
    .optional()
    .describe('Function calls: signature (default in production) or throttle (rate limit and IP allow-list)'),
  RETELLAI_ARGUMENTS_ONLY: z
    .enum(['true', 'false', '1', '0'])
    .optional()
    .transform((value) => (value === undefined ? undefined : value === 'true' || value === '1'))
    .describe(
      'Serves function calls that come without their call object, which prove no number; default: not in production',
    ),
  RETELLAI_BODYLESS_CALLS: flag(false).describe(
    'Functions by GET and DELETE too, arguments in the query: their signature covers the time only',
  ),
  RETELLAI_ALLOWED_IPS: cidrList.describe(
    'IP allow-list of function calls (IPs or CIDR); Retell: 100.20.5.228',
  ),
  RETELLAI_TEST_MODE_COMPANY_ID: z.coerce
    .number()
    .int()
    .positive()
    .optional()
    .describe(
      'Company that serves web and test calls without numbers; in production only one flagged is_test',
    ),
  RETELLAI_LOG_WEBHOOKS: flag(false).describe('One log line per webhook with its event and call id'),
  RETELLAI_DEBUG_WEBHOOKS: flag(false).describe(
    'Logs whole payloads, WITH PERSONAL DATA; for test calls only',
  ),

  CALCOM_API_KEY: optionalText.describe('Cal.com API key of the default connection'),
  CALCOM_BASE_URL: z.url().default('https://api.cal.com/v2').describe('Cal.com API base address'),
  CALCOM_TEAM_ID: z.coerce.number().int().positive().optional().describe('Team of companies with one branch'),
  CALCOM_WEBHOOK_SECRET: optionalText.describe('Secret of the Cal.com webhook of the default connection'),
  CALCOM_API_PROFILE: z
    .enum(['published', 'guide'])
    .default('published')
    .describe("Cal.com's routes, or the guide's"),
  CALCOM_BOOKINGS_VERSION: z
    .enum(['2024-08-13', '2026-02-25'])
    .default('2024-08-13')
    .describe('cal-api-version of booking requests'),
  CALCOM_MIN_BOOKING_NOTICE: count(15, 0).describe('Minutes between now and a slot'),
  CALCOM_REQUESTS_PER_MINUTE: count(110, 1, 10_000).describe(
    'Our own limit per Cal.com key; Cal.com locks accounts that exceed 120',
  ),
  CALCOM_REQUESTS_PER_SECOND: count(5, 1, 1_000).describe('Our own burst limit per key'),

  READ_DEADLINE_MS: milliseconds(2_500).describe('Time a reading function may take'),
  STALE_DEADLINE_MS: milliseconds(900).describe('Time it may take when a stale copy is at hand'),
  START_BOOKING_DEADLINE_MS: milliseconds(3_500).describe('Time start_booking may take (agents allow 5 s)'),
  WRITE_DEADLINE_MS: milliseconds(8_000).describe('Time confirm, cancel and reschedule may take'),
  ANSWER_WITHIN_MS: milliseconds(3_000).describe(
    'Time after which a reading function is answered for, whatever it waits for',
  ),
  FUNCTION_CALLS_PER_MINUTE: count(100, 1).describe('Function calls per call id'),
  EVENTS_PER_MINUTE: z.coerce.number().int().min(1).default(600).describe('Signed events per IP'),
  SHED_ABOVE_DELAY_MS: count(1_000, 0).describe(
    'Event loop delay above which requests are answered 503 at once; 0: never',
  ),
  UNSIGNED_PER_MINUTE: z.coerce.number().int().min(1).default(100).describe('Refused requests per IP'),
  BODIES_IN_FLIGHT_MIB: count(64, 1, 4_096).describe(
    'Memory for bodies that are being received or worked on, in MiB per process; beyond it 503',
  ),

  ...abuseSettings,

  SMTP_URL: serverAddress('smtp', 'smtps').describe(
    'Mail server, e.g. smtp://user:password@host:587; without it mails wait',
  ),
  MAIL_FROM: sender.default('Terminservice <termine@localhost>').describe('Sender of our mails'),
  JOBS: z
    .enum(['inside', 'worker'])
    .default('inside')
    .describe('Run jobs in the gateway, or leave them to npm run worker'),
  WORKER_ALIVE_FILE: optionalText.describe(
    'File that npm run worker touches while it works, for health checks',
  ),
  CONSOLE: z.enum(['on', 'off']).default('on').describe('The console for people, at /console'),
  USD_EUR_RATE: z.coerce
    .number()
    .positive()
    .default(0.92)
    .describe('Euros per US dollar, stored with each call cost'),
  METRICS_TOKEN: optionalText.describe(
    'Bearer token of /metrics and the detailed health; unset: closed in production, else only from loopback',
  ),
  METRICS_COMPANIES: count(0, 0, 1000).describe('Companies with series of their own in /metrics; 0: none'),
  ENCRYPTION_KEY: optionalText.describe('32 bytes base64: encrypts the connections’ secrets at rest'),
  ENCRYPTION_KEY_PREVIOUS: optionalText.describe('The key before the last rotation'),
})

export type Config = ReturnType<typeof loadConfig>

type Environment = Record<string, string | undefined>

/** The process's environment over the values of a `.env` file. */
export function readEnvironment(): Environment {
  try {
    process.loadEnvFile()
  } catch {
    // No .env file: the environment alone counts.
  }
  return process.env
}

/**
 * The environment of the demo and of development: the process's own over the values of a `.env` file over `defaults`. A copy of
 * `.env.example` is written for production and names every variable: what it leaves empty or at its usual value says nothing
 * here, and "production" is what these programs never are.
 */
export function readDevelopmentEnvironment(defaults: Environment): Environment {
  const own = { ...process.env }
  const file = Object.entries(readEnvFile()).filter(
    ([name, value]) => own[name] === undefined && saysSomething(name, value),
  )
  readEnvironment()
  const set = Object.entries(own).filter(([, value]) => value !== '')
  const all: Environment = { ...defaults, ...Object.fromEntries(file), ...Object.fromEntries(set) }
  if (all.NODE_ENV === 'production') all.NODE_ENV = 'development'
  return all
}

function readEnvFile(): Environment {
  try {
    return parseEnv(readFileSync('.env', 'utf8')) as Environment
  } catch {
    return {}
  }
}

/** Whether a value of a `.env` file is somebody's decision: neither empty nor the variable's default. */
function saysSomething(name: string, value: string | undefined): boolean {
  if (value === undefined || value.trim() === '') return false
  const schema = (Env.shape as Record<string, z.ZodType>)[name]
  if (schema === undefined) return true
  const [usual, given] = [undefined, value].map((input) => schema.safeParse(input))
  return JSON.stringify(usual?.data) !== JSON.stringify(given?.data) || !given?.success
}

/** A script of package.json that puts its program into the background on purpose. */
const detaching = /(^|[^&])&\s*($|[^&\s])|\b(nohup|setsid|disown|daemonize)\b/

/** Whether npm (or a program that behaves like it) runs this process as a script, to end with it. */
export function isRunByNpm(environment: Environment = process.env): boolean {
  const { npm_lifecycle_event: event, npm_lifecycle_script: script = '' } = environment
  return event !== undefined && !detaching.test(script)
}

/** Thrown by loadConfig; `problems` has one line per variable, without any value. */
export class ConfigError extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length} problem(s):\n${problems.map((line) => `  ${line}`).join('\n')}`,
    )
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/**
 * Reads the configuration from an environment; by default the process's own with its `.env` file.
 * @throws ConfigError naming every missing or malformed variable, never its value.
 */
export function loadConfig(environment: Environment = readEnvironment()) {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  )
  const parsed = Env.safeParse(present)
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${withoutValue(issue.message)}`),
    )
  }
  const env = parsed.data
  const production = env.NODE_ENV === 'production'
  const problems: string[] = []
  const databaseUrl = env.DATABASE_URL ?? guideDatabaseUrl(env)
  const functionAuth = env.RETELLAI_FUNCTION_AUTH ?? (production ? 'signature' : 'throttle')
  const retellKeys = [env.RETELLAI_API_KEY, env.RETELLAI_API_KEY_PREVIOUS].filter((key) => key !== undefined)

  if (env.DB_CONNECTION !== undefined && env.DB_CONNECTION !== 'pgsql')
    problems.push('DB_CONNECTION: only pgsql is supported')
  for (const name of ['ENCRYPTION_KEY', 'ENCRYPTION_KEY_PREVIOUS'] as const) {
    const key = env[name]
    if (key !== undefined && Buffer.from(key, 'base64').length !== 32)
      problems.push(`${name}: must be 32 bytes in base64`)
  }
  if (production) {
    if (databaseUrl === undefined)
      problems.push('DATABASE_URL: required in production (or DB_HOST, DB_DATABASE, DB_USERNAME)')
    if (retellKeys.length === 0 && env.RETELLAI_WEBHOOK_SECRET === undefined) {
      problems.push('RETELLAI_API_KEY: required in production, it verifies the signature of every request')
    }
    if (env.PUBLIC_URL === undefined)
      problems.push('PUBLIC_URL: required in production, for instance https://gateway.example')
    if (env.CALCOM_API_KEY === undefined) problems.push('CALCOM_API_KEY: required in production')
    if (env.CALCOM_WEBHOOK_SECRET === undefined)
      problems.push('CALCOM_WEBHOOK_SECRET: required in production')
    // "/0" is everybody, and no restriction.
    if (
      functionAuth === 'throttle' &&
      (env.RETELLAI_ALLOWED_IPS.length === 0 ||
        env.RETELLAI_ALLOWED_IPS.some((range) => range.endsWith('/0')))
    ) {
      problems.push('RETELLAI_ALLOWED_IPS: required in production when RETELLAI_FUNCTION_AUTH=throttle')
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)

  return {
    environment: env.NODE_ENV,
    production,
    /** https, without a slash at its end; null only outside of production. Links are never built from what a request says. */
    publicUrl: env.PUBLIC_URL ?? null,
    server: { host: env.HOST, port: env.PORT, logLevel: env.LOG_LEVEL, trustedProxies: env.TRUSTED_PROXIES },
    database: {
      /** null: the embedded PostgreSQL of development. */
      url: databaseUrl ?? null,
      migrationUrl: env.DATABASE_MIGRATION_URL ?? databaseUrl ?? null,
      poolMax: env.DATABASE_POOL_MAX,
      dataDir: env.DATA_DIR,
    },
    redis: { url: env.REDIS_URL ?? guideRedisUrl(env) ?? null },
    retell: {
      /** For asking Retell itself. */
      api: { baseUrl: env.RETELL_API_BASE_URL, key: env.RETELLAI_API_KEY ?? null },
      apiKeys: retellKeys,
      webhookSecret: env.RETELLAI_WEBHOOK_SECRET ?? null,
      functionAuth,
      argumentsOnly: env.RETELLAI_ARGUMENTS_ONLY ?? !production,
      bodylessCalls: env.RETELLAI_BODYLESS_CALLS,
      allowedIps: env.RETELLAI_ALLOWED_IPS,
      testModeCompanyId: env.RETELLAI_TEST_MODE_COMPANY_ID ?? null,
      logWebhooks: env.RETELLAI_LOG_WEBHOOKS,
      debugWebhooks: env.RETELLAI_DEBUG_WEBHOOKS,
    },
    calcom: {
      apiKey: env.CALCOM_API_KEY ?? '',
      baseUrl: env.CALCOM_BASE_URL,
      teamId: env.CALCOM_TEAM_ID ?? null,
      webhookSecret: env.CALCOM_WEBHOOK_SECRET ?? '',
      profile: env.CALCOM_API_PROFILE,
      bookingsVersion: env.CALCOM_BOOKINGS_VERSION,
      minimumNoticeMinutes: env.CALCOM_MIN_BOOKING_NOTICE,
      requestsPerMinute: env.CALCOM_REQUESTS_PER_MINUTE,
      requestsPerSecond: env.CALCOM_REQUESTS_PER_SECOND,
    },
    deadlines: {
      readMs: env.READ_DEADLINE_MS,
      staleMs: env.STALE_DEADLINE_MS,
      startBookingMs: env.START_BOOKING_DEADLINE_MS,
      writeMs: env.WRITE_DEADLINE_MS,
      answerMs: env.ANSWER_WITHIN_MS,
    },
    limits: {
      functionCallsPerMinute: env.FUNCTION_CALLS_PER_MINUTE,
      eventsPerMinute: env.EVENTS_PER_MINUTE,
      unsignedPerMinute: env.UNSIGNED_PER_MINUTE,
    },
    abuse: abuseLimitsOf(env),
    bodiesInFlightBytes: env.BODIES_IN_FLIGHT_MIB * 1024 * 1024,
    shedAboveDelayMs: env.SHED_ABOVE_DELAY_MS,
    mail: { smtpUrl: env.SMTP_URL ?? null, from: env.MAIL_FROM },
    jobs: env.JOBS,
    workerAliveFile: env.WORKER_ALIVE_FILE ?? null,
    console: env.CONSOLE === 'on',
    usdEurRate: env.USD_EUR_RATE,
    metricsToken: env.METRICS_TOKEN ?? null,
    metricsCompanies: env.METRICS_COMPANIES,
    encryptionKeys: [env.ENCRYPTION_KEY, env.ENCRYPTION_KEY_PREVIOUS].filter((key) => key !== undefined),
  } as const
}

/** An address block list as `node:net` understands it; used for allow-lists and trusted proxies. */
export function ipRanges(ranges: readonly string[]): BlockList {
  const blockList = new BlockList()
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (prefix === undefined) blockList.addAddress(address, family)
    else blockList.addSubnet(address, Number(prefix), family)
  }
  return blockList
}

function guideDatabaseUrl(env: z.infer<typeof Env>): string | undefined {
  if (env.DB_HOST === undefined || env.DB_DATABASE === undefined || env.DB_USERNAME === undefined)
    return undefined
  const login =
    encodeURIComponent(env.DB_USERNAME) + (env.DB_PASSWORD ? `:${encodeURIComponent(env.DB_PASSWORD)}` : '')
  return `postgresql://${login}@${env.DB_HOST}:${env.DB_PORT}/${encodeURIComponent(env.DB_DATABASE)}`
}

function guideRedisUrl(env: z.infer<typeof Env>): string | undefined {
  if (env.REDIS_HOST === undefined) return undefined
  const login = env.REDIS_PASSWORD ? `:${encodeURIComponent(env.REDIS_PASSWORD)}@` : ''
  return `redis://${login}${env.REDIS_HOST}:${env.REDIS_PORT}/${env.REDIS_DB}`
}

/** zod quotes the received value in some messages; a secret must not reach a log that way. */
function withoutValue(message: string): string {
  return message.replace(/, received .*/, '')
}
