/** What `npm run agent` needs of the rest of the gateway: our functions as tools, their names, addresses and deadlines. */
import type { LintRules } from '../agents/lint.ts'
import type { OurTools } from '../agents/render.ts'
import type { Config } from '../config.ts'
import { allFunctions } from '../functions/all.ts'
import { answersWithinMs } from '../functions/dispatch.ts'
import { toolsOf } from '../functions/tools.ts'
import { functionPaths } from '../http/routes/functions.ts'
import { eventPaths } from '../http/routes/retell-events.ts'

export interface OurSide {
  tools: OurTools
  rules: LintRules
  /** Where Retell sends events. */
  eventsUrl: string
}

/** @param publicUrl where the gateway is reached, without a slash at its end */
export function ourSide(deadlines: Config['deadlines'], publicUrl: string): OurSide {
  const registry = allFunctions()
  const within = answersWithinMs(deadlines)
  return {
    tools: {
      tools: toolsOf(registry, publicUrl, { all: true }),
      answersWithinMs: new Map(registry.list().map(({ name, deadline }) => [name, within[deadline]])),
    },
    rules: {
      names: registry.entries().map(({ name, definition }) => ({
        name,
        functionName: definition.name,
        offered: !definition.onRequest,
        answersWithinMs: within[definition.deadline],
      })),
      addresses: { publicUrl, functionPaths: functionPaths(registry) },
    },
    eventsUrl: `${publicUrl}${eventPaths[0]}`,
  }
}
