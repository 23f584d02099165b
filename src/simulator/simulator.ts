/**
 * A look-alike of Cal.com's API V2: a real HTTP server with state, conflicts, webhooks and faults. It knows the vendor
 * as the project's notes and the OpenAPI file describe it; it does no seats, no recurring bookings, no payments.
 * Everything is in memory and gone when it closes.
 */
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { BookingDesk } from './booking-desk.ts'
import { SimulatorClock } from './clock.ts'
import { SimulatorControl, type Subscribe } from './control.ts'
import { serveControl } from './control-routes.ts'
import { badRequest, VendorError } from './errors.ts'
import { Faults } from './faults.ts'
import { RequestLog } from './request-log.ts'
import { bookingRoutes } from './routes/bookings.ts'
import { eventTypeRoutes } from './routes/event-types.ts'
import { slotRoutes } from './routes/slots.ts'
import { webhookRoutes } from './routes/webhooks.ts'
import { salonSeed } from './seed.ts'
import { SimulatorState } from './state.ts'
import { Throttle } from './throttle.ts'
import type { Profile, Seed } from './types.ts'
import { serveVendor, unrouted, type Vendor } from './vendor-route.ts'
import { WebhookSender } from './webhooks.ts'

export interface SimulatorOptions {
  /** Default 0: any free port. */
  port?: number
  /** Default 127.0.0.1. */
  host?: string
  /** Default `both`. */
  profile?: Profile
  /** Source of time; default the machine's clock. */
  clock?: () => Date
  /** Default `salonSeed()`. */
  seed?: Seed
  /** Receivers of webhooks from the start. */
  webhooks?: Subscribe[]
  /** Requests per minute and key; the vendor's 120 by default, null for none. */
  rateLimit?: number | null
  /** Milliseconds between the check of a slot and its booking, the window in which two requests race; default 5. */
  bookingWorkMs?: number
  /** Milliseconds to wait for one webhook receiver; default 10,000. */
  webhookTimeoutMs?: number
}

export interface Simulator {
  /** Base address without `/v2`, e.g. `http://127.0.0.1:4010`. */
  url: string
  port: number
  control: SimulatorControl
  close(): Promise<void>
}

/** Starts a simulator and resolves when it listens. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const seed = options.seed ?? salonSeed()
  const clock = new SimulatorClock(options.clock ?? (() => new Date()))
  const state = new SimulatorState(seed)
  const faults = new Faults()
  const throttle = new Throttle(options.rateLimit === undefined ? 120 : options.rateLimit)
  const webhooks = new WebhookSender({ state, clock, faults, capMs: options.webhookTimeoutMs ?? 10_000 })
  const desk = new BookingDesk({ state, clock, webhooks, workMs: options.bookingWorkMs ?? 5 })
  const log = new RequestLog({ clock })
  const control = new SimulatorControl({ state, clock, faults, throttle, webhooks, desk, log, restart })

  function restart(): void {
    state.load(seed)
    clock.set({})
    faults.clear()
    throttle.configure({ limit: options.rateLimit === undefined ? 120 : options.rateLimit })
    webhooks.reset()
    log.clear()
    for (const webhook of options.webhooks ?? []) control.subscribe(webhook)
  }
  restart()

  const vendor: Vendor = { state, clock, faults, throttle, desk, log, profile: options.profile ?? 'both' }
  const app = createApp(clock)
  serveVendor(app, vendor, [
    ...slotRoutes(vendor),
    ...bookingRoutes(vendor),
    ...eventTypeRoutes(vendor),
    ...webhookRoutes(vendor),
  ])
  serveControl(app, control)
  await app.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' })
  const { address, port } = app.server.address() as AddressInfo
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${port}`,
    port,
    control,
    close: async () => {
      await app.close()
      await webhooks.close()
    },
  }
}

/** Fastify with the vendor's manners: an empty JSON body counts as `{}`, errors in Cal.com's shapes. */
function createApp(clock: SimulatorClock) {
  const app = Fastify({
    forceCloseConnections: true,
    bodyLimit: 1_048_576,
    routerOptions: { maxParamLength: 200 },
  })
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, raw, done) => {
    try {
      done(null, raw === '' ? {} : JSON.parse(raw as string))
    } catch (error) {
      done(badRequest(error instanceof Error ? error.message : 'Unexpected token in JSON'))
    }
  })
  app.setNotFoundHandler((request, reply) => {
    const error = unrouted(request)
    return reply.code(error.status).send(error.body(request.url, clock.now()))
  })
  app.setErrorHandler((error, request, reply) => {
    const refusal = refusalOf(error)
    // A fault of the simulator itself must be visible to whoever reads the test's output.
    if (refusal.status === 500) console.error('simulator:', error)
    return reply.code(refusal.status).send(refusal.body(request.url, clock.now()))
  })
  return app
}

/** Fastify's own refusals (media type, size) keep their status; anything unforeseen is Cal.com's bare 500. */
function refusalOf(error: unknown): VendorError {
  if (error instanceof VendorError) return error
  const { statusCode = 500, message } = error as { statusCode?: number; message: string }
  return statusCode < 500
    ? new VendorError(statusCode, message)
    : new VendorError(500, 'Internal server error', { shape: 'bare' })
}
