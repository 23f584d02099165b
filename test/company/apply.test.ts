/** From file to database and back: plan, apply, export; what was changed elsewhere is not undone without a word. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import { runCommand } from '../helpers/command.ts'
import { encryptionKey, openCompanies } from '../helpers/companies.ts'
import { startGateway, type TestGateway } from '../helpers/gateway.ts'

let gateway: TestGateway
let database: Database
let companies: ReturnType<typeof openCompanies>
let folder: string
let run = 0
beforeAll(async () => {
  gateway = await startGateway({ environment: { ENCRYPTION_KEY: encryptionKey } })
  database = gateway.database
  companies = openCompanies(database)
  folder = await mkdtemp(join(tmpdir(), 'company-apply-'))
})
afterAll(async () => {
  await gateway.close()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => {
  run += 1
})

/** The command as a process of its own. */
async function command(args: string[], environment: Record<string, string> = {}) {
  return runCommand('company', args, {
    NODE_ENV: 'test',
    DATABASE_URL: gateway.databaseUrl,
    CALCOM_API_KEY: 'cal_test_demo_salon',
    CALCOM_BASE_URL: `${gateway.simulator.url}/v2`,
    ENCRYPTION_KEY: encryptionKey,
    ...environment,
  })
}

const slug = () => `salon-${run}`
const number = (at: number) => `+4930231256${run}${at}`

/** A small company, with changes; its calendars and numbers are its own. */
function text(change: (text: string) => string = (same) => same): string {
  return change(`version: 1
company: { slug: ${slug()}, name: Salon ${run} }
branches:
  mitte:
    name: Mitte
    numbers: ["${number(1)}"]
    hours: { monday: 09:00-18:00 }
  nord: { name: Nord }
staff:
  anna: { first_name: Anna, last_name: Becker, branch: mitte, calcom_user: ${run}01 }
services:
  schnitt:
    name: Haarschnitt
    minutes: 30
    price: 28
    synonyms: [Schneiden]
    at:
      mitte: { event_type: ${run}11, by: { anna: ${run}12 } }
  farbe:
    name: Farbe
    minutes: 90
    at:
      mitte: { event_type: ${run}13 }
`)
}

const own = <T>(
  work: (tx: Parameters<Parameters<Database['tenancy']['asSystem']>[0]>[0], id: number) => Promise<T>,
) =>
  database.tenancy.asSystem(async (tx) => {
    const { id } = await tx.company.findUniqueOrThrow({ where: { slug: slug() } })
    return work(tx, id)
  })
const setPrice = (priceCents: number) =>
  own((tx, companyId) =>
    tx.service.updateMany({ where: { companyId, slug: 'schnitt' }, data: { priceCents } }),
  )
const price = () =>
  own((tx, companyId) => tx.service.findFirstOrThrow({ where: { companyId, slug: 'schnitt' } })).then(
    ({ priceCents }) => priceCents,
  )

test('the export of the seeded salon is a file whose plan is empty, also after it was applied', async () => {
  const exported = await companies.export('1')
  expect(exported).toMatch(/^# yaml-language-server: \$schema=/)
  expect(await companies.lines(exported, { companyId: 1 })).toEqual([])
  await expect(companies.lines(exported)).rejects.toThrow('say --company 1 if it is meant, --new if not')
  expect(await companies.apply(exported, { companyId: 1 })).toMatchObject({ companyId: 1, written: 0 })
  expect(await companies.export('salon-sonnenschein')).toBe(exported)
  expect(await companies.lines(exported)).toEqual([])
})

test('a new company: the plan names each thing, apply makes it, again is nothing, and each change is audited', async () => {
  expect(await companies.lines(text())).toEqual([
    `+ company: slug "${slug()}", name "Salon ${run}"`,
    '+ branch mitte: name "Mitte", hours {monday ["09:00-18:00"]}',
    '+ branch nord: name "Nord"',
    `+ number ${number(1)}: branch "mitte"`,
    `+ person anna: first_name "Anna", last_name "Becker", branch "mitte", calcom_user ${run}01`,
    `+ service farbe at mitte: branch "mitte", name "Farbe", minutes 90, event_type ${run}13`,
    `+ service schnitt at mitte: branch "mitte", name "Haarschnitt", minutes 30, price_cents 28.00 €, synonyms ["Schneiden"], event_type ${run}11, by {anna ${run}12}`,
  ])
  const applied = await companies.apply(text())
  expect(applied).toMatchObject({ kind: 'applied', written: 7 })
  expect(await companies.apply(text())).toMatchObject({ kind: 'applied', written: 0 })
  const audit = await own((tx, companyId) => tx.auditLog.findMany({ where: { companyId } }))
  expect(audit.filter(({ action }) => action === 'company_applied')).toMatchObject([
    { actor: 'test', entityId: slug(), detail: { added: 7, changed: 0, removed: 0 } },
  ])
  expect(audit.map(({ entity, action }) => `${entity} ${action}`)).toContain('services configuration_insert')
})

test('a changed file changes what differs; what it no longer names is left, and taken away only with --prune', async () => {
  await companies.apply(text())
  const next = text((same) => same.replace('price: 28', 'price: 30.5').replace(/ {2}farbe:[\s\S]*/, ''))
  const left = '= service farbe at mitte: not in the file, left as it is (--prune takes it away)'
  expect(await companies.lines(next)).toEqual([
    '~ service schnitt at mitte: price_cents 28.00 € → 30.50 €',
    left,
  ])
  expect(await companies.apply(next)).toMatchObject({ written: 1 })
  expect(await companies.lines(next)).toEqual([left])
  expect(await companies.lines(next, { prune: true })).toEqual([
    '- service farbe at mitte: switched off; what was booked stays',
  ])
  expect(await companies.apply(next, { prune: true })).toMatchObject({ written: 1 })
  expect(await companies.lines(next, { prune: true })).toEqual([])
  const farbe = await own((tx, companyId) =>
    tx.service.findFirstOrThrow({ where: { companyId, slug: 'farbe' } }),
  )
  expect(farbe.isActive).toBe(false)
})

test('what was changed elsewhere is told from what the file changed, and undone only with a word', async () => {
  await companies.apply(text())
  await setPrice(3_300)
  const line =
    '! service schnitt at mitte: changed elsewhere: price_cents is 33.00 € here and 28.00 € in the file'
  expect(await companies.lines(text())).toEqual([line])
  expect((await companies.apply(text())).kind).toBe('disputed')
  expect(await price()).toBe(3_300)
  expect(await companies.apply(text(), { take: 'here' })).toMatchObject({ kind: 'applied', written: 0 })
  // Said once is not said for ever: the file still says something else.
  expect(await companies.lines(text())).toEqual([line])
  const both = text((same) => same.replace('price: 28', 'price: 29'))
  expect(await companies.lines(both)).toEqual([
    '! service schnitt at mitte: changed elsewhere and in the file: price_cents is 33.00 € here and 29.00 € in the file',
  ])
  expect((await companies.apply(both)).kind).toBe('disputed')
  expect(await companies.apply(both, { take: 'file' })).toMatchObject({ kind: 'applied', written: 1 })
  expect(await price()).toBe(2_900)
  expect(await companies.lines(both)).toEqual([])
})

test('the file may follow what was changed elsewhere, and then nothing is open', async () => {
  await companies.apply(text())
  await setPrice(3_300)
  const following = text((same) => same.replace('price: 28', 'price: 33'))
  expect(await companies.lines(following)).toEqual([])
  await companies.apply(following)
  await setPrice(3_400)
  expect(await companies.lines(following)).toHaveLength(1)
})

test('closures, absences, holidays and facts: applied, changed, pruned; what others entered is left where the file is silent', async () => {
  const dated = (change: (text: string) => string = (same) => same) =>
    text((same) =>
      change(
        `${same
          .replace('name: Nord', 'name: Nord, bundesland: BY, facts: { parking: Im Hof. }')
          .replace('  nord', '    holidays_closed: false\n  nord')}closures:
  - { first_day: 2026-12-24, yearly: true, reason: Heiligabend }
  - { branch: nord, first_day: 2026-12-27, last_day: 2026-12-28, times: 10:00-12:00, kind: open }
absences:
  - { person: anna, first_day: 2026-12-01, last_day: 2026-12-05, note: Kur }
`,
      ),
    )
  expect((await companies.lines(dated())).slice(-3)).toEqual([
    '+ closure all 2026-12-24 yearly: kind "closed", reason "Heiligabend"',
    '+ closure nord 2026-12-27..2026-12-28 10:00-12:00: kind "open"',
    '+ absence anna 2026-12-01..2026-12-05: end_spoken yes, note "Kur"',
  ])
  await companies.apply(dated())
  expect(await companies.lines(dated())).toEqual([])
  const rows = await own(async (tx, companyId) => ({
    closures: await tx.closure.findMany({ where: { companyId }, orderBy: { firstDay: 'asc' } }),
    absences: await tx.absence.findMany({ where: { companyId } }),
    branches: await tx.branch.findMany({ where: { companyId }, orderBy: { slug: 'asc' } }),
  }))
  expect(rows.closures).toMatchObject([
    { branchId: null, kind: 'closed', yearly: true, reason: 'Heiligabend', reasonSpoken: false },
    {
      branchId: rows.branches[1]!.id,
      kind: 'open',
      lastDay: new Date('2026-12-28'),
      fromTime: '10:00',
      toTime: '12:00',
    },
  ])
  expect(rows.absences).toMatchObject([{ firstDay: new Date('2026-12-01'), endSpoken: true, note: 'Kur' }])
  expect(rows.branches).toMatchObject([
    { holidaysClosed: false, federalState: null, facts: {} },
    { holidaysClosed: true, federalState: 'BY', facts: { parking: 'Im Hof.' } },
  ])

  const later = dated((same) =>
    same.replace('yearly: true,', 'yearly: true, reason_spoken: true,').replace('2026-12-05', '2026-12-06'),
  )
  expect(await companies.lines(later, { prune: true })).toEqual([
    '~ closure all 2026-12-24 yearly: reason_spoken no → yes',
    '+ absence anna 2026-12-01..2026-12-06: end_spoken yes, note "Kur"',
    '- absence anna 2026-12-01..2026-12-05: no longer holds',
  ])
  expect(await companies.apply(later, { prune: true })).toMatchObject({ written: 3 })

  // `npm run staff` entered another one: a file that speaks of absences asks about it, one that does not leaves it alone.
  await own(async (tx, companyId) => {
    const { id } = await tx.staff.findFirstOrThrow({ where: { companyId } })
    const days = { firstDay: new Date('2026-12-10'), lastDay: new Date('2026-12-10') }
    await tx.absence.create({ data: { companyId, staffId: id, ...days } })
  })
  expect(await companies.lines(later, { prune: true })).toEqual([
    expect.stringMatching(/^! absence anna 2026-12-10: made elsewhere/),
  ])
  const silent = later.replace(/absences:[\s\S]*/, '')
  expect(await companies.lines(silent, { prune: true })).toEqual([
    '- absence anna 2026-12-01..2026-12-06: no longer holds',
  ])
  await companies.apply(silent, { prune: true })
  expect(await companies.lines(silent, { prune: true })).toEqual([])
  expect(await own((tx, companyId) => tx.absence.count({ where: { companyId } }))).toBe(1)
})

test('what others added is left; taking it away needs both words', async () => {
  await companies.apply(text())
  await own((tx, companyId) => tx.staff.create({ data: { companyId, firstName: 'Neu', lastName: 'Hier' } }))
  expect(await companies.lines(text())).toEqual([
    '= person neu-hier: not in the file, left as it is (--prune takes it away)',
  ])
  expect((await companies.apply(text(), { prune: true })).kind).toBe('disputed')
  expect(await companies.apply(text(), { prune: true, take: 'here' })).toMatchObject({ written: 0 })
  expect(await companies.apply(text(), { prune: true, take: 'file' })).toMatchObject({ written: 1 })
})

test('a pruned number may go to another company', async () => {
  await companies.apply(text())
  const moving = number(1)
  const without = text((same) => same.replace(/ {4}numbers: .*\n/, ''))
  run += 1
  const other = text((same) => same.replace(number(1), moving))
  await expect(companies.lines(other)).rejects.toThrow(`The number ${moving} belongs to company`)
  run -= 1
  expect(await companies.apply(without, { prune: true })).toMatchObject({ written: 1 })
  run += 1
  expect(await companies.apply(other)).toMatchObject({ kind: 'applied' })
})

test('a calendar of another company on the same connection is refused; an exchange within the company is not', async () => {
  await companies.apply(text())
  const exchanged = text((same) =>
    same
      .replace(`event_type: ${run}11`, 'event_type: X')
      .replace(`${run}13`, `${run}11`)
      .replace('event_type: X', `event_type: ${run}13`),
  )
  expect(await companies.apply(exchanged)).toMatchObject({ written: 2 })
  expect(await companies.lines(exchanged)).toEqual([])
  const mine = `${run}11`
  run += 1
  await expect(companies.apply(text((same) => same.replace(`${run}11`, mine)))).rejects.toThrow(
    `The event type ${mine} belongs to company`,
  )
})

test('a running call hears of it within a second', async () => {
  await companies.apply(text())
  const services = async () =>
    JSON.stringify(await gateway.call('list_services', {}, { callId: `call_company_${run}`, to: number(1) }))
  expect(await services()).toContain('Haarschnitt')
  await companies.apply(text((same) => same.replace('name: Haarschnitt', 'name: Kurzhaarschnitt')))
  await vi.waitFor(async () => expect(await services()).toContain('Kurzhaarschnitt'), {
    timeout: 1_000,
    interval: 20,
  })
})

test('what the file states is locked against import, what it no longer states is free again', async () => {
  const locks = () =>
    own((tx, companyId) => tx.service.findFirstOrThrow({ where: { companyId, slug: 'schnitt' } })).then(
      ({ lockedFields }) => lockedFields,
    )
  await companies.apply(text())
  expect(await locks()).toEqual(['duration', 'name', 'price', 'staff'])
  await own((tx, companyId) =>
    tx.service.updateMany({
      where: { companyId, slug: 'schnitt' },
      data: { lockedFields: ['description', 'duration', 'name', 'price', 'staff'] },
    }),
  )
  await companies.apply(text((same) => same.replace('    price: 28\n', '')))
  expect(await locks()).toEqual(['description', 'duration', 'name', 'staff'])
})

test('the command: plan ends with 2, apply with 0, then both with 0; slugs of event types are asked of Cal.com', async () => {
  const path = join(folder, 'salon.yaml')
  const file = (slugs: string) =>
    text((same) =>
      same
        .replace('name: Nord', 'name: Nord, calcom_team: 4711')
        .replace('    name: Mitte', '    name: Mitte\n    calcom_team: 99001')
        .replace(
          'branches:',
          `calcom:\n  connection: own-${run}\n  base_url: ${gateway.simulator.url}/v2\n  api_key: \${OWN_KEY}\n  webhook_secret: \${OWN_SECRET}\nbranches:`,
        )
        .replace(`event_type: ${run}11`, `event_type: ${slugs}`),
    )
  const secrets = { OWN_KEY: 'cal_test_other_company', OWN_SECRET: 'whsec_4711' }
  await writeFile(path, file('kontrolle'))
  const without = await command(['plan', path])
  expect([without.code, without.err]).toEqual([1, expect.stringMatching(/could not be asked|not set/)])
  const planned = await command(['plan', path], secrets)
  expect(planned).toMatchObject({ code: 2, err: '' })
  expect(planned.out).toContain('event_type 7700101')
  expect(planned.out).toMatch(/A new company: \d+ would change\.\n$/)
  expect(planned.out).not.toMatch(/cal_test|whsec/)
  const applied = await command(['apply', path], secrets)
  expect(applied).toMatchObject({ code: 0, err: '' })
  expect(applied.out).toMatch(/changed, in effect now\.\n$/)
  // The stored key is used where the environment no longer has it.
  expect(await command(['plan', path])).toMatchObject({
    code: 0,
    out: expect.stringContaining('nothing would change'),
  })
  const rotated = await command(['plan', path], { ...secrets, OWN_SECRET: 'whsec_new' })
  expect([rotated.code, rotated.out]).toEqual([2, expect.stringContaining('webhook_secret "another secret"')])
  await writeFile(path, file('kontrole'))
  const misspelt = await command(['apply', path], secrets)
  expect(misspelt).toMatchObject({
    code: 1,
    err: 'Cal.com has no event type "kontrole" in team 99001: correct the slug, or write the number.\n',
  })
  const exported = await command(['export', slug()])
  expect(exported.code).toBe(0)
  expect(exported.out).toContain(`api_key: \${OWN_${run}_API_KEY}`)
  expect(exported.out).not.toMatch(/cal_test|whsec/)
}, 180_000)

test('pause and resume say for whom and until when, on the clock of the business', async () => {
  await companies.apply(text())
  const paused = await command(['pause', slug(), '--branch', 'nord', '--until', '2099-12-24 14:00'])
  expect(paused).toMatchObject({ code: 0, err: '' })
  expect(paused.out).toMatch(
    /^Company \d+: the phone books nothing for Salon \d+ Nord, until 2099-12-24 14:00 \(Europe\/Berlin\)\./,
  )
  expect((await command(['resume', slug(), '--branch', 'nord'])).out).toMatch(
    /books for Salon \d+ Nord again\.\n$/,
  )
  expect((await command(['pause', slug(), '--branch', 'west'])).err).toMatch(
    /has no branch "west": there are mitte, nord\.\n$/,
  )
}, 60_000)

test.each([
  [['pause', '1', '--until', '2026-02-30'], '--until is a day that exists'],
  [['pause', '1', '--until', '2020-01-01'], '--until is in the past.'],
  [['plan'], 'plan takes exactly one file'],
  [['apply', 'a.yaml', '--take', 'mine'], '--take is "file"'],
  [['plan', 'a.yaml', '--take', 'file'], '--take does not belong to plan'],
  [['apply', 'a.yaml', '--company', '1', '--new'], 'exclude each other'],
  [['plan', '/nowhere/a.yaml'], 'There is no file /nowhere/a.yaml.'],
  [['export', '4711'], 'There is no company 4711.'],
  [['burn'], 'There is no "burn"'],
])('%j is refused in a sentence', async (args, said) => {
  const { code, err } = await command(args)
  expect(code).toBe(1)
  expect(err).toContain(said)
  expect(err).not.toContain('    at ')
})
