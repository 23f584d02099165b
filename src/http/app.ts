/**
 * The HTTP application: hooks, scopes and routes. It owns no long-lived object; compose.ts hands in what the routes need.
 */
import helmet from '@fastify/helmet'
import underPressure from '@fastify/under-pressure'
import Fastify, { type FastifyBaseLogger, type FastifyError, type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { AppError } from '../errors.ts'
import type { Cache } from '../lib/cache/cache.ts'
import type { Clock } from '../lib/clock.ts'
import type { GatewayMetrics } from '../lib/metrics.ts'
import { BodiesInFlight, BodyRefused } from './bodies.ts'
import { isPerson, pageNotFound } from './people.ts'
import { createRequestLimits } from './rate-limits.ts'
import { refusal, refuse } from './replies.ts'
import { requestIdOf } from './request-id.ts'
import {
  type CalcomWebhookOptions,
  calcomWebhookAddresses,
  calcomWebhookRoutes,
} from './routes/calcom-webhook.ts'
import { type ConsoleRoutesOptions, consoleRoutes } from './routes/console.ts'
import { type ContractRoutesOptions, contractRoutes } from './routes/contract.ts'
import { type FunctionRoutesOptions, functionPaths, functionRoutes } from './routes/functions.ts'
import { type HealthRoutesOptions, healthRoutes } from './routes/health.ts'
import { type MetricsRoutesOptions, metricsRoutes } from './routes/metrics.ts'
import { type EventRoutesOptions, retellEventRoutes } from './routes/retell-events.ts'
import { timeRoutes } from './routes/time.ts'

/** The application as its users see it. */
export type App = FastifyInstance

type Shared = 'limits' | 'bodies' | 'clock' | 'log'

export interface AppOptions {
  /** Null: switched off. */
  console: ConsoleRoutesOptions | null
  contract: Omit<ContractRoutesOptions, 'registry'>
  functions: Omit<FunctionRoutesOptions, Shared>
  events: Omit<EventRoutesOptions, Shared>
  calcomWebhook: Omit<CalcomWebhookOptions, Shared>
  health: Omit<HealthRoutesOptions, 'access'>
  metrics: Omit<MetricsRoutesOptions, 'metrics'> & {
    metrics: MetricsRoutesOptions['metrics'] & Pick<GatewayMetrics, 'httpResponse'>
  }
  cache: Pick<Cache, 'increment'>
  limits: { unsignedPerMinute: number; eventsPerMinute: number; functionCallsPerMinute: number }
  /** Memory that bodies may take together. */
  bodiesInFlightBytes: number
  trustedProxies: readonly string[]
  /** Event loop delay above which requests are shed with 503. */
  shedAboveDelayMs: number
  clock: Clock
  log: Logger
}

/** A request must arrive within this time, so that a slow sender holds no socket for ever. */
const requestTimeoutMs = 15_000
/** Never shed: an operator must see an overloaded server, and a balancer must not kill it for being busy. */
const neverShed = new Set([
  '/livez',
  '/readyz',
  '/metrics',
  '/api/health/calcom',
  '/api/health/calcom/detailed',
  '/api/health/calcom/metrics',
  // Cal.com sends a webhook once; storing it is cheap.
  ...calcomWebhookAddresses,
])

/** Builds the application; it does not listen yet. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { clock, log } = options
  const app = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    genReqId: requestIdOf,
    logController: new Fastify.LogController({ disableRequestLogging: true }),
    // Our lines name the request themselves; a logger of its own for each request would be thrown away unused.
    childLoggerFactory: (logger) => logger,
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    requestTimeout: requestTimeoutMs,
    // Node looks for slow senders every 30 s unless told, so that the limit above would mean up to 45.
    http: { connectionsCheckingInterval: 5_000, headersTimeout: requestTimeoutMs },
    keepAliveTimeout: 72_000,
    bodyLimit: 1024 * 1024,
    routerOptions: { ignoreTrailingSlash: true },
    return503OnClosing: true,
  }) as unknown as FastifyInstance
  app.decorateRequest('rawBody')
  app.decorateRequest('bodyHeld')
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const statusCode = error instanceof AppError ? 400 : (error.statusCode ?? 500)
    if (error instanceof BodyRefused) reply.header('connection', 'close').header('retry-after', '5')
    else if (statusCode >= 500)
      log.error(
        { err: error, alarm: 'request_failed', route: request.routeOptions.url, requestId: request.id },
        'request failed',
      )
    return reply.code(statusCode).send(refusal(statusCode))
  })
  const functions = functionPaths(options.functions.registry)
  app.setNotFoundHandler((request, reply) => {
    // An agent that asks a function by a method that is off falls silent, as one with a wrong address does.
    if (request.method === 'POST' || functions.has(request.url.split('?')[0]!))
      log.warn({ alarm: 'unknown_address' }, 'a request to an address or by a method that does not exist')
    if (isPerson(request)) return pageNotFound(reply, options.console !== null)
    return refuse(reply, 404)
  })
  app.addHook('onResponse', (request, reply, done) => {
    options.metrics.metrics.httpResponse(reply.statusCode, request.routeOptions.url)
    done()
  })
  await app.register(underPressure, {
    maxEventLoopDelay: options.shedAboveDelayMs,
    sampleInterval: 250,
    pressureHandler(request, reply) {
      if (neverShed.has(request.routeOptions.url ?? '')) return
      refuse(reply.header('retry-after', '5'), 503)
    },
  })
  const limits = await createRequestLimits(app, { cache: options.cache, clock }, options.limits)

  const bodies = new BodiesInFlight({ bytesMax: options.bodiesInFlightBytes })
  await app.register(functionRoutes, { ...options.functions, limits, bodies, clock, log })
  await app.register(retellEventRoutes, { ...options.events, limits, bodies, clock, log })
  await app.register(calcomWebhookRoutes, { ...options.calcomWebhook, limits, bodies, log })
  if (options.console !== null) await app.register(consoleRoutes, options.console)
  // What people may open in a browser; machines that sign their requests read no such headers.
  await app.register(async (scope) => {
    await scope.register(helmet, { contentSecurityPolicy: false, crossOriginEmbedderPolicy: false })
    await scope.register(timeRoutes, { clock })
    await scope.register(contractRoutes, { ...options.contract, registry: options.functions.registry })
    await scope.register(healthRoutes, { ...options.health, access: options.metrics.access })
    await scope.register(metricsRoutes, options.metrics)
  })
  return app
}
