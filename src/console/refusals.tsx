/** What people are told when something is not shown or not done: what happened, what is safe, what to do. */
import type { FastifyReply } from 'fastify'
import { plainPage } from './layout.tsx'

/** A page of one sentence. */
export function plainAnswer(
  reply: FastifyReply,
  statusCode: number,
  title: string,
  text: string,
): FastifyReply {
  return reply
    .code(statusCode)
    .header('content-type', 'text/html; charset=utf-8')
    .send(
      plainPage(
        title,
        <>
          <p>{text}</p>
          <p>
            <a href="/console">Zur Übersicht</a>
          </p>
        </>,
      ),
    )
}

/** There is none, or it is somebody else's: the same answer. */
export function notFound(reply: FastifyReply): FastifyReply {
  return plainAnswer(
    reply,
    404,
    'Diese Seite gibt es nicht',
    'Vielleicht wurde der Eintrag gelöscht, oder die Adresse ist nicht vollständig.',
  )
}

export function forbidden(reply: FastifyReply): FastifyReply {
  return plainAnswer(
    reply,
    403,
    'Das ist für Ihre Rolle nicht vorgesehen',
    'Fragen Sie die Inhaberin oder den Inhaber, wenn Sie es brauchen. Es wurde nichts geändert.',
  )
}

export function troubled(reply: FastifyReply, statusCode: number): FastifyReply {
  if (statusCode === 429)
    return plainAnswer(
      reply,
      429,
      'Das waren viele Anfragen auf einmal',
      'Bitte warten Sie eine Minute und laden Sie die Seite dann neu.',
    )
  if (statusCode < 500)
    return plainAnswer(
      reply,
      statusCode,
      'Das konnten wir nicht lesen',
      'Es wurde nichts geändert. Öffnen Sie die Seite bitte neu und versuchen Sie es noch einmal.',
    )
  return plainAnswer(
    reply,
    statusCode,
    'Das hat nicht geklappt',
    'Die Seite konnte nicht geladen werden; Anrufe werden weiter angenommen. Bitte versuchen Sie es in einer Minute noch einmal.',
  )
}
