/** Every call of `calls/`, played with the agent that was applied; and what happens when something is taken from that agent. */
import { appendFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readCalls } from './read.ts'
import { playCall } from './world.ts'

const calls = readCalls()
const wanted = process.env.CALLS_ONLY?.split(',')
const played = calls.filter(({ id }) => wanted?.some((one) => id.startsWith(one)) ?? true)
const callOf = (id: string) => calls.find((one) => one.id === id)!

test.each(played)('$id: $title', async (file) => {
  const grade = await playCall(file)
  if (process.env.CALLS_REPORT) appendFileSync(process.env.CALLS_REPORT, `${JSON.stringify(grade)}\n`)
  expect(grade.reasons).toEqual([])
  expect(grade.verdict).toBe('pass')
})

describe.skipIf(wanted !== undefined)('the verdict', () => {
  test('another end than the expected one is a failure, whatever was said', async () => {
    const wrong = { ...callOf('c03'), id: 'wrong' }
    const grade = await playCall({
      ...wrong,
      expect: {
        ...wrong.expect,
        bookings: [{ at: '2026-11-27 16:45', name: 'Jemand Anderes' }],
        said: [/Bezahlung/],
      },
    })
    expect(grade.verdict).toBe('fail')
    expect(grade.reasons).toHaveLength(2)
    expect(grade.reasons.join()).toMatch(/bookings are .*Karle Häberle.*never said: Bezahlung/)
  })

  test('a call in which nothing was done shows nothing', async () => {
    const grade = await playCall({ ...callOf('c20'), id: 'empty', script: [] })
    expect(grade).toMatchObject({ verdict: 'inconclusive', reasons: [] })
  })
})

describe.skipIf(wanted !== undefined)('what is taken from the agent is missed', () => {
  test.each(['confirm_booking', 'initialize_call', 'end_call'])('the tool %s', async (name) => {
    const grade = await playCall(callOf('c03'), ({ general_tools }) => ({
      general_tools: general_tools.filter((tool) => tool.name !== name),
    }))
    expect(grade.verdict).toBe('fail')
    expect(grade.reasons).toContain(`stopped: the agent has no tool ${name}`)
  })

  test.each([
    [
      'a field',
      { type: 'object', properties: { confirmed: { type: 'boolean' } } },
      'has no field booking_id',
    ],
    [
      'a field that nobody can fill is required',
      {
        type: 'object',
        properties: { confirmed: { type: 'boolean' }, booking_id: { type: 'string' }, pin: {} },
        required: ['pin'],
      },
      'requires pin, and the caller does not know it',
    ],
  ])('%s', async (_title, parameters, reason) => {
    const grade = await playCall(callOf('c03'), ({ general_tools }) => ({
      general_tools: general_tools.map((tool) =>
        tool.name === 'confirm_booking' ? { ...tool, parameters } : tool,
      ),
    }))
    expect(grade.reasons.join()).toContain(reason)
  })

  test('the address', async () => {
    const grade = await playCall(callOf('c25'), ({ general_tools }) => ({
      general_tools: general_tools.map((tool) =>
        tool.name === 'get_business_info' ? { ...tool, url: 'https://old.example/api' } : tool,
      ),
    }))
    expect(grade.reasons).toContain('stopped: nobody answers at https://old.example/api')
  })

  test('the words of the first sentence', async () => {
    const grade = await playCall(callOf('c20'), () => ({ begin_message: 'Salon Sonnenschein, guten Tag.' }))
    expect(grade.reasons).toEqual(['the first sentence does not say that a machine speaks'])
  })
})
