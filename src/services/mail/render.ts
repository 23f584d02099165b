/**
 * Turns a mail's text into what is sent: plain text and the same as plain HTML. Pure. Values may come from strangers: control
 * characters and line breaks never survive `plain`, and every value is escaped where it becomes HTML.
 */
import type { MailText } from '../../german/sentences/mail.ts'

/** One line of text: no control or invisible format characters, no line breaks, at most `charactersMax`. */
export function plain(text: string, charactersMax: number): string {
  const line = text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const characters = [...line]
  return characters.length <= charactersMax ? line : `${characters.slice(0, charactersMax - 1).join('')}…`
}

/** The same of what a caller said: mail programs make links of "www.…" and "evil.de", and none of ours may be a caller's. */
export function unlinked(text: string, charactersMax: number): string {
  const apart = text
    .replace(/\b[a-z][a-z0-9+.-]*:\/\//gi, ' ')
    .replace(/(?<=[\p{L}\p{N}])\.(?=\p{L}{2,})/gu, '. ')
  return plain(apart, charactersMax)
}

/** The plain text. */
export function renderText({ greeting, opening, facts, closing, signature }: MailText): string {
  const table = facts.map(([label, value]) => `${label}: ${value}`).join('\n')
  return `${[greeting, ...opening, table, ...closing, `Mit freundlichen Grüßen\n${signature}`].join('\n\n')}\n`
}

/** The same as HTML without images, links or scripts. */
export function renderHtml({ subject, greeting, opening, facts, closing, signature }: MailText): string {
  const paragraphs = (lines: string[]) => lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n')
  const rows = facts.map(
    ([label, value]) =>
      `<tr><th align="left" valign="top" style="padding:2px 16px 2px 0">${escapeHtml(label)}</th><td>${escapeHtml(value)}</td></tr>`,
  )
  return `<!doctype html>
<html lang="de">
<head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>
<body style="font-family:sans-serif;line-height:1.4">
${paragraphs([greeting, ...opening])}
<table>
${rows.join('\n')}
</table>
${paragraphs(closing)}
<p>Mit freundlichen Grüßen<br>${escapeHtml(signature)}</p>
</body>
</html>
`
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!)
}
