/** A caller hears something in time, whatever a reading function waits for. */
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newCallId, startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ environment: { ANSWER_WITHIN_MS: '300' } })
})
afterAll(() => gateway.close())

test('I-78: a blocked table is answered for with a sentence and a callback, and the next call works again', async () => {
  const call = { callId: newCallId() }
  const other = new Client({ connectionString: gateway.databaseUrl })
  await other.connect()
  try {
    await gateway.call('get_available_services', {}, call)
    await other.query('BEGIN; LOCK TABLE customers IN ACCESS EXCLUSIVE MODE')
    const startedAt = performance.now()
    const answer = await gateway.call('check_customer', {}, call)
    expect(answer).toMatchObject({ success: false, error: 'too_slow', fallback: 'callback_request' })
    expect(answer.message).toMatch(/länger als gewohnt.*\?$/)
    // Well before the two seconds after which PostgreSQL gives the lock up.
    expect(performance.now() - startedAt).toBeLessThan(1_900)
  } finally {
    await other.end()
  }
  await expect
    .poll(async () => (await gateway.call('check_customer', {}, call)).success, { timeout: 10_000 })
    .toBe(true)
})
