/**
 * The mail with a link to sign in. Sent at once and not through the outbox: a link is good for minutes, and its token is to be nowhere
 * but in that mail.
 */
import { randomUUID } from 'node:crypto'
import { readMailFrom } from '../mail/from.ts'
import { renderHtml, renderText } from '../mail/render.ts'
import type { SmtpServer } from '../mail/smtp.ts'
import { linkMinutes } from './people.ts'

/** What hands a link over. @throws Error with the server's code when it does not take the mail */
export function signInMailer(smtp: Pick<SmtpServer, 'deliver'>, mailFrom: string) {
  const from = readMailFrom(mailFrom)
  return async (to: { name: string; email: string }, address: string): Promise<void> => {
    const text = {
      subject: 'Ihr Link zum Anmelden',
      greeting: `Guten Tag ${to.name},`,
      opening: ['mit diesem Link melden Sie sich bei der Verwaltung Ihres Telefonassistenten an:', address],
      facts: [['Gültig', `${linkMinutes} Minuten, einmal`]] as Array<[string, string]>,
      closing: [
        'Einen neuen Link bekommen Sie jederzeit auf der Anmeldeseite. Wenn Sie sich nicht anmelden wollten, brauchen Sie nichts zu tun.',
      ],
      signature: from.name === '' ? 'Ihr Telefonassistent' : from.name,
    }
    const delivery = await smtp.deliver({
      from: { name: from.name, address: from.address },
      to: to.email,
      subject: text.subject,
      text: renderText(text),
      html: renderHtml(text),
      ics: null,
      messageId: `<${randomUUID()}@${from.domain}>`,
    })
    if (delivery.kind !== 'accepted') throw new Error(`the mail server did not take it: ${delivery.code}`)
  }
}
