/**
 * Signing in: an address is typed, a link comes by mail, its page shows a button, and the button signs in. Programs that look at links
 * in mails before people do open the page and change nothing. Whether an address is known is never told.
 */
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { inBackground } from '../../lib/in-background.ts'
import { linkMinutes, type People } from '../../services/people/people.ts'
import type { SessionCookie } from '../app.ts'
import { plainPage } from '../layout.tsx'
import { plainAnswer } from '../refusals.tsx'

interface Options {
  people: People
  cookie: SessionCookie
  production: boolean
  publicUrl: string | null
  sendLink: ((to: { name: string; email: string }, address: string) => Promise<void>) | null
  log: Logger
}

/** Attempts from one address in a minute; guessing a token of 256 bits is hopeless, asking for mails is a nuisance. */
const attempts = { config: { rateLimit: { max: 10, timeWindow: 60_000 } } }

export async function signInRoutes(app: FastifyInstance, options: Options): Promise<void> {
  const { people, cookie, publicUrl, sendLink, log } = options

  app.get<{ Querystring: { weiter?: string } }>('/console/anmelden', async (request, reply) =>
    reply.header('content-type', 'text/html; charset=utf-8').send(
      plainPage(
        'Anmelden',
        <form method="post" action={`/console/anmelden${onwards(request.query.weiter)}`}>
          <p>Wir schicken Ihnen einen Link, mit dem Sie sich anmelden. Ein Passwort brauchen Sie nicht.</p>
          <div class="field">
            <label for="email">E-Mail-Adresse</label>
            <input id="email" name="email" type="email" autocomplete="email" required maxLength={200} />
          </div>
          <button type="submit">Link schicken</button>
        </form>,
      ),
    ),
  )

  app.post<{ Body: { email?: string }; Querystring: { weiter?: string } }>(
    '/console/anmelden',
    attempts,
    async (request, reply) => {
      const email = (request.body?.email ?? '').slice(0, 200)
      const base = publicUrl ?? `${request.protocol}://${request.host}`
      // In the background: how long it takes tells nothing about the address.
      inBackground(send(email, base, onwards(request.query.weiter)), (error) =>
        log.error(
          { err: error, component: 'console', alarm: 'request_failed' },
          'no link to sign in was sent',
        ),
      )
      return reply.header('content-type', 'text/html; charset=utf-8').send(
        plainPage(
          'Sehen Sie in Ihr Postfach',
          <>
            <p>
              {`Wenn diese Adresse bei uns eingetragen ist, kommt gleich ein Link. Er gilt ${linkMinutes} Minuten und einmal.`}
            </p>
            <p>
              <a href="/console/anmelden">Andere Adresse</a>
            </p>
          </>,
        ),
      )
    },
  )

  app.get<{ Params: { token: string }; Querystring: { weiter?: string } }>(
    '/console/anmelden/:token',
    async (request, reply) =>
      reply.header('content-type', 'text/html; charset=utf-8').send(
        plainPage(
          'Anmelden',
          <form
            method="post"
            action={`/console/anmelden/${encodeURIComponent(request.params.token)}${onwards(request.query.weiter)}`}
          >
            <p>Mit einem Klick sind Sie auf diesem Gerät angemeldet.</p>
            <button type="submit">Jetzt anmelden</button>
          </form>,
        ),
      ),
  )

  app.post<{ Params: { token: string }; Querystring: { weiter?: string } }>(
    '/console/anmelden/:token',
    attempts,
    async (request, reply) => {
      const session = await people.signIn(request.params.token)
      if (session === null)
        return plainAnswer(
          reply,
          410,
          'Dieser Link gilt nicht mehr',
          `Ein Link gilt ${linkMinutes} Minuten und einmal. Lassen Sie sich bitte unter „Anmelden“ einen neuen schicken.`,
        )
      return reply
        .setCookie(cookie.name, session.token, { ...cookie.options, expires: session.expiresAt })
        .redirect(wayBack(request.query.weiter), 303)
    },
  )

  async function send(email: string, base: string, onward: string): Promise<void> {
    const link = await people.linkFor(email)
    if (link === null) return
    if (sendLink === null) {
      log.warn({ component: 'console' }, 'no mail server: nobody can be sent a link to sign in')
      return
    }
    await sendLink(link.person, `${base}/console/anmelden/${link.token}${onward}`)
  }
}

/** Where somebody wanted to go; only a page of the console. */
function wayBack(path: string | undefined): string {
  return path !== undefined && /^\/console(?:[/?][\w\-./?=&%:]*)?$/.test(path) && !path.includes('//')
    ? path
    : '/console'
}

function onwards(path: string | undefined): string {
  const to = wayBack(path)
  return to === '/console' ? '' : `?weiter=${encodeURIComponent(to)}`
}
