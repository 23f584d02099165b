/**
 * One function call from request to answer: name, call context, arguments, deadline, handler, record. Every outcome is an
 * answer that the agent can speak, also that the database is gone or too slow: a caller helped by nobody is offered a callback.
 */
import type { Logger } from 'pino'
import { z } from 'zod'
import { AppError } from '../errors.ts'
import { localDayOf } from '../german/index.ts'
import { callNotFound, technicalTrouble, tookTooLong, unknownFunction } from '../german/sentences/calls.ts'
import type { Clock } from '../lib/clock.ts'
import { Deadline } from '../lib/deadline.ts'
import { forAgent } from '../lib/outside-text.ts'
import { readArguments } from '../retell/arguments.ts'
import type { FunctionRequest } from '../retell/envelope.ts'
import type { CallContext } from '../services/call-context.ts'
import type { AnsweredBodies } from '../services/calls/answered-bodies.ts'
import type { CallDirectory } from '../services/calls/directory.ts'
import type { EnvelopeWatch } from '../services/calls/envelope-watch.ts'
import { branchOf } from '../services/catalogue.ts'
import type { AbuseLimits } from './abuse-limits.ts'
import {
  type BaseContext,
  changesSomething,
  type FunctionAnswer,
  type FunctionDefinition,
  type Services,
} from './define.ts'
import type { FunctionRegistry } from './registry.ts'
import type { FunctionCallTracker } from './tracking.ts'

export interface DispatchObserver {
  /** Called once per function call with what metrics need; `functionName` is one of ours or 'unknown'. */
  onFunctionCall(call: {
    functionName: string
    status: 'success' | 'error'
    errorCode: string | null
    durationMs: number
    /** Whether the answer proposes other times. */
    alternatives: boolean
  }): void
}

/** Milliseconds, as configured. */
interface Deadlines {
  readMs: number
  startBookingMs: number
  writeMs: number
  answerMs: number
}

type Deps = {
  registry: FunctionRegistry
  directory: CallDirectory
  services: Services
  tracker: Pick<FunctionCallTracker, 'record'>
  clock: Clock
  log: Logger
  deadlines: Deadlines
  observer: DispatchObserver
  /** Told of requests that bring no full envelope, and whether those are served. */
  envelopes: Pick<EnvelopeWatch, 'isServed'>
  bodies: Pick<AnsweredBodies, 'begin' | 'answered'>
  abuse: Pick<AbuseLimits, 'admit' | 'note'>
  /** The guide's test-call log: whole input and output, only in debug mode. */
  logWholeCalls: boolean
}

const answerCharactersMax = 15_000
/** Within it a writing function puts into words that its time was over; agents wait 5 s for start_booking. */
const overtimeMs = 1_000
/** Answers that a repeat need not get again. */
const undecided = new Set<string>(['technical_error', 'too_slow', 'request_repeated', 'context_mismatch'])
const defaultZone = 'Europe/Berlin'

/** Milliseconds within which each kind of function has answered, whatever it waits for. */
export function answersWithinMs({
  answerMs,
  startBookingMs,
  writeMs,
}: Deadlines): Record<FunctionDefinition['deadline'], number> {
  return {
    read: answerMs,
    startBooking: Math.max(answerMs, startBookingMs + overtimeMs),
    write: Math.max(answerMs, writeMs + overtimeMs),
  }
}

export class Dispatcher {
  readonly #deps: Deps
  readonly #callLog: Logger

  constructor(deps: Deps) {
    this.#deps = deps
    // The line that every call writes has ids and numbers only; looking for secrets in it would cost more than writing it.
    this.#callLog = deps.logWholeCalls ? deps.log : deps.log.child({}, { redact: [] })
  }

  /**
   * Answers a function call with the JSON text of the answer, at most 15,000 characters. Does not reject: what went wrong
   * is in the answer, and in the log.
   */
  async answer(
    request: FunctionRequest,
    trace: {
      requestId: string
      /** SHA-256 (hex) of a body whose signature has no time in it; null or absent for others. */
      bodyDigest?: string | null
    },
  ): Promise<string> {
    const { registry, clock, log } = this.#deps
    const startedAt = performance.now()
    const definition = request.name === null ? undefined : registry.get(request.name)
    const running: Running = {
      context: null,
      args: {},
      at: clock.now(),
      requestId: trace.requestId,
      digest: null,
    }
    if (definition && request.form === 'full' && changesSomething(definition))
      running.digest = trace.bodyDigest ?? null
    // A logger costs more than a line, and most calls log one line only.
    const functionLog = () =>
      log.child({ function: definition?.name ?? 'unknown', requestId: running.requestId })
    let answer: FunctionAnswer
    try {
      if (!definition)
        throw new AppError('unknown_function', unknownFunction(), {
          fields: { fallback: 'callback_request' },
        })
      if (!this.#deps.envelopes.isServed(request.form, definition.needs))
        throw new AppError('envelope_incomplete', callNotFound(), {
          fields: { fallback: 'callback_request' },
        })
      const work = this.#run(definition, request, running, functionLog)
      answer = await this.#inTime(definition, work, functionLog)
    } catch (error) {
      answer = answerOf(error, functionLog)
    }
    answer.message = forAgent(answer.message)
    const text = withinLimit(answer)
    await this.#remember(running, answer, text)
    this.#finish(definition, running, answer, text, startedAt)
    return text
  }

  /**
   * Whatever a function waits for, the caller hears something. One that writes has its whole time and a little more, to tell
   * itself what it did or cannot know; only what ignores its deadline (a database that hangs) is answered for.
   */
  async #inTime(
    definition: FunctionDefinition,
    work: Promise<FunctionAnswer>,
    functionLog: () => Logger,
  ): Promise<FunctionAnswer> {
    const withinMs = answersWithinMs(this.#deps.deadlines)[definition.deadline]
    let timer: NodeJS.Timeout | undefined
    const tooLong = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new AppError('too_slow', tookTooLong(), { fields: { fallback: 'callback_request' } }))
        if (definition.deadline === 'read') return
        work.then(
          ({ success, error }) => functionLog().warn({ success, error }, 'function ended after its answer'),
          (error: unknown) => functionLog().warn({ err: error }, 'function failed after its answer'),
        )
      }, withinMs)
    })
    try {
      return await Promise.race([work, tooLong])
    } finally {
      clearTimeout(timer)
    }
  }

  async #run(
    definition: FunctionDefinition,
    request: FunctionRequest,
    running: Running,
    functionLog: () => Logger,
  ): Promise<FunctionAnswer> {
    const { directory, services, abuse, clock, deadlines } = this.#deps
    const deadlineMs = {
      read: deadlines.readMs,
      startBooking: deadlines.startBookingMs,
      write: deadlines.writeMs,
    }
    const deadline = new Deadline({ clock, budgetMs: deadlineMs[definition.deadline] })
    const now = clock.now()
    running.args = readArguments(request.args, inputKeys(definition))
    if (definition.needs === 'nothing') {
      running.context = await directory.resolve(request, { wait: false }).catch(() => null)
      const timeZone = running.context?.timeZone ?? defaultZone
      const context: BaseContext = {
        now,
        timeZone,
        today: localDayOf(now, timeZone),
        deadline,
        get log() {
          return functionLog()
        },
        services,
      }
      return definition.handler(parseInput(definition, running.args), context)
    }
    const known = await directory.resolve(request)
    running.context = known
    const call: CallContext = { ...known, transcript: request.call?.transcript ?? null }
    const earlier = running.digest === null ? null : await this.#earlier(running.digest, known)
    if (earlier !== null) return earlier
    // What a model has written proves no number, whichever call it names.
    if (request.form !== 'full') Object.assign(call, { callerNumber: null, customerId: null })
    await abuse.admit(definition.name, call)
    const catalogue = await services.catalogues.load(call.companyId)
    const branch = branchOf(catalogue, call.branchId)
    const answer = await definition.handler(parseInput(definition, running.args), {
      now,
      timeZone: branch.timeZone,
      today: localDayOf(now, branch.timeZone),
      deadline,
      get log() {
        return functionLog().child({ callId: call.callId, companyId: call.companyId })
      },
      services,
      call,
      catalogue,
      branch,
    })
    abuse.note(definition.name, call, answer)
    return answer
  }

  /** The answer that a body had before; null for one that is new. @throws AppError `request_repeated` for one that is too old */
  async #earlier(digest: string, { companyId, callId }: CallContext): Promise<FunctionAnswer | null> {
    const seen = await this.#deps.bodies.begin(companyId, digest, callId)
    if (seen.kind === 'new') return null
    if (seen.kind === 'answered') return JSON.parse(seen.answer) as FunctionAnswer
    this.#deps.log.error({ alarm: 'body_repeated', companyId, callId }, 'a recorded request was sent again')
    throw new AppError('request_repeated', technicalTrouble(), { fields: { fallback: 'callback_request' } })
  }

  /** What is recorded for a repeat is what was decided; after a failure of ours the repeat may try again. */
  async #remember({ digest, context }: Running, { error }: FunctionAnswer, text: string): Promise<void> {
    if (digest === null || context === null || (error !== undefined && undecided.has(error))) return
    await this.#deps.bodies
      .answered(context.companyId, digest, text)
      .catch((cause: unknown) =>
        this.#deps.log.warn({ err: cause }, 'an answer was not recorded for repeats'),
      )
  }

  #finish(
    definition: FunctionDefinition | undefined,
    running: Running,
    answer: FunctionAnswer,
    answerText: string,
    startedAt: number,
  ): void {
    const { tracker, observer, logWholeCalls } = this.#deps
    const durationMs = performance.now() - startedAt
    const functionName = definition?.name ?? 'unknown'
    const errorCode = typeof answer.error === 'string' ? answer.error : null
    const status = answer.success ? 'success' : 'error'
    const alternatives = Array.isArray(answer.alternatives) && answer.alternatives.length > 0
    if (running.context) {
      const { context, args, at } = running
      tracker.record({
        context,
        functionName,
        args,
        response: answer,
        responseText: answerText,
        durationMs,
        status,
        error: errorCode,
        alternatives,
        at,
      })
    }
    observer.onFunctionCall({ functionName, status, errorCode, durationMs, alternatives })
    this.#callLog.info(
      {
        function: functionName,
        requestId: running.requestId,
        callId: running.context?.callId,
        companyId: running.context?.companyId,
        status,
        error: errorCode ?? undefined,
        warning: answer.warning,
        durationMs: Math.round(durationMs),
        ...(logWholeCalls ? { input: running.args, output: answer } : {}),
      },
      'function call',
    )
  }
}

interface Running {
  context: CallContext | null
  args: Record<string, unknown>
  at: Date
  requestId: string
  /** Of a body that counts once. */
  digest: string | null
}

function answerOf(error: unknown, functionLog: () => Logger): FunctionAnswer {
  if (error instanceof AppError) {
    if (error.cause !== undefined || Object.keys(error.detail).length > 0) {
      functionLog().warn({ code: error.code, ...error.detail, err: error.cause }, 'function refused')
    }
    return { success: false, error: error.code, message: error.say, ...error.fields }
  }
  functionLog().error({ err: error, alarm: 'function_failed' }, 'function failed')
  return {
    success: false,
    error: 'technical_error',
    fallback: 'callback_request',
    message: technicalTrouble(),
  }
}

const knownKeys = new WeakMap<FunctionDefinition, readonly string[]>()

/** The names of a function's arguments. */
function inputKeys(definition: FunctionDefinition): readonly string[] {
  const keys =
    knownKeys.get(definition) ??
    (definition.input instanceof z.ZodObject ? Object.keys(definition.input.shape) : [])
  knownKeys.set(definition, keys)
  return keys
}

/** Arguments of the wrong kind (an answer "ja" where a name belongs) count as absent: the function asks for them. */
function parseInput(definition: FunctionDefinition, args: Record<string, unknown>): never {
  const parsed = definition.input.safeParse(args)
  if (parsed.success) return parsed.data as never
  const wrong = new Set(parsed.error.issues.map((issue) => String(issue.path[0])))
  const rest = Object.fromEntries(Object.entries(args).filter(([key]) => !wrong.has(key)))
  return definition.input.parse(rest) as never
}

/** Retell cuts results at 15,000 characters; a cut JSON is none, so long lists are shortened first. */
function withinLimit(answer: FunctionAnswer): string {
  const whole = JSON.stringify(answer)
  if (whole.length <= answerCharactersMax) return whole
  const shortened: FunctionAnswer = { ...answer }
  for (const [field, value] of Object.entries(shortened)) {
    if (Array.isArray(value) && value.length > 20) shortened[field] = value.slice(0, 20)
    else if (typeof value === 'string' && value.length > 1_000) shortened[field] = `${value.slice(0, 999)}…`
  }
  const shorter = JSON.stringify(shortened)
  if (shorter.length <= answerCharactersMax) return shorter
  const { success, message, error } = shortened
  return JSON.stringify({ success, error, message: message.slice(0, 1_000) })
}
