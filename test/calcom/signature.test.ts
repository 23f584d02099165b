import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { verifyCalcomSignature } from '../../src/calcom/signature.ts'

const rawBody = Buffer.from('{"triggerEvent":"BOOKING_CREATED","payload":{"title":"Färben"}}')
const sign = (secret: string, body: Buffer = rawBody) =>
  createHmac('sha256', secret).update(body).digest('hex')
const verify = (signature: string | undefined, secrets: string[] = ['new', 'old'], body = rawBody) =>
  verifyCalcomSignature({ rawBody: body, signature, secrets })

test('the signature of any current secret passes, in every accepted spelling', () => {
  expect(verify(sign('new'))).toBe(true)
  expect(verify(sign('old'))).toBe(true)
  expect(verify(`sha256=${sign('old')}`)).toBe(true)
  expect(verify(sign('old').toUpperCase())).toBe(true)
})

test('another secret, one changed byte, a re-serialised body do not pass', () => {
  expect(verify(sign('other'))).toBe(false)
  const changed = Buffer.from(rawBody)
  changed[5]! ^= 1
  expect(verify(sign('new'), ['new'], changed)).toBe(false)
  const again = Buffer.from(JSON.stringify(JSON.parse(rawBody.toString()), null, 1))
  expect(verify(sign('new'), ['new'], again)).toBe(false)
})

test.each([
  undefined,
  '',
  'sha256=',
  'no-secret-provided',
  'zz',
  sign('new').slice(1),
  `${sign('new')}00`,
  `sha1=${sign('new')}`,
])('a header that is no signature (%s) does not pass', (signature) => {
  expect(verify(signature)).toBe(false)
})

test('an empty secret never passes, not even its own signature', () => {
  expect(verify(sign(''), [''])).toBe(false)
  expect(verify(sign(' '), [' '])).toBe(false)
  expect(verify(sign(''), [])).toBe(false)
  expect(verify(sign('real'), ['', 'real'])).toBe(true)
})
