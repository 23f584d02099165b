/** The agents' contract as one page to read: each function with what it is for, its arguments, what it answers and an example. */
import type { FunctionDefinition } from '../functions/define.ts'
import { exampleOf } from '../functions/examples/index.ts'
import { successSchemas } from '../functions/openapi.ts'
import type { FunctionRegistry } from '../functions/registry.ts'
import { parametersOf } from '../functions/tools.ts'

type Json = Record<string, unknown>

/** HTML in UTF-8; its stylesheet is `contractStyle` at /docs/style.css. */
export function contractPage(registry: FunctionRegistry, version: string): string {
  const definitions = registry.list()
  const offered = definitions.filter(({ onRequest }) => !onRequest)
  const others = definitions.filter(({ onRequest }) => onRequest)
  const links = (some: readonly FunctionDefinition[]) =>
    some.map(({ name }) => `<li><a href="#${name}"><code>${name}</code></a></li>`).join('')
  return `<!doctype html>
<html lang="de">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Funktionen des Sprachagenten</title><link rel="stylesheet" href="/docs/style.css"></head>
<body>
<header><h1>Funktionen des Sprachagenten</h1>
<p>AskPro AI Gateway ${escapeHtml(version)}. Maschinenlesbar: <a href="/openapi.json"><code>/openapi.json</code></a>.
Jede Antwort trägt <code>success</code> und einen deutschen Satz in <code>message</code>; <code>error</code> ist ein fester Code und wird nie vorgelesen.</p></header>
<nav aria-label="Funktionen"><h2>Angeboten</h2><ul>${links(offered)}</ul><h2>Auf Wunsch</h2><ul>${links(others)}</ul></nav>
<main>${definitions.map(section).join('\n')}</main>
</body>
</html>
`
}

function section(definition: FunctionDefinition): string {
  const { name, description } = definition
  const example = exampleOf(name)
  const parameters = parametersOf(definition)
  const required = new Set(parameters.required as string[])
  const rows = Object.entries((parameters.properties ?? {}) as Record<string, Json>).map(
    ([argument, schema]) =>
      `<tr><th scope="row"><code>${argument}</code></th><td>${required.has(argument) ? 'nötig' : ''}</td><td>${escapeHtml(describe(schema))}</td></tr>`,
  )
  const table =
    rows.length === 0
      ? '<p>Keine Angaben.</p>'
      : `<div class="wide"><table><thead><tr><th scope="col">Angabe</th><th scope="col"></th><th scope="col">Bedeutung</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`
  const fields = answerFields(definition).map((field) => `<code>${field}</code>`)
  return `<section id="${name}"><h2><code>${name}</code></h2><p>${escapeHtml(description)}</p>
${table}
<p>Antwort bei Erfolg: ${fields.join(', ')}</p>
<h3>Beispiel</h3>
<pre tabindex="0">${escapeHtml(JSON.stringify(example.args, null, 2))}</pre>
<pre tabindex="0">${escapeHtml(JSON.stringify(example.answer, null, 2))}</pre></section>`
}

function describe(schema: Json): string {
  const choices = Array.isArray(schema.enum) ? ` (${schema.enum.join(', ')})` : ''
  return `${String(schema.description ?? '')}${choices}`
}

/** The fields that an answer with success has, each once. */
function answerFields(definition: FunctionDefinition): string[] {
  const names = successSchemas(definition).flatMap(({ properties }) =>
    Object.keys((properties ?? {}) as Json),
  )
  return [...new Set(names)].filter((name) => name !== 'success' && name !== 'message')
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

/** Plain, for narrow and wide screens, light and dark. */
export const contractStyle = `:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
nav ul { columns: 15rem; padding-left: 1.2rem; }
section { border-top: 1px solid; margin-top: 2rem; padding-top: 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: 0.2rem 1rem 0.2rem 0; }
pre { overflow-x: auto; padding: 0.6rem; border: 1px solid; }
`
