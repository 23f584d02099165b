/**
 * The console: an application of its own beside the gateway's. Everything but signing in and the assets needs a session; every form
 * must come from a page of ours and carry its token; what a person may not see is answered as if it were not there.
 */
import cookies from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type { Logger } from 'pino'
import type { Tenancy } from '../db/tenancy.ts'
import type { Clock } from '../lib/clock.ts'
import type { Catalogues } from '../services/catalogue.ts'
import type { AppointmentDesk } from '../services/changes/desk.ts'
import { People, type SignedIn } from '../services/people/people.ts'
import { assetRoutes } from './assets.ts'
import { companyList } from './companies/list.tsx'
import { chooseContext } from './context.ts'
import { pageOf, renderPart } from './layout.tsx'
import type { Act, Asked, Download, Page, PageContext, Shown } from './page.ts'
import { acts, pages } from './pages.ts'
import { forbidden, notFound, plainAnswer, troubled } from './refusals.tsx'
import { sentenceOf } from './said.ts'
import { csrfTokenOf, isCsrfToken, isFromOurPage, isHttps, protect } from './security.ts'
import { signInRoutes } from './sign-in/routes.tsx'

export interface ConsoleOptions {
  tenancy: Tenancy
  tenancyOf: (actor: string) => Tenancy
  clock: Clock
  appointments: AppointmentDesk
  catalogues: Catalogues
  log: Logger
  production: boolean
  /** https; null outside of production only, where links begin with what the browser asked. */
  publicUrl: string | null
  trustedProxies: readonly string[]
  /** Hands a link over to the person's mailbox; null: no mail server. */
  sendLink: ((to: { name: string; email: string }, address: string) => Promise<void>) | null
}

/** Pages, parts and forms of one session in a minute. */
const requestsPerMinute = 300
const bodyBytesMax = 64 * 1024

/** Builds the application; it is given requests one by one and does not listen. */
export async function buildConsole(options: ConsoleOptions): Promise<FastifyInstance> {
  const { production, publicUrl, log, clock, tenancy } = options
  const people = new People({ tenancy, clock })
  const cookie = cookieOf(production)
  const app = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    childLoggerFactory: (logger) => logger,
    logController: new Fastify.LogController({ disableRequestLogging: true }),
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    bodyLimit: bodyBytesMax,
    routerOptions: { ignoreTrailingSlash: true },
  }) as unknown as FastifyInstance
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
  await app.register(cookies)
  await app.register(rateLimit, { max: requestsPerMinute, timeWindow: 60_000 })
  app.decorateRequest('signedIn', null)

  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const statusCode = error.statusCode ?? 500
    if (statusCode >= 500)
      log.error(
        { err: error, component: 'console', alarm: 'request_failed', route: request.routeOptions.url },
        'a page of the console failed',
      )
    return troubled(reply, statusCode)
  })
  app.setNotFoundHandler((_request, reply) => notFound(reply))

  app.addHook('onRequest', async (request, reply) => {
    const https = isHttps(request)
    protect(reply, { https })
    if (!request.url.startsWith('/console/assets/')) reply.header('cache-control', 'no-store')
    if (production && !https)
      return plainAnswer(reply, 403, 'Nur über https', `Öffnen Sie bitte ${publicUrl}/console.`)
    if (request.method !== 'GET' && request.method !== 'HEAD' && !isFromOurPage(request, publicUrl))
      return plainAnswer(
        reply,
        403,
        'Das Formular kam nicht von dieser Seite',
        'Es wurde nichts geändert. Öffnen Sie die Seite bitte neu und senden Sie das Formular noch einmal.',
      )
  })

  assetRoutes(app)
  await app.register(signInRoutes, { ...options, people, cookie })
  await app.register(async (inside) => {
    inside.addHook('preHandler', async (request, reply) => {
      const token = request.cookies[cookie.name]
      const signedIn = token === undefined ? null : await people.find(token)
      if (signedIn === null) {
        const back = request.method === 'GET' ? `?weiter=${encodeURIComponent(request.url)}` : ''
        // A part of a page cannot show a form to sign in: the whole page goes there.
        if (request.headers['hx-request'])
          return reply.header('hx-redirect', '/console/anmelden').code(401).send()
        return reply.redirect(`/console/anmelden${back}`, 302)
      }
      request.signedIn = { ...signedIn, token: token! }
      if (request.method !== 'GET' && !isCsrfToken(formOf(request).csrf, token!))
        return plainAnswer(
          reply,
          403,
          'Die Seite war zu lange offen',
          'Es wurde nichts geändert. Öffnen Sie die Seite bitte neu und senden Sie das Formular noch einmal.',
        )
    })
    inside.post('/console/abmelden', async (request, reply) => {
      await people.signOut(request.signedIn!.sessionId)
      return reply.clearCookie(cookie.name, cookie.options).redirect('/console/anmelden', 303)
    })
    inside.post('/console/abmelden/ueberall', async (request, reply) => {
      await people.signOutEverywhere(request.signedIn!.person.id)
      return reply.clearCookie(cookie.name, cookie.options).redirect('/console/anmelden', 303)
    })
    inside.get('/console/betriebe', async (request, reply) =>
      html(
        reply,
        await companyList(tenancy, request.signedIn!, csrfTokenOf(request.signedIn!.token), clock.now()),
      ),
    )
    for (const page of pages) inside.get(page.path, (request, reply) => showPage(page, request, reply))
    for (const act of acts) inside.post(act.path, (request, reply) => runAct(act, request, reply))
    inside.all('/console/*', (_request, reply) => notFound(reply))
  })
  return app

  async function showPage(page: Page, request: FastifyRequest, reply: FastifyReply) {
    const asked = askedBy(request)
    const chosen = await contextFor(request, asked)
    if (chosen.kind === 'choose') return reply.redirect('/console/betriebe', 302)
    if (chosen.kind === 'absent') return notFound(reply)
    const { context, waiting, canChoose } = chosen
    if (!context.may(page.right)) return forbidden(reply)
    const { teil } = asked.query
    if (teil !== undefined) {
      const part = page.parts?.[teil]
      if (part === undefined) return notFound(reply)
      return html(reply, renderPart(await part(context, asked)))
    }
    const shown = await page.show(context, asked)
    if (shown === null) return notFound(reply)
    if ('fileName' in shown) return sendFile(reply, shown)
    return html(reply, framed(shown, context, page.path, asked, { waiting, canChoose }))
  }

  async function runAct(act: Act, request: FastifyRequest, reply: FastifyReply) {
    const asked = askedBy(request)
    const chosen = await contextFor(request, asked)
    if (chosen.kind !== 'page') return notFound(reply)
    const { context } = chosen
    if (!context.may(act.right)) return forbidden(reply)
    const form = act.form.safeParse(formOf(request))
    if (!form.success)
      return plainAnswer(
        reply,
        400,
        'Da fehlt noch etwas',
        form.error.issues[0]?.message ?? 'Bitte füllen Sie das Formular noch einmal aus.',
      )
    const done = await act.run(context, { ...asked, form: form.data })
    if (done === null) return notFound(reply)
    const [bare = '', fragment] = done.to.split('#')
    const mark = `${bare.includes('?') ? '&' : '?'}gesagt=${done.said}`
    return reply.redirect(`${bare}${mark}${fragment === undefined ? '' : `#${fragment}`}`, 303)
  }

  function contextFor(request: FastifyRequest, { query }: Asked) {
    const signedIn = request.signedIn!
    return chooseContext(options, signedIn, csrfTokenOf(signedIn.token), query)
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is signed in, and with which cookie; null before that is known. */
    signedIn: (SignedIn & { token: string }) | null
  }
}

/** The session's cookie. `__Host-` means: https, this host, every path; without https (development only) it has another name. */
function cookieOf(production: boolean) {
  return {
    name: production ? '__Host-console' : 'console',
    options: { path: '/', httpOnly: true, sameSite: 'lax', secure: production },
  } as const
}

export type SessionCookie = ReturnType<typeof cookieOf>

function framed(
  { title, body }: Shown,
  context: PageContext,
  path: string,
  { query }: Asked,
  { waiting, canChoose }: { waiting: number; canChoose: boolean },
): string {
  return pageOf({ title, context, path, waiting, canChoose, said: sentenceOf(query.gesagt), children: body })
}

function html(reply: FastifyReply, text: string): FastifyReply {
  return reply.header('content-type', 'text/html; charset=utf-8').send(text)
}

function sendFile(reply: FastifyReply, { fileName, mediaType, content }: Download): FastifyReply {
  return reply
    .header('content-type', mediaType)
    .header('content-disposition', `attachment; filename="${fileName}"`)
    .send(content)
}

/** Of a field that comes twice the last value counts. */
function askedBy(request: FastifyRequest): Asked {
  const query = Object.fromEntries(
    Object.entries(request.query as Record<string, string | string[]>).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.at(-1) : value,
    ]),
  )
  return { params: request.params as Record<string, string>, query }
}

function formOf(request: FastifyRequest): Record<string, string> {
  return (request.body ?? {}) as Record<string, string>
}
