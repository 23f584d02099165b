/**
 * A small stand-in of Cal.com's API V2 over real HTTP, written from its OpenAPI document and our notes on it alone, so that it
 * shares no mistake with the simulator. State in `calendar.ts`, answers in `handlers.ts`; here: versions, keys, limits, faults.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { Calendar } from './calendar.ts'
import { draw } from './chance.ts'
import { ContractChecks, type OperationName, operations } from './contract.ts'
import { type Fault, Faults } from './faults.ts'
import { type Answer, type Asked, Handlers } from './handlers.ts'
import { bareError, bookingOutput, errorEnvelope, throttled, webhookBody } from './output.ts'
import { type Registration, Webhooks } from './webhooks.ts'

type Json = Record<string, unknown>

/** One request of the gateway, for reports. */
export type LogEntry = {
  at: number
  operation: string
  /** Who or what it was about. */
  subject: string
  uid?: string
  fault?: Fault | string
  status: number | 'none'
}

export type StandInOptions = {
  seed: number
  apiKey: string
  /** Longer than any deadline of the gateway. */
  slowMs: number
  /** Requests per key and minute; 429 above. */
  requestsPerMinute: number
}

const bookingVersions = ['2024-08-13', '2026-02-25']
const authRequired: ReadonlySet<OperationName> = new Set([
  'list',
  'registerWebhook',
  'webhooks',
  'me',
  'teams',
])

export class StandIn {
  readonly calendar: Calendar
  readonly checks = new ContractChecks()
  readonly faults: Faults
  readonly webhooks: Webhooks
  readonly log: LogEntry[] = []
  /** Bookings made on the web by strangers that the gateway has cancelled or moved. */
  readonly othersTouched: LogEntry[] = []
  url = ''
  readonly #options: StandInOptions
  readonly #handlers: Handlers
  readonly #server: Server
  readonly #window = { from: 0, used: 0 }

  constructor(options: StandInOptions) {
    this.#options = options
    this.calendar = new Calendar(options.seed)
    this.faults = new Faults(options.seed)
    this.webhooks = new Webhooks(this.faults)
    this.#handlers = new Handlers(this.calendar, (what) => this.checks.note(what))
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error) => {
        console.error('the stand-in itself failed:', error)
        this.checks.note(`stand-in failed: ${error}`)
        if (!response.headersSent) send(response, 500, bareError(500, 'Internal server error'))
      })
    })
  }

  /** Listens on a free port; the base address for the gateway. */
  async start(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v2`
    return this.url
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((done) => this.#server.close(done))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://stand-in')
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    const path = `${url.pathname}${url.search}`
    const found = findOperation(request.method ?? 'GET', url.pathname)
    this.#setLimitHeaders(response)
    if (!found) {
      this.checks.note(`unknown route ${request.method} ${url.pathname}`)
      return send(response, 404, errorEnvelope(path, 404, `Cannot ${request.method} ${url.pathname}`))
    }
    const { operation, target } = found
    const early = this.#refuseEarly(operation, request)
    if (early) return send(response, early.status, errorEnvelope(path, early.status, early.message))
    if (this.#window.used > this.#options.requestsPerMinute) {
      this.checks.note('more requests than the key allows')
      return send(response, 429, throttled(path))
    }
    const body = text === '' ? undefined : (JSON.parse(text) as Json)
    const query = Object.fromEntries(url.searchParams)
    const errors = this.checks.checkRequest(operation, query, body)
    if (errors.length > 0)
      return send(response, 400, errorEnvelope(path, 400, 'Bad Request Exception', { errors }))
    await this.#answer({ operation, target, query, body: body ?? {} }, path, response)
  }

  async #answer(asked: Asked, path: string, response: ServerResponse): Promise<void> {
    const { operation, target } = asked
    const entry: LogEntry = { at: Date.now(), operation, subject: this.#subject(asked), status: 'none' }
    if (target !== undefined) entry.uid = target
    this.log.push(entry)
    const write = (status: number, body: Json) => {
      entry.status = status
      send(response, status, body)
    }
    const fault = this.faults.decide(operation, entry.subject)
    if (fault) entry.fault = fault
    if (fault === 'reset-before') return void response.destroy()
    if (fault === 'error-before') return write(500, bareError(500, 'Internal server error'))
    const failing = operation === 'read' || operation === 'list' ? this.faults.decideRead(target) : undefined
    if (failing !== undefined) entry.fault = `failing ${failing}`
    if (fault === 'throttled' || failing === 429) {
      response.setHeader('X-RateLimit-Remaining-Default', '0')
      response.setHeader('X-RateLimit-Reset-Default', '1')
      return write(429, throttled(path))
    }
    if (failing === 404)
      return write(404, errorEnvelope(path, 404, `Booking with uid=${target} was not found in the database`))
    if (failing !== undefined) return write(failing, bareError(failing, 'Internal server error'))

    const answer = await this.#act(asked, entry)
    if (answer.booking) entry.uid = answer.booking.uid
    if (fault === 'lost-answer') return void response.destroy()
    if (fault === 'error-after') return write(502, bareError(502, 'Bad gateway'))
    if (fault === 'slow') await pause(this.#options.slowMs)
    if (fault === 'short' && answer.booking && answer.status === 201) {
      const { id, uid, status } = answer.booking
      this.faults.failReads(uid)
      return write(201, { status: 'success', data: { id, uid, status } })
    }
    if (answer.message !== undefined) {
      const { status, message, bare, details } = answer
      return write(status, bare ? bareError(status, message) : errorEnvelope(path, status, message, details))
    }
    const whole = { status: 'success', ...(answer.data === undefined ? {} : { data: answer.data }) }
    const full = answer.page ? { ...whole, pagination: answer.page } : whole
    this.checks.checkAnswer(operation, full)
    write(answer.status, full)
  }

  /** The act itself with the faults that change what is done. */
  async #act(asked: Asked, entry: LogEntry): Promise<Answer> {
    const { operation, body } = asked
    const { fault, subject } = entry
    if (operation === 'registerWebhook') return this.#register(body)
    if (fault === 'older-booking') {
      const { type } = this.#handlers.meant(asked)
      const older = this.calendar.live().find((each) => each.type === type && each.origin === 'web')
      if (older) return { status: 201, data: bookingOutput(older) }
      delete entry.fault
    }
    const startInstead = fault === 'other-start' ? this.#otherStart(asked) : undefined
    if (fault === 'other-start' && startInstead === undefined) delete entry.fault
    const lagMs = operation === 'create' || operation === 'move' ? this.faults.decideLag(subject) : 0
    const answer = this.#handlers.act(asked, { startInstead, lagMs })
    if (operation === 'cancel' || operation === 'move') this.#noteOthers(answer, entry)
    if (operation === 'cancel' && answer.booking) return this.#cancel(asked, answer.booking, fault)
    if (answer.booking) {
      if (fault === 'lost-answer' || fault === 'error-after')
        if (draw(this.#options.seed, `then|${answer.booking.uid}`) < 0.4)
          this.faults.failReads(answer.booking.uid)
      const trigger = operation === 'move' ? 'BOOKING_RESCHEDULED' : 'BOOKING_CREATED'
      await this.webhooks.send(answer.booking.uid, webhookBody(trigger, answer.booking, answer.replaced))
      if (fault === 'doubled') return this.#second(asked, answer.booking.uid)
    }
    return answer
  }

  /** CANCELLED goes out before the row changes. */
  async #cancel(
    asked: Asked,
    booking: NonNullable<Answer['booking']>,
    fault: LogEntry['fault'],
  ): Promise<Answer> {
    const reason = String(asked.body.cancellationReason)
    const told = webhookBody('BOOKING_CANCELLED', { ...booking, cancellationReason: reason })
    await this.webhooks.send(booking.uid, told)
    // Somebody may have been quicker meanwhile.
    if (booking.status === 'cancelled') return this.#handlers.act(asked)
    this.calendar.cancel(booking, 'api', reason)
    if (fault === 'doubled') return this.#handlers.act(asked)
    return { status: 200, data: bookingOutput(booking), booking }
  }

  /** What the second of two equal requests is answered: a race for half of them, plainly taken for the others. */
  #second(asked: Asked, uid: string): Answer {
    if (asked.operation === 'create' && draw(this.#options.seed, `race|${uid}`) < 0.5)
      return { status: 409, message: 'booking_conflict_error', bare: true }
    if (asked.operation === 'move') return this.#handlers.act(asked)
    const message = 'User either already has booking at this time or is not available'
    return { status: 400, message }
  }

  #noteOthers({ booking, replaced }: Answer, entry: LogEntry): void {
    const touched = replaced ?? booking
    if (touched?.origin === 'web') this.othersTouched.push(entry)
  }

  #otherStart(asked: Asked): number | undefined {
    const { type, start } = this.#handlers.meant(asked)
    if (!type || start === undefined) return undefined
    const free = this.calendar.freeStarts(type, start + 60_000, start + 4 * 3_600_000)
    return free.find((each) => each >= start + type.minutes * 60_000)
  }

  #register(body: Json): Answer {
    const registration = { ...body, id: this.webhooks.registrations.length + 1 } as Registration
    this.webhooks.registrations.push(registration)
    return { status: 201, data: { ...registration, userId: 1, payloadTemplate: '' } }
  }

  #subject({ operation, target, query, body }: Asked): string {
    const attendee = body.attendee as { name?: string; phoneNumber?: string } | undefined
    if (attendee) return `${attendee.name}|${attendee.phoneNumber ?? ''}|${body.start}`
    if (target !== undefined) return operation === 'move' ? `${target}|${body.start}` : target
    if (operation === 'slots') return `${query.eventTypeId}|${query.start}`
    if (operation === 'reserve') return `${body.eventTypeId}|${body.slotStart}`
    return `${query.eventTypeId ?? query.eventTypeIds ?? ''}|${query.afterStart ?? ''}|${query.attendeeEmail ?? ''}`
  }

  #refuseEarly(
    operation: OperationName,
    request: IncomingMessage,
  ): { status: number; message: string } | undefined {
    const version = String(request.headers['cal-api-version'] ?? '')
    const needed = operations[operation][2]
    const served =
      needed === '2024-08-13' ? bookingVersions.includes(version) : needed === null || version === needed
    if (!served) {
      this.checks.note(`cal-api-version "${version}" for ${operation}`)
      return { status: 404, message: `Cannot ${request.method} ${request.url}` }
    }
    const given = request.headers.authorization
    if (given === undefined && !authRequired.has(operation)) return undefined
    if (given === `Bearer ${this.#options.apiKey}`) return undefined
    this.checks.note(`refused key for ${operation}`)
    return { status: 401, message: 'CustomThrottlerGuard - Invalid API Key' }
  }

  #setLimitHeaders(response: ServerResponse): void {
    const now = Date.now()
    if (now - this.#window.from >= 60_000) Object.assign(this.#window, { from: now, used: 0 })
    this.#window.used += 1
    const { requestsPerMinute } = this.#options
    response.setHeader('X-RateLimit-Limit-Default', requestsPerMinute)
    response.setHeader('X-RateLimit-Remaining-Default', Math.max(0, requestsPerMinute - this.#window.used))
    const resetSeconds = Math.ceil((this.#window.from + 60_000 - now) / 1000)
    response.setHeader('X-RateLimit-Reset-Default', resetSeconds)
  }
}

function findOperation(
  method: string,
  path: string,
): { operation: OperationName; target?: string } | undefined {
  for (const [operation, [verb, pattern]] of Object.entries(operations) as [
    OperationName,
    readonly string[],
  ][]) {
    if (verb !== method.toLowerCase()) continue
    const match = new RegExp(`^${(pattern as string).replace(/\{\w+\}/, '([^/]+)')}$`).exec(path)
    if (match) return { operation, target: match[1] === undefined ? undefined : decodeURIComponent(match[1]) }
  }
  return undefined
}

function send(response: ServerResponse, status: number, body: Json): void {
  if (response.destroyed) return
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(body))
}
