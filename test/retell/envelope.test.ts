import { describe, expect, test } from 'vitest'
import { readArguments } from '../../src/retell/arguments.ts'
import { bareName, readFunctionRequest } from '../../src/retell/envelope.ts'

const known = new Set(['start_booking', 'check_availability', 'parse_date'])
const read = (body: Record<string, unknown>, url?: string) =>
  readFunctionRequest(body, (name) => known.has(name), url)

describe('I-03: every envelope seen in production means the same', () => {
  const wanted = { name: 'check_availability', args: { datum: 'morgen' } }
  test.each([
    ['name and args', { name: 'check_availability', args: { datum: 'morgen' }, call: { call_id: 'call_A' } }],
    [
      'function_name and parameters',
      { function_name: 'check_availability', parameters: { datum: 'morgen' } },
    ],
    [
      'a nested function',
      { call_id: 'call_A', function: { name: 'check_availability', args: { datum: 'morgen' } } },
    ],
    [
      'a nested function with text',
      { function: { name: 'check_availability', arguments: '{"datum":"morgen"}' } },
    ],
    ['a version suffix', { name: 'check_availability_v17', args: { datum: 'morgen' } }],
  ])('%s', (_title, body) => {
    expect(read(body)).toMatchObject(wanted)
  })

  test('arguments at the root, on an address of their own', () => {
    const request = read({ name: 'Max Muster', datum: 'morgen', call_id: 'call_A' }, 'start_booking')
    expect(request).toMatchObject({ name: 'start_booking', callIdHint: 'call_A', call: null })
    expect(readArguments(request.args, ['name', 'date'])).toEqual({ name: 'Max Muster', date: 'morgen' })
  })

  test("at the dispatcher's address a root name is the function only if it is one", () => {
    expect(read({ name: 'start_booking', datum: 'morgen' }).name).toBe('start_booking')
    expect(read({ name: 'Max Muster', datum: 'morgen' }).name).toBeNull()
  })

  test('an empty body names nothing', () => {
    expect(read({})).toMatchObject({ name: null, call: null, callIdHint: null })
  })
})

describe('I-01: the call object alone says which call it is', () => {
  test('args.call_id is a hint only', () => {
    const request = read({
      name: 'start_booking',
      args: { call_id: 'call_001' },
      call: { call_id: 'call_A' },
    })
    expect(request.call?.callId).toBe('call_A')
    expect(request.callIdHint).toBe('call_001')
  })

  test.each(['', 'None', 'null', 'undefined', '{{call_id}}'])('%j is no call id', (value) => {
    const request = read({ name: 'x', args: { call_id: value }, call: { call_id: value } })
    expect([request.call?.callId, request.callIdHint]).toEqual([null, null])
  })
})

test.each([
  ['book_appointment_v99', 'book_appointment'],
  ['checkAvailability', 'check_availability'],
  ['check-availability', 'check_availability'],
  ['start_booking', 'start_booking'],
])('I-12: %s is %s', (name, bare) => {
  expect(bareName(name)).toBe(bare)
})

describe('I-14, I-18: arguments', () => {
  test('one alias table for all functions', () => {
    const args = {
      dienstleistung: 'Dauerwelle',
      datetime: '2025-11-10 10:00',
      kundename: 'Jana Weiß',
      mitarbeiter_wunsch: 'Anna',
    }
    expect(readArguments(args, ['service', 'date', 'name', 'staff'])).toEqual({
      service: 'Dauerwelle',
      date: '2025-11-10 10:00',
      name: 'Jana Weiß',
      staff: 'Anna',
    })
    expect(
      readArguments({ new_datum: '14.11.', new_uhrzeit: '07:55', old_datum: '07.11.' }, [
        'new_date',
        'new_time',
        'old_date',
      ]),
    ).toEqual({
      new_date: '14.11.',
      new_time: '07:55',
      old_date: '07.11.',
    })
  })

  test('a placeholder is absent, and the next alias counts', () => {
    const args = { datum: '{{current_date}}', appointment_date: 'morgen', uhrzeit: 'None', service: '' }
    expect(readArguments(args, ['date', 'time', 'service'])).toEqual({ date: 'morgen' })
  })

  test('numbers become text, yes and no stay, objects vanish', () => {
    expect(
      readArguments({ service_id: 7, confirmed: true, name: { a: 1 }, date: Number.NaN }, [
        'service',
        'confirmed',
        'name',
        'date',
      ]),
    ).toEqual({
      service: '7',
      confirmed: true,
    })
  })

  test('control, zero-width and direction-changing characters are removed', () => {
    const name = 'Max\u0000\r\nBcc: x@y.de \u202Eevil\u2069 \u200BMuster\uD800'
    expect(readArguments({ name }, ['name']).name).toBe('Max Bcc: x@y.de evil Muster')
  })

  test('inherited keys are no arguments', () => {
    expect(readArguments(JSON.parse('{"__proto__":{"date":"morgen"}}'), ['date', 'constructor'])).toEqual({})
  })
})

describe('a call is believed in a full envelope only', () => {
  const call = { call_id: 'call_A', from_number: '+4915112345678', to_number: '+493023125001' }
  test.each([
    ['name, args and call', { name: 'start_booking', args: {}, call }, 'full'],
    ['the older spelling', { function_name: 'start_booking', parameters: {}, call }, 'full'],
    ['no call', { name: 'start_booking', args: { call_id: 'call_A' } }, 'without_call'],
    ['the arguments alone', { datum: 'morgen', call_id: 'call_A' }, 'arguments_only'],
    ['arguments that are the envelope', { call, phone_number: 'x' }, 'arguments_only'],
    ['arguments with a name that are the envelope', { name: 'start_booking', call }, 'arguments_only'],
    ['arguments in a list', { name: 'start_booking', args: [], call }, 'arguments_only'],
    ['a call that is none', { name: 'start_booking', args: {}, call: 'call_A' }, 'without_call'],
  ])('%s', (_title, body, form) => {
    const request = read(body, form === 'full' ? undefined : 'start_booking')
    expect(request.form).toBe(form)
    expect(request.call === null).toBe(form !== 'full')
  })
})
