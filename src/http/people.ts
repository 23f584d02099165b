/** What people read who opened an address that does not exist in a browser; programs get JSON. */
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Whether a request is a person's: a browser asking for a page. */
export function isPerson(request: FastifyRequest): boolean {
  return request.method === 'GET' && /\btext\/html\b/.test(String(request.headers.accept ?? ''))
}

/** A page in words. In: `hasConsole`, whether there is somewhere to go. */
export function pageNotFound(reply: FastifyReply, hasConsole: boolean): FastifyReply {
  const onward = hasConsole ? '<p><a href="/console">Zur Übersicht</a></p>' : ''
  return reply
    .code(404)
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
      'x-content-type-options': 'nosniff',
    })
    .send(
      `<!doctype html><html lang="de"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>Diese Seite gibt es nicht</title></head><body><h1>Diese Seite gibt es nicht</h1><p>Vielleicht ist die Adresse nicht vollständig.</p>${onward}</body></html>`,
    )
}
