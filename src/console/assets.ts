/** Styles and scripts under addresses that name their content: kept by browsers for ever, changed by a new address. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { FastifyInstance } from 'fastify'
import { script } from './script.ts'
import { styleOfFrame } from './style-frame.ts'
import { styleOfParts } from './style-parts.ts'

const htmx = readFileSync(
  createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js'),
  'utf8',
).replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n')

function asset(name: string, mediaType: string, content: string) {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16)
  return { path: `/console/assets/${name.replace('*', hash)}`, mediaType, content }
}

export const assets = {
  style: asset('console.*.css', 'text/css; charset=utf-8', styleOfFrame + styleOfParts),
  htmx: asset('htmx.*.js', 'text/javascript; charset=utf-8', htmx),
  script: asset('console.*.js', 'text/javascript; charset=utf-8', script),
}

/** Adds their addresses. */
export function assetRoutes(app: FastifyInstance): void {
  for (const { path, mediaType, content } of Object.values(assets))
    app.get(path, (_request, reply) =>
      reply
        .header('content-type', mediaType)
        .header('cache-control', 'public, max-age=31536000, immutable')
        .send(content),
    )
}
