/** What is published about the functions: the list of tools, the OpenAPI document and the page, as agents' makers get them. */
import { readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorCodes } from '../../src/error-codes.ts'
import { allFunctions } from '../../src/functions/all.ts'
import { exampleOf } from '../../src/functions/examples/index.ts'
import { toolsOf } from '../../src/functions/tools.ts'
import { contractRoutes } from '../../src/http/routes/contract.ts'
import { heldToContract } from '../helpers/contract.ts'
import { newCallId, startGateway, type TestGateway } from '../helpers/gateway.ts'

const registry = allFunctions()
let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ environment: { PUBLIC_URL: 'https://phone.salon.example' } })
})
afterAll(() => gateway.close())

type Json = Record<string, unknown>
const get = (path: string) => gateway.app.inject({ method: 'GET', url: path })
const document = async () => (await get('/openapi.json')).json<Json & { paths: Json; servers: Json[] }>()

describe('the list of tools', () => {
  test('is the one that is pinned: a change is seen, and meant', () => {
    const pinned: unknown = JSON.parse(readFileSync('docs/tools.json', 'utf8'))
    // Meant: npm run -s tools -- https://gateway.example > docs/tools.json
    expect(toolsOf(registry, 'https://gateway.example', { all: false })).toEqual(pinned)
  })

  test('offers neither what is deprecated nor what is seldom right, unless asked for', () => {
    const names = (all: boolean) => toolsOf(registry, '', { all }).map(({ name }) => name)
    const onRequest = [
      'book_appointment',
      'collect_appointment_data',
      'get_current_context',
      'reserve_slot',
      'release_slot_reservation',
    ]
    expect(
      names(true)
        .filter((name) => !names(false).includes(name))
        .toSorted(),
    ).toEqual(onRequest.toSorted())
  })

  test.each(toolsOf(registry, '', { all: true }).map((tool) => [String(tool.name), tool] as const))(
    '%s: what is required exists, and every argument has one type and says what it is',
    (_name, tool) => {
      const { properties, required } = tool.parameters as {
        properties: Record<string, Json>
        required: string[]
      }
      expect(required.filter((name) => !(name in properties))).toEqual([])
      for (const property of Object.values(properties)) {
        expect(property.type).toMatch(/^(string|integer|boolean)$/)
        expect(property.description).toMatch(/\p{L}{3}/u)
      }
    },
  )
})

describe('GET /openapi.json', () => {
  test('is valid OpenAPI 3.1', async () => {
    const validator = new Validator()
    expect(await validator.validate(structuredClone(await document()))).toMatchObject({ valid: true })
    expect(validator.version).toBe('3.1')
  })

  test('leads to PUBLIC_URL, whatever the request says of itself', async () => {
    const forged = await gateway.app.inject({
      method: 'GET',
      url: '/openapi.json',
      headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' },
    })
    expect(forged.json()).toMatchObject({ servers: [{ url: 'https://phone.salon.example' }] })
    expect(forged.body).not.toContain('evil.example')
  })

  test('has every function at its own address, and every error code', async () => {
    const { paths, ...rest } = await document()
    const own = registry.list().map(({ name }) => `/api/retell/${name.replaceAll('_', '-')}`)
    expect(Object.keys(paths).toSorted()).toEqual(['/api/webhooks/retell/function', ...own].toSorted())
    const text = JSON.stringify(rest)
    expect(errorCodes.filter((code) => !text.includes(`"${code}"`))).toEqual([])
  })

  test('is attached to no route: an undeclared field goes through, in both directions', async () => {
    const call = { callId: newCallId(), from: '+4915112340001' }
    const answer = await gateway.call(
      'check_availability',
      { date: '27.11.2026', service: 'Herrenhaarschnitt', favourite_colour: 'blau' },
      call,
    )
    expect(answer).toMatchObject({ success: true, same_day_available: true })
    expect(JSON.stringify((await document()).components)).not.toContain('same_day_available')
  })
})

describe('the examples', () => {
  test.each(registry.list().map((definition) => [definition.name, definition] as const))(
    '%s: arguments and answer are what the contract says',
    (name, definition) => {
      const { args, answer } = exampleOf(name)
      heldToContract(name, answer)
      expect(definition.input.safeParse(args).success).toBe(true)
      expect(answer).toMatchObject({ success: true })
    },
  )
})

describe('the page', () => {
  test('names every function, needs nothing from elsewhere, and runs no script', async () => {
    const page = await get('/docs')
    expect(page.headers['content-type']).toMatch(/^text\/html/)
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    for (const { name } of registry.list()) expect(page.body).toContain(`id="${name}"`)
    expect(page.body).not.toMatch(/<script|style=|undefined|https?:\/\/(?!phone\.salon)/)
    expect((await get('/docs/style.css')).statusCode).toBe(200)
  })

  test('is not served where pages are off, as in production; the document is', async () => {
    const app = Fastify()
    await app.register(contractRoutes, { registry, publicUrl: null, version: '1', pages: false })
    expect((await app.inject('/docs')).statusCode).toBe(404)
    expect((await app.inject('/openapi.json')).json()).toMatchObject({ servers: [{ url: '/' }] })
  })
})
