/** The only place that constructs long-lived objects, and the only place that ends them. */
import type { Logger } from 'pino'
import { type CalcomConnection, CalcomConnections } from './calcom/connection.ts'
import { driftOfWebhook } from './calcom/drift.ts'
import { consoleDoor } from './compose-console.ts'
import { composeServices } from './compose-services.ts'
import type { Config } from './config.ts'
import { listenForChanges } from './db/change-listener.ts'
import { type Database, openDatabase } from './db/database.ts'
import { AbuseLimits } from './functions/abuse-limits.ts'
import { allFunctions } from './functions/all.ts'
import { answersWithinMs, Dispatcher } from './functions/dispatch.ts'
import { FunctionCallTracker } from './functions/tracking.ts'
import { type App, buildApp } from './http/app.ts'
import { functionPaths } from './http/routes/functions.ts'
import { eventPaths } from './http/routes/retell-events.ts'
import { createJobs, type Jobs } from './jobs/create.ts'
import { noBroadcast, RedisBreakerBroadcast } from './lib/breaker-broadcast.ts'
import type { Cache } from './lib/cache/cache.ts'
import { MemoryCache } from './lib/cache/memory-cache.ts'
import { RedisCache } from './lib/cache/redis-cache.ts'
import { type Clock, systemClock } from './lib/clock.ts'
import { watchAlarms } from './lib/logger.ts'
import { GatewayMetrics } from './lib/metrics.ts'
import { SharedRedis } from './lib/redis.ts'
import { SecretBox } from './lib/secret-box.ts'
import { Misfits } from './lib/shared-value.ts'
import { version } from './lib/version.ts'
import { RetellApi } from './retell/api.ts'
import { AbsenceDesk } from './services/absences/desk.ts'
import { AnsweredBodies } from './services/calls/answered-bodies.ts'
import { CallDirectory } from './services/calls/directory.ts'
import { EnvelopeWatch } from './services/calls/envelope-watch.ts'
import { knownFreeTimes } from './services/calls/free-times.ts'
import { CallLifecycle } from './services/calls/lifecycle.ts'
import { CallRouting } from './services/calls/routing.ts'
import { AppointmentDesk } from './services/changes/desk.ts'
import { Doctor } from './services/doctor/doctor.ts'
import { DriftBook } from './services/drift.ts'
import { FiguresService } from './services/figures/for-metrics.ts'
import { FindingsService } from './services/findings.ts'
import { HealthService } from './services/health.ts'
import { SmtpServer } from './services/mail/smtp.ts'
import { signInMailer } from './services/people/sign-in-mail.ts'
import { PersonalData } from './services/privacy/erasure.ts'
import { VendorDeletions } from './services/privacy/vendors.ts'

export interface GatewayOptions {
  config: Config
  log: Logger
  /** Where PostgreSQL is: the configured one, or the embedded one of development. */
  databaseUrl: string
  clock?: Clock
}

export interface Gateway {
  app: App
  /** Background jobs and what they use; `listen` starts them unless they are left to a worker. */
  jobs: Jobs
  doctor: Doctor
  /** People who are away, and their appointments. */
  absences: AbsenceDesk
  /** What is held about a person, and forgetting it. */
  personalData: PersonalData
  /** Starts listening; the address. */
  listen(): Promise<string>
  /** Writes what waits and runs the work that answers did not wait for. */
  settle(): Promise<void>
  /** Finishes what is under way, then ends every connection. */
  close(): Promise<void>
}

const redisReadyWithinMs = 1_000
const closeIdleEveryMs = 50

/** Builds the whole gateway; nothing listens yet. */
export async function composeGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, databaseUrl, clock = systemClock } = options
  const metrics = new GatewayMetrics()
  const log = watchAlarms(options.log, (alarm) => metrics.alarm(alarm))
  if (config.retell.debugWebhooks)
    log.warn(
      { alarm: 'personal_data_in_log' },
      'debug mode: the log holds personal data, use it for test calls only',
    )
  const database = await openDatabase({
    url: databaseUrl,
    poolMax: config.database.poolMax,
    applicationName: `gateway ${version}`,
    requireRestrictedLogin: config.production,
    requireSchema: true,
  })
  const { tenancy } = database
  const redis = config.redis.url === null ? undefined : new SharedRedis({ url: config.redis.url, log })
  await redis?.ready(redisReadyWithinMs)
  const misfits = new Misfits({ log, onMisfit: (kind) => metrics.redisMisfit(kind) })
  const cache: Cache = redis ? new RedisCache({ redis, clock, misfits }) : new MemoryCache({ clock })
  const broadcast = redis ? new RedisBreakerBroadcast({ redis, misfits }) : noBroadcast
  const drift = new DriftBook({ tenancy, clock, log, onDrift: (one) => metrics.calcomDrift(one) })
  const connections = new CalcomConnections({
    load: (id) => loadConnection(config, database, id),
    clock,
    log,
    redis,
    broadcast,
    budget: { perMinuteMax: config.calcom.requestsPerMinute, perSecondMax: config.calcom.requestsPerSecond },
    onRequest: (outcome) => metrics.calcomRequest(outcome),
    onDrift: (connectionId, drifts) => drift.note(connectionId, drifts),
    onBreakerChange: (change) => metrics.breakerChange(change),
  })
  const calcom = (connectionId: string) => connections.get(connectionId)

  // Development and tests have no mail server and nobody who waits; what they say is what production says with one.
  const mailServer = config.mail.smtpUrl !== null || !config.production
  const services = composeServices(
    { tenancy, cache, calcom, clock, log },
    {
      mailServer,
      minimumNoticeMinutes: config.calcom.minimumNoticeMinutes,
      availability: {
        staleAfterMs: config.deadlines.staleMs,
        requestMs: config.deadlines.readMs,
        onRead: (outcome) => metrics.availabilityRead(outcome),
      },
    },
  )
  const { catalogues, availability, booking, actions } = services

  const routing = new CallRouting({
    tenancy,
    clock,
    testModeCompanyId: config.retell.testModeCompanyId,
    production: config.production,
  })
  const directory = new CallDirectory({ tenancy, routing, clock, log })
  const lifecycle = new CallLifecycle({
    tenancy,
    directory,
    routing,
    catalogues,
    freeTimes: knownFreeTimes({ catalogues, availability, clock }),
    endCall: (call) => booking.endCall(call),
    clock,
    log,
    usdEurRate: config.usdEurRate,
  })
  const tracker = new FunctionCallTracker({
    tenancy,
    log,
    onDropped: (count) => metrics.trackingDropped(count),
  })
  const registry = allFunctions()
  metrics.announceFunctions([...registry.list().map(({ name }) => name), 'unknown'])
  const envelopes = new EnvelopeWatch({ cache, log, served: config.retell.argumentsOnly })
  const dispatcher = new Dispatcher({
    registry,
    directory,
    envelopes,
    bodies: new AnsweredBodies({ tenancy, clock }),
    abuse: new AbuseLimits({ cache, clock, log, max: config.abuse }),
    services,
    tracker,
    clock,
    log,
    deadlines: config.deadlines,
    observer: {
      onFunctionCall: (call) => metrics.functionCall(call),
    },
    logWholeCalls: config.retell.debugWebhooks,
  })
  const { key, baseUrl } = config.retell.api
  const retell = key === null ? null : new RetellApi({ baseUrl, apiKey: key })
  const vendors = new VendorDeletions({ tenancy, retell: async () => retell, calcom, clock, log })
  const personalData = new PersonalData({ tenancy, cache, vendors, clock })
  const jobs = createJobs({
    tenancy,
    vendors,
    personalData,
    workerPool: () => database.workerPool(),
    catalogues,
    availability,
    booking,
    visits: services.visits,
    actions,
    calcom,
    teamId: config.calcom.teamId,
    mail: config.mail,
    clock,
    log,
    onJob: (outcome) => metrics.job(outcome),
    onWebhook: (connectionId, body) => drift.note(connectionId, driftOfWebhook(body)),
  })
  const listener = await listenForChanges({
    url: databaseUrl,
    log,
    onChange(companyId) {
      catalogues.forget(companyId ?? undefined)
      routing.forget()
      if (companyId === null) connections.recheck()
    },
  })

  const figures = new FiguresService({ database, clock, companiesMax: config.metricsCompanies })
  const absences = new AbsenceDesk({ ...services, tenancy, clock, log })
  const keys = { apiKeys: config.retell.apiKeys, webhookSecret: config.retell.webhookSecret }
  const smtp = config.mail.smtpUrl === null ? undefined : new SmtpServer(config.mail.smtpUrl)
  const door = config.console
    ? consoleDoor({
        databaseUrl,
        requireRestrictedLogin: config.production,
        production: config.production,
        publicUrl: config.publicUrl,
        trustedProxies: config.server.trustedProxies,
        catalogues,
        appointments: new AppointmentDesk({ tenancy, catalogues, actions, clock, log }),
        sendLink: smtp ? signInMailer(smtp, config.mail.from) : null,
        clock,
        log,
      })
    : null
  const app = await buildApp({
    console: door,
    contract: { publicUrl: config.publicUrl, version, pages: !config.production },
    functions: {
      dispatcher,
      registry,
      keys,
      auth: config.retell.functionAuth,
      bodyless: config.retell.bodylessCalls,
      allowedIps: config.retell.allowedIps,
    },
    events: {
      lifecycle,
      keys,
      logEvents: config.retell.logWebhooks,
      logPayloads: config.retell.debugWebhooks,
    },
    calcomWebhook: { connections, inbox: jobs.inbox },
    health: {
      health: new HealthService({
        connections,
        database,
        cache,
        redisConfigured: redis !== undefined,
        clock,
      }),
      findings: new FindingsService({ tenancy, envelopes, mailServer, clock }),
    },
    metrics: {
      metrics,
      sources: {
        connections: () => connections.health,
        trackingWaiting: () => tracker.waiting,
        figures: () => figures.load(),
      },
      access: { token: config.metricsToken, production: config.production },
    },
    cache,
    limits: config.limits,
    bodiesInFlightBytes: config.bodiesInFlightBytes,
    trustedProxies: config.server.trustedProxies,
    shedAboveDelayMs: config.shedAboveDelayMs,
    clock,
    log,
  })

  const withinMs = answersWithinMs(config.deadlines)
  const doctor = new Doctor({
    agents: {
      retell,
      tools: registry.entries().map(({ name, definition }) => ({
        name,
        functionName: definition.name,
        offered: !definition.onRequest,
        answersWithinMs: withinMs[definition.deadline],
      })),
      functionPaths: functionPaths(registry),
      eventPaths,
    },
    database,
    cache,
    calcom,
    drift,
    connection: (id) => connections.definition(id),
    mailServer: smtp && (() => smtp.verify()),
    redisConfigured: redis !== undefined,
    production: config.production,
    publicUrl: config.publicUrl,
    teamId: config.calcom.teamId,
    clock,
  })

  async function settle(): Promise<void> {
    await booking.idle()
    await tracker.flush()
    await jobs.runner.drain()
  }

  return {
    app,
    absences,
    personalData,
    jobs,
    doctor,
    settle,
    async listen() {
      const address = await app.listen({ host: config.server.host, port: config.server.port })
      if (config.jobs === 'inside') await jobs.runner.start()
      return address
    },
    async close() {
      await closeApp(app)
      await door?.close()
      await jobs.runner.stop()
      await booking.idle()
      await tracker.close()
      await listener.close()
      await connections.close()
      await retell?.close()
      if (broadcast instanceof RedisBreakerBroadcast) broadcast.close()
      await cache.close()
      await database.close()
    },
  }
}

/** The environment's connection, or a stored one with its secrets opened. */
/** Closes the listener. A connection that was answered meanwhile would else be kept open for a next request, for a minute. */
async function closeApp(app: App): Promise<void> {
  const idle = setInterval(() => app.server.closeIdleConnections(), closeIdleEveryMs)
  try {
    await app.close()
  } finally {
    clearInterval(idle)
  }
}

/** A connection's address and secrets; undefined: there is none of that id. */
export async function loadConnection(
  config: Config,
  database: Database,
  id: string,
): Promise<CalcomConnection | undefined> {
  const { apiKey, baseUrl, webhookSecret, profile, bookingsVersion } = config.calcom
  if (id === 'default') {
    return {
      id,
      apiKey,
      baseUrl,
      webhookSecrets: webhookSecret === '' ? [] : [webhookSecret],
      profile,
      bookingsVersion,
    }
  }
  const row = await database.tenancy.asSystem((tx) => tx.calcomConnection.findUnique({ where: { id } }))
  if (!row) return undefined
  const box = new SecretBox(config.encryptionKeys)
  return {
    id,
    apiKey: box.open(row.apiKeyEncrypted),
    baseUrl: row.baseUrl,
    webhookSecrets: [box.open(row.webhookSecretEncrypted)],
    profile: row.apiProfile === 'guide' ? 'guide' : 'published',
    bookingsVersion,
  }
}
