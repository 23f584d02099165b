/** Payloads as seen in production are accepted as they are. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, startGateway, type TestGateway } from '../helpers/gateway.ts'

const folder = join(import.meta.dirname, '../fixtures/payloads')
type Body = Record<string, unknown>

function read(prefix: string): Array<[label: string, body: Body]> {
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix))
    .flatMap((name): Array<[string, Body]> => {
      const content = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Body & {
        cases?: Array<{ label: string; body: Body }>
      }
      return content.cases ? content.cases.map(({ label, body }) => [label, body]) : [[name, content]]
    })
}

describe('payloads from production', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ now: '2025-11-10T14:34:00Z' })
    await gateway.database.tenancy.asSystem(async (tx) => {
      const branch = await tx.branch.findFirstOrThrow({ where: { companyId: 1 } })
      await tx.phoneNumber.create({
        data: {
          companyId: 1,
          branchId: branch.id,
          number: '+493055500138',
          agentId: 'agent_9aaf680776b98fd17fe6337612',
        },
      })
    })
  })
  afterAll(() => gateway.close())

  test.each(read('retell-fn-'))('%s', async (_label, body) => {
    const path =
      'name' in body || 'function_name' in body
        ? '/api/webhooks/retell/function'
        : '/api/retell/check-availability'
    const response = await gateway.send(path, body)
    const answer = response.json<Answer>()
    expect(response.statusCode).toBe(200)
    expect(typeof answer.success).toBe('boolean')
    expect(['technical_error', 'unknown_function']).not.toContain(answer.error)
    expect(answer.message).toMatch(/\p{L}{3}/u)
    expect(answer.message).not.toMatch(/\{\{|undefined|null|\d{4}-\d{2}-\d{2}|\d:\d\d/)
  })

  test.each(read('retell-wh-'))('%s', async (_label, body) => {
    const response = await gateway.send('/api/webhooks/retell', body)
    expect(response.statusCode).toBe(200)
    expect(response.body).not.toContain('"handled":false')
  })
})
