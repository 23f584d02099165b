/** Credentials as an attacker would bend them: signatures, keys, addresses. */
import { createHmac } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { apiKey, sign, startGateway, type TestGateway } from '../helpers/gateway.ts'
import { Tally } from './tally.ts'

const path = '/api/webhooks/retell/function'
const events = '/api/webhooks/retell'
const body = JSON.stringify({ name: 'parse_date', args: { date_string: 'morgen' } })
const event = JSON.stringify({ event: 'something_new', call: { call_id: 'call_0123456789' } })
const guideSecret = 'secret of the guide'
const hex = (key: string, payload: string) => createHmac('sha256', key).update(payload).digest('hex')

let gateway: TestGateway
afterEach(() => gateway.close())

const types = [
  'application/json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'x',
  '',
]
async function status(url: string, payload: string, signature: string | null, type = 'application/json') {
  return (await gateway.send(url, payload, { signature, headers: { 'content-type': type } })).statusCode
}

describe('Retell’s signature and the guide’s', () => {
  test('each key in rotation and the guide’s secret pass for calls and events in any content type; nothing else does', async () => {
    gateway = await startGateway({
      environment: { RETELLAI_API_KEY_PREVIOUS: 'key before', RETELLAI_WEBHOOK_SECRET: guideSecret },
    })
    const now = gateway.clock.now()
    const tally = new Tally('attacks tried')
    for (const [url, payload] of [
      [path, body],
      [events, event],
    ] as const) {
      const good = [
        sign(payload, now),
        sign(payload, now, 'key before'),
        sign(payload, new Date(now.getTime() - 299_000)),
        sign(payload, now).toUpperCase().replace('V=', 'v=').replace('D=', 'd='),
        hex(guideSecret, payload),
        hex(guideSecret, payload).toUpperCase(),
        ` ${sign(payload, now)} `,
      ]
      for (const signature of good)
        for (const type of types) expect(await status(url, payload, signature, type)).toBe(200)
      const genuine = sign(payload, now)
      const bad: Array<string | null> = [
        null,
        '',
        ' ',
        'null',
        sign(payload, now, ''),
        sign(payload, now, ' '),
        sign(payload, now, 'undefined'),
        sign(payload, now, `${apiKey} `),
        sign(payload, now, apiKey.toUpperCase()),
        sign(payload, now, guideSecret),
        sign(payload, new Date(now.getTime() - 300_001)),
        sign(payload, new Date(now.getTime() + 300_001)),
        sign(payload, new Date(0)),
        // A genuine digest under a fresh timestamp, and the other way round.
        genuine.replace(/v=\d+/, `v=${now.getTime() + 1}`),
        genuine.replace(/v=\d+/, `v=${'9'.repeat(400)}`),
        genuine.replace(/v=(\d+)/, 'v=$1.0'),
        genuine.replace(/v=(\d+)/, 'v=-$1'),
        genuine.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')),
        genuine.slice(0, -1),
        `${genuine}0`,
        `${genuine},d=${'0'.repeat(64)}`,
        `${genuine}, ${genuine}`,
        genuine.split(',').reverse().join(','),
        hex(apiKey, payload),
        hex('', payload),
        hex(`${guideSecret} `, payload),
        `sha256=${hex(guideSecret, payload)}`,
        Buffer.from(hex(guideSecret, payload), 'hex').toString('base64'),
        '0'.repeat(64),
        `v=${now.getTime()},d=${'é'.repeat(64)}`.normalize(),
      ]
      for (const signature of bad)
        for (const type of types)
          tally.tried(`${url} ${type} ${signature}`, (await status(url, payload, signature, type)) === 401)
      // One byte more, less or other; the same JSON in other bytes; nothing at all.
      const parsed = JSON.parse(payload) as object
      for (const changed of [
        `${payload} `,
        ` ${payload}`,
        payload.slice(0, -1),
        payload.replace('e', 'E'),
        JSON.stringify(parsed, null, 2),
        JSON.stringify(Object.fromEntries(Object.entries(parsed).reverse())),
        '',
        '{}',
        `\uFEFF${payload}`,
      ])
        for (const signature of [genuine, hex(guideSecret, payload)])
          for (const type of types)
            tally.tried(
              `${url} ${type} changed body ${changed.slice(0, 20)}`,
              (await status(url, changed, signature, type)) === 401,
            )
    }
    tally.expectNoneThrough(400)
  })

  test('a signature over an empty body opens no body, and a signed body that is no object is 400', async () => {
    gateway = await startGateway()
    const now = gateway.clock.now()
    expect(await status(path, body, sign('', now))).toBe(401)
    for (const payload of ['[]', '"x"', '7', 'null', 'true', '{', '\u0000'])
      expect([payload, await status(path, payload, sign(payload, now))]).toEqual([payload, 400])
  })

  test('without any key configured nothing is ever valid, whatever the empty key would sign', async () => {
    gateway = await startGateway({ environment: { RETELLAI_API_KEY: '', RETELLAI_WEBHOOK_SECRET: '' } })
    const now = gateway.clock.now()
    for (const signature of [sign(body, now, ''), hex('', body), null, sign(body, now, 'null')])
      expect(await status(path, body, signature)).toBe(401)
    for (const signature of [sign(event, now, ''), hex('', event), null])
      expect(await status(events, event, signature)).toBe(401)
  })

  test('the wrong key, or a stale signature, changes nothing in the database', async () => {
    gateway = await startGateway()
    const started = JSON.stringify({
      event: 'call_started',
      call: { call_id: 'call_00000000000000', from_number: '+4915112345678', to_number: '+493023125001' },
    })
    for (const signature of [null, sign(started, gateway.clock.now(), 'x'), sign(started, new Date(0))])
      expect(await status(events, started, signature)).toBe(401)
    expect(await gateway.database.tenancy.asSystem((tx) => tx.call.count())).toBe(0)
  })
})

describe('allow-list', () => {
  const from = async (
    remoteAddress: string,
    forwarded?: string | string[],
    headers: Record<string, string> = {},
  ) =>
    (
      await gateway.app.inject({
        method: 'POST',
        url: path,
        payload: body,
        remoteAddress,
        headers: {
          'x-retell-signature': sign(body, gateway.clock.now()),
          ...(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded as string }),
          ...headers,
        },
      })
    ).statusCode

  test('ranges of both families hold, mapped addresses count as what they are, and no header opens it', async () => {
    gateway = await startGateway({
      environment: { RETELLAI_ALLOWED_IPS: '100.20.5.228, 192.0.2.0/25, 2001:db8:1::/48' },
    })
    const tally = new Tally('attacks tried')
    for (const address of [
      '100.20.5.228',
      '::ffff:100.20.5.228',
      '::ffff:6414:5e4',
      '192.0.2.127',
      '2001:db8:1:ffff::1',
    ])
      expect([address, await from(address)]).toEqual([address, 200])
    const outside = [
      '100.20.5.227',
      '192.0.2.128',
      '2001:db8:2::1',
      '::1',
      '127.0.0.1',
      '::ffff:192.0.2.128',
      '::100.20.5.228',
      '64:ff9b::100.20.5.228',
      'fe80::1',
    ]
    for (const address of outside) tally.tried(address, (await from(address)) === 403)
    for (const forwarded of [
      '100.20.5.228',
      '100.20.5.228, 100.20.5.228',
      '::ffff:100.20.5.228',
      'for=100.20.5.228',
    ])
      for (const header of [
        'x-forwarded-for',
        'forwarded',
        'x-real-ip',
        'x-client-ip',
        'cf-connecting-ip',
        'true-client-ip',
        'x-forwarded-host',
      ])
        tally.tried(
          `${header}: ${forwarded}`,
          (await from('203.0.113.9', undefined, { [header]: forwarded })) === 403,
        )
    tally.expectNoneThrough(30)
  })

  test('behind trusted proxies the address next to them counts; invented and unreadable ones never open or break it', async () => {
    gateway = await startGateway({
      environment: {
        RETELLAI_ALLOWED_IPS: '100.20.5.228,2001:db8::5',
        TRUSTED_PROXIES: '10.0.0.0/8, fd00::/8',
      },
    })
    const tally = new Tally('attacks tried')
    expect(await from('10.1.2.3', '100.20.5.228')).toBe(200)
    expect(await from('::ffff:10.1.2.3', '100.20.5.228')).toBe(200)
    expect(await from('fd00::1', '2001:db8::5')).toBe(200)
    expect(await from('10.1.2.3', '100.20.5.228, 10.9.9.9')).toBe(200)
    for (const forwarded of [
      // The attacker wrote the first ones, the proxy added the last.
      '100.20.5.228, 203.0.113.9',
      '100.20.5.228,100.20.5.228,203.0.113.9',
      '203.0.113.9',
      '',
      ' ',
      ',',
      'unknown',
      'not an address',
      '100.20.5.228:443',
      '100.20.5.228/32',
      '[2001:db8::5]',
      '100.20.5.0228',
      '0x64.20.5.228',
      '1.2.3.4.5',
      'x'.repeat(5_000),
    ])
      tally.tried(forwarded.slice(0, 50), (await from('10.1.2.3', forwarded)) === 403)
    tally.tried('untrusted proxy', (await from('203.0.113.9', '100.20.5.228')) === 403)
    tally.expectNoneThrough(15)
  })
})
