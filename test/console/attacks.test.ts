/** Two companies, two branches, every role, every page and form: nobody sees or changes what is not theirs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { acts, pages } from '../../src/console/pages.ts'
import { mayDo, type Role, roles } from '../../src/services/people/roles.ts'
import { signedIn, type Visitor, visitor } from '../helpers/console.ts'
import { startGateway, type TestGateway } from '../helpers/gateway.ts'

const evil = '<script>alert(1)</script><img src=x onerror=alert(2)>'
/** Of each company and branch a row of everything that an address can name; the words of each are its own. */
interface Rows {
  callback: bigint
  call: bigint
  appointment: bigint
  customer: number
  closure: number
  word: string
}

let gateway: TestGateway
let mitte: Rows
let nord: Rows
let other: Rows
let mitteId: string
let nordId: string

beforeAll(async () => {
  gateway = await startGateway()
  const branches = await gateway.database.tenancy.asSystem((tx) =>
    tx.branch.findMany({ orderBy: { name: 'asc' } }),
  )
  const branchOf = (companyId: number, name?: string) =>
    branches.find((branch) => branch.companyId === companyId && (name === undefined || branch.name === name))!
      .id
  mitteId = branchOf(1, 'Mitte')
  nordId = branchOf(1, 'Nord')
  mitte = await fill(1, mitteId, 'Mittenwort')
  nord = await fill(1, nordId, 'Nordenwort')
  other = await fill(2, branchOf(2), 'Fremdwort')
})
afterAll(() => gateway?.close())

async function fill(companyId: number, branchId: string, word: string): Promise<Rows> {
  return gateway.database.tenancy.asSystem(async (tx) => {
    const callback = await tx.callbackRequest.create({
      data: {
        companyId,
        branchId,
        name: `${word} ${evil}`,
        reason: `${word} ${evil}`,
        phone: '+4915112345678',
      },
    })
    const customer = await tx.customer.create({
      data: { companyId, name: `${word} ${evil}`, phone: '+4915112345678' },
    })
    const callId = `call_${word}`
    const call = await tx.call.create({
      data: {
        ...{ companyId, branchId, customerId: customer.id, retellCallId: callId, status: 'analyzed' },
        ...{
          startTimestamp: gateway.clock.now(),
          transcript: `Agent: ${word}\nUser: ${evil}`,
          summary: evil,
        },
        ...{ fromNumber: '+4915112345678', recordingUrl: 'javascript:alert(1)' },
      },
    })
    await tx.functionCall.create({
      data: {
        ...{ companyId, callId, number: 1, functionName: evil, durationMs: 5, status: 'success' },
        ...{
          arguments: { said: `${word} ${evil}` },
          answer: { message: evil },
          calledAt: gateway.clock.now(),
        },
      },
    })
    const service = await tx.service.findFirstOrThrow({ where: { companyId } })
    const appointment = await tx.appointment.create({
      data: {
        ...{ companyId, branchId, customerId: customer.id, serviceId: service.id, callId },
        ...{
          appointmentDatetime: gateway.clock.now(),
          endsAt: new Date(gateway.clock.now().getTime() + 1_800_000),
          attendeeName: `${word} ${evil}`,
        },
        ...{ notes: evil, calcomUid: `uid-${word}` },
      },
    })
    const closure = await tx.closure.create({
      data: {
        companyId,
        branchId,
        firstDay: new Date('2027-01-04'),
        lastDay: new Date('2027-01-04'),
        reason: word,
      },
    })
    return {
      closure: closure.id,
      ...{ callback: callback.id, call: call.id, customer: customer.id, appointment: appointment.id },
      word,
    }
  })
}

/** An address of a page or form with the ids of these rows. */
function addressOf(path: string, rows: Rows): string {
  const [, , section = ''] = path.split('/')
  const ids: Record<string, unknown> = {
    rueckrufe: rows.callback,
    anrufe: rows.call,
    termine: rows.appointment,
    kunden: rows.customer,
    einstellungen: rows.closure,
  }
  return path.replace(':id', String(ids[section]))
}

const getAll = async (browser: Visitor, rows: Rows, query = '') => {
  const answers = []
  for (const { path, parts } of pages)
    for (const part of ['', ...Object.keys(parts ?? {}).map((name) => `teil=${name}`)]) {
      const url = `${addressOf(path, rows)}?${[query, part].filter(Boolean).join('&')}`
      answers.push({ url, path, answer: await browser.get(url) })
    }
  return answers
}

describe.each(roles.filter((role) => role !== 'operator'))('as %s', (role: Role) => {
  test('pages show the own company and nothing of another, whatever the address says', async () => {
    const browser = await signedIn(gateway, { role })
    let shown = ''
    for (const { url, path, answer } of await getAll(browser, mitte)) {
      const page = pages.find((one) => one.path === path)!
      expect(answer.statusCode, url).toBe(mayDo(role, page.right) ? 200 : 403)
      expect(answer.body, url).not.toContain(other.word)
      shown += answer.body
    }
    expect(shown).toContain(mitte.word)
    for (const { url, answer } of await getAll(browser, other, 'betrieb=2')) {
      expect(answer.statusCode, url).toBe(404)
      expect(answer.body, url).not.toContain(other.word)
    }
    for (const { url, path, answer } of await getAll(browser, other)) {
      if (path.includes(':id')) expect(answer.statusCode, url).toBeOneOf([403, 404])
      expect(answer.body, url).not.toContain(other.word)
    }
  })

  test('held to a branch, nothing of the other branch is seen', async () => {
    const browser = await signedIn(gateway, { role, branchId: mitteId })
    for (const { url, answer } of [
      ...(await getAll(browser, nord)),
      ...(await getAll(browser, mitte)),
      ...(await getAll(browser, nord, `filiale=${nordId}`)),
    ]) {
      expect(answer.body, url).not.toContain(nord.word)
      expect(answer.body, url).not.toContain(other.word)
    }
  })

  test('forms about rows of others change nothing', async () => {
    const before = await everything()
    const whole = await signedIn(gateway, { role })
    const held = await signedIn(gateway, { role, branchId: mitteId })
    for (const { path } of acts) {
      if (!path.includes(':id')) continue
      for (const [browser, rows, query] of [
        [whole, other, ''],
        [whole, other, '?betrieb=2'],
        [held, nord, ''],
        [held, nord, `?filiale=${nordId}`],
        [held, other, ''],
      ] as const) {
        const answer = await browser.post(`${addressOf(path, rows)}${query}`, forms)
        expect(answer.statusCode, path).toBeOneOf([403, 404])
      }
    }
    expect(await everything()).toEqual(before)
  })

  test('forms without the right are refused', async () => {
    const before = await everything()
    const browser = await signedIn(gateway, { role })
    for (const { path, right } of acts)
      if (!mayDo(role, right))
        expect((await browser.post(addressOf(path, mitte), forms)).statusCode, path).toBe(403)
    if (role === 'reader') expect(await everything()).toEqual(before)
  })
})

/** Whatever a form may want. */
const forms = { note: 'x', reason: 'x' }

/** What an attack could have changed. */
async function everything(): Promise<unknown> {
  return gateway.database.tenancy.asSystem(async (tx) => ({
    callbacks: (await tx.callbackRequest.findMany({ orderBy: { id: 'asc' } })).map(
      ({ updatedAt: _, ...row }) => row,
    ),
    appointments: await tx.appointment.findMany({ orderBy: { id: 'asc' } }),
    customers: await tx.customer.findMany({ orderBy: { id: 'asc' } }),
    closures: await tx.closure.findMany({ orderBy: { id: 'asc' } }),
    absences: await tx.absence.findMany({ orderBy: { id: 'asc' } }),
  }))
}

test('without a session there is nothing to see and nothing to do', async () => {
  const before = await everything()
  for (const { url, answer } of await getAll(visitor(gateway), mitte))
    expect(answer.statusCode, url).toBe(302)
  for (const { path } of acts) {
    const answer = await visitor(gateway).post(addressOf(path, mitte), forms)
    expect(answer.headers.location, path).toBe('/console/anmelden')
  }
  expect(await everything()).toEqual(before)
})

test('a form needs the token of its own session, and a page of ours', async () => {
  const before = await everything()
  const [victim, attacker] = [
    await signedIn(gateway, { role: 'owner' }),
    await signedIn(gateway, { role: 'owner', companyId: 2 }),
  ]
  const theirs = await attacker.csrf()
  const own = await victim.csrf()
  const foreign: Array<[string, Record<string, string>]> = [
    ['', {}],
    [theirs, {}],
    [own.slice(1), {}],
    [own, { 'sec-fetch-site': 'cross-site' }],
    [own, { 'sec-fetch-site': 'same-site' }],
    [own, { origin: 'https://evil.example' }],
    [own, { 'sec-fetch-site': '', origin: 'null' }],
  ]
  for (const { path } of acts)
    for (const [csrf, headers] of foreign) {
      const answer = await victim.post(addressOf(path, mitte), forms, { csrf, headers })
      expect(answer.statusCode, `${path} ${JSON.stringify(headers)}`).toBe(403)
    }
  expect(await everything()).toEqual(before)
})

test('a form as JSON or as a file is not read', async () => {
  const browser = await signedIn(gateway, { role: 'owner' })
  for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x'])
    for (const { path } of acts) {
      const answer = await browser.post(addressOf(path, mitte), forms, { headers: { 'content-type': type } })
      expect(answer.statusCode, `${path} ${type}`).toBeOneOf([400, 403, 415])
    }
})

test('what callers said is text, never markup', async () => {
  const browser = await signedIn(gateway, { role: 'owner' })
  for (const { url, answer } of await getAll(browser, mitte)) {
    expect(answer.body, url).not.toContain(evil)
    expect(answer.body, url).not.toMatch(/<script(?![^>]*\bsrc=)/)
    expect(answer.body, url).not.toMatch(/<img/)
  }
})

test('a reader sees that there was a call, and nothing of what was said', async () => {
  const reader = await (await signedIn(gateway, { role: 'reader' })).get(`/console/anrufe/${mitte.call}`)
  expect(reader.statusCode).toBe(200)
  expect(reader.body).not.toContain(`<span>${mitte.word}</span>`)
  expect(reader.body).not.toContain('Anfrage')
  const owner = await (await signedIn(gateway, { role: 'owner' })).get(`/console/anrufe/${mitte.call}`)
  expect(owner.body).toContain(`<span>${mitte.word}</span>`)
  expect(owner.body).toContain('Anfrage')
  expect(owner.body).not.toContain('javascript:')
})

test('odd ids are no rows', async () => {
  const browser = await signedIn(gateway, { role: 'owner' })
  const odd = ['0', '-1', '1.5', '9'.repeat(30), "1'--", '%00', '..%2f', '1e3']
  for (const { path } of pages)
    if (path.includes(':id'))
      for (const id of odd)
        expect(
          (await browser.get(path.replace(':id', encodeURIComponent(id)))).statusCode,
          `${path} ${id}`,
        ).toBeOneOf([400, 404])
  for (const { path } of acts)
    if (path.includes(':id'))
      for (const id of odd) {
        const answer = await browser.post(path.replace(':id', encodeURIComponent(id)), forms)
        expect(answer.statusCode, `${path} ${id}`).toBeOneOf([400, 404])
      }
  for (const query of [
    'betrieb=0',
    'betrieb=-1',
    "betrieb=1'",
    'betrieb=99999999999',
    "filiale=x'",
    'filiale=%00',
  ])
    expect((await browser.get(`/console?${query}`)).statusCode, query).toBe(404)
})

test('an operator sees every company, one at a time', async () => {
  const browser = await signedIn(gateway, { role: 'operator' })
  expect((await browser.get('/console')).headers.location).toBe('/console/betriebe')
  expect((await browser.get('/console/betriebe')).body).toContain('betrieb=2')
  const page = await browser.get('/console/rueckrufe?betrieb=2')
  expect(page.body).toContain(other.word)
  expect(page.body).not.toContain(mitte.word)
})

test('the role of the console reads and never writes, and without companies it sees nothing', async () => {
  const { tenancy } = gateway.database
  const seen = (companyIds: number[], branchIds: string[] | null) =>
    tenancy.asConsole({ companyIds, branchIds }, (tx) => tx.callbackRequest.count())
  expect(await seen([], null)).toBe(0)
  expect(await seen([1], null)).toBe(2)
  expect(await seen([1], [])).toBe(0)
  expect(await seen([1], [mitteId])).toBe(1)
  expect(await seen([1, 2], null)).toBe(3)
  for (const work of [
    "UPDATE callback_requests SET status = 'done'",
    'DELETE FROM callback_requests',
    'SELECT * FROM console_sessions',
    'SELECT text_body FROM mail_outbox',
    'SELECT * FROM calcom_connections',
  ])
    await expect(
      tenancy.asConsole({ companyIds: [1, 2], branchIds: null }, (tx) => tx.$executeRawUnsafe(work)),
      work,
    ).rejects.toThrow(/permission denied|42501/)
})
