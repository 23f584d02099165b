/**
 * The functions as tools of a voice agent: one entry per function in the form of Retell's API, made from the very schema that
 * validates the arguments here. What a model should have before it calls (`required`) is told here only.
 */
import { z } from 'zod'
import type { FunctionDefinition } from './define.ts'
import type { FunctionRegistry } from './registry.ts'

/** Milliseconds Retell waits for each kind of function: our own deadline with room for the network. */
const timeoutMs = { read: 5_000, startBooking: 5_000, write: 15_000 }

/** A tool of an agent's configuration. */
export type Tool = Record<string, unknown>

/**
 * @param baseUrl where the gateway is reached, without a slash at its end
 * @param options `all`: also what is offered on request only
 */
export function toolsOf(registry: FunctionRegistry, baseUrl: string, options: { all: boolean }): Tool[] {
  return registry
    .list()
    .filter(({ onRequest }) => options.all || !onRequest)
    .map((definition) => ({
      type: 'custom',
      name: definition.name,
      description: definition.description,
      url: `${baseUrl}/api/webhooks/retell/function`,
      method: 'POST',
      parameters: parametersOf(definition),
      timeout_ms: timeoutMs[definition.deadline],
      max_retry: 1,
      speak_during_execution: definition.deadline === 'write',
      speak_after_execution: true,
    }))
}

/** The JSON schema of a function's arguments; each has one type, the one a model should send. */
export function parametersOf(definition: FunctionDefinition): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(definition.input, { io: 'input', target: 'draft-07' })
  const properties = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, property]) => [name, withOneType(property)]),
  )
  return { ...schema, properties, required: [...(definition.required ?? [])] }
}

/** Numbers and yes or no are also understood as text; that is no news for a model. */
function withOneType(property: unknown): unknown {
  if (typeof property !== 'object' || property === null || !('type' in property)) return property
  const { type } = property
  if (!Array.isArray(type)) return property
  return { ...property, type: type.includes('boolean') ? 'boolean' : 'integer' }
}
