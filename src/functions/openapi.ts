/**
 * The contract as an OpenAPI 3.1 document, made from the registry: every function at its own address and all of them at the common
 * one. It describes; nothing validates or serialises by it, so an agent may send and read more.
 */
import { z } from 'zod'
import type { FunctionDefinition } from './define.ts'
import { exampleOf } from './examples/index.ts'
import type { FunctionRegistry } from './registry.ts'
import { parametersOf } from './tools.ts'

type Json = Record<string, unknown>

/** @param server where the gateway is reached, without a slash at its end; null: where the document was fetched */
export function openApiOf(registry: FunctionRegistry, server: string | null, version: string): Json {
  const definitions = registry.list()
  return {
    openapi: '3.1.0',
    info: {
      title: 'AskPro AI Gateway: functions of the voice agent',
      version,
      description:
        'Every answer that can be spoken is HTTP 200 with `success` and a German `message`; `error` is a stable code and never spoken. Answers may carry more fields than are listed. Requests are signed by Retell.',
    },
    servers: [{ url: server ?? '/' }],
    security: [{ retellSignature: [] }],
    paths: {
      '/api/webhooks/retell/function': { post: commonOperation(definitions) },
      ...Object.fromEntries(
        definitions.map((definition) => [
          `/api/retell/${definition.name.replaceAll('_', '-')}`,
          { post: operationOf(definition) },
        ]),
      ),
    },
    components: {
      securitySchemes: {
        retellSignature: {
          type: 'apiKey',
          in: 'header',
          name: 'x-retell-signature',
          description: 'v=<milliseconds>,d=<hex of HMAC-SHA256 over body and milliseconds>',
        },
      },
      schemas: {
        Call: {
          type: 'object',
          description: 'What Retell says about the call; company, branch and caller follow from it.',
          properties: {
            call_id: { type: 'string' },
            from_number: { type: 'string', description: 'E.164; absent when withheld' },
            to_number: { type: 'string', description: 'E.164' },
            agent_id: { type: 'string' },
            direction: { type: 'string', enum: ['inbound', 'outbound'] },
            transcript: { type: 'string' },
          },
        },
        Failure: failureSchema(definitions[0]!),
        ...Object.fromEntries(
          definitions.flatMap((definition) => [
            [argumentsName(definition), parametersOf(definition)],
            [answerName(definition), { anyOf: [...successSchemas(definition), reference('Failure')] }],
          ]),
        ),
      },
    },
  }
}

/** The JSON schemas of a function's answers with `success: true`. */
export function successSchemas(definition: FunctionDefinition): Json[] {
  return answerSchemas(definition).slice(0, -1)
}

/** What all functions answer with `success: false`: the last of the shapes of `answers()`. */
function failureSchema(definition: FunctionDefinition): Json {
  return answerSchemas(definition).at(-1) ?? {}
}

function answerSchemas({ output }: FunctionDefinition): Json[] {
  return (z.toJSONSchema(output, { io: 'output' }).anyOf ?? []) as Json[]
}

function commonOperation(definitions: readonly FunctionDefinition[]): Json {
  return {
    operationId: 'call_function',
    summary: 'Any function by its name, as Retell calls a custom tool',
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['name', 'args'],
            properties: {
              name: { type: 'string', enum: definitions.map(({ name }) => name) },
              args: { anyOf: definitions.map((definition) => reference(argumentsName(definition))) },
              call: reference('Call'),
            },
          },
          examples: Object.fromEntries(
            definitions.map(({ name }) => [name, { value: { name, args: exampleOf(name).args } }]),
          ),
        },
      },
    },
    responses: {
      200: {
        description: 'The answer of the function',
        content: {
          'application/json': {
            schema: { anyOf: definitions.map((definition) => reference(answerName(definition))) },
          },
        },
      },
      ...refusals,
    },
  }
}

function operationOf(definition: FunctionDefinition): Json {
  const example = exampleOf(definition.name)
  return {
    operationId: definition.name,
    summary: definition.description,
    tags: [definition.onRequest ? 'on request' : 'offered'],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            properties: { args: reference(argumentsName(definition)), call: reference('Call') },
          },
          example: { args: example.args },
        },
      },
    },
    responses: {
      200: {
        description: definition.description,
        content: {
          'application/json': { schema: reference(answerName(definition)), example: example.answer },
        },
      },
      ...refusals,
    },
  }
}

/** What is no answer to a caller. */
const refusals = {
  401: { description: 'The signature is missing, wrong or too old' },
  413: { description: 'The body is too large' },
  429: { description: 'Too many requests of this call or address; see Retry-After' },
}

const argumentsName = ({ name }: FunctionDefinition) => `${pascal(name)}Arguments`
const answerName = ({ name }: FunctionDefinition) => `${pascal(name)}Answer`

function pascal(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function reference(name: string): Json {
  return { $ref: `#/components/schemas/${name}` }
}
