/** What a company's file may say, and what is said of one that is wrong: line, column and remedy for every wrong value. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCompanyFile } from '../../src/company/read-file.ts'
import { runCommand } from '../helpers/command.ts'

const good = `version: 1
company:
  slug: salon-abend
  name: Salon Abend
  time_zone: Europe/Berlin
notifications:
  mail: team@salon-abend.example
branches:
  mitte:
    name: Mitte
    numbers: ["+493023125091"]
    hours:
      monday: [09:00-12:00, 13:00-24:00]
    default_service: schnitt
  nord:
    name: Nord
staff:
  anna: { first_name: Anna, calcom_user: 501, branch: mitte }
  bernd: { first_name: Bernd, calcom_user: 502 }
services:
  schnitt:
    name: Haarschnitt
    minutes: 30
    synonyms: [Schneiden]
    at:
      mitte: { event_type: 2563101, by: { anna: 2563121, bernd: null } }
  farbe:
    name: Farbe
    minutes: 90
    synonyms: [Färben]
    at:
      all: { event_type: farbe }
policies:
  - cancel_until_hours: 24
  - service: farbe
    cancel_until_hours: 48
closures:
  - { first_day: 2026-12-24, last_day: 2026-12-26, reason: Inventur }
  - { branch: nord, first_day: 2026-12-31, times: 12:00-24:00, yearly: true }
absences:
  - { person: anna, first_day: 2026-12-01, last_day: 2026-12-05 }
`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'company-check-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function check(text: string): Promise<{ code: number; out: string; err: string }> {
  const path = join(folder, 'salon.yaml')
  await writeFile(path, text)
  const { code, out, err } = await runCommand('company', ['check', path], {})
  const short = (said: string) => said.replaceAll(`${folder}/`, '')
  return { code, out: short(out), err: short(err) }
}

test('a file that is right is said to be, without database or network', async () => {
  expect(readCompanyFile(good).problems).toEqual([])
})

/** What is changed in the good file, and what is then said, with its line and column. */
const wrong: Array<[what: string, from: string, to: string, said: RegExp]> = [
  [
    'a zone that does not exist',
    'Europe/Berlin',
    'Europe/Berln',
    /^5:14 .*no time zone "Europe\/Berln".*Europe\/Berlin/,
  ],
  [
    'a trunk zero',
    '+493023125091',
    '+4903023125091',
    /^11:15 .*zero after the country code.*"\+493023125091"/,
  ],
  ['a number without quotes', '"+493023125091"', '+493023125091', /^11:15 .*into quotes/],
  ['a number too short', '+493023125091', '+4930', /^11:15 .*cannot be dialled|no number/],
  ['overlapping hours', '13:00-24:00', '11:30-18:00', /^13:29 .*11:30-18:00 overlaps 09:00-12:00/],
  ['hours that end first', '13:00-24:00', '18:00-13:00', /^13:29 .*end before they begin/],
  [
    'two people with one calendar',
    'calcom_user: 502',
    'calcom_user: 501',
    /^19:44 .*calendar user 501 stands at staff\.anna/,
  ],
  [
    'a synonym on two services',
    '[Färben]',
    '[SCHNEIDEN, Färben]',
    /^30:16 .*"SCHNEIDEN" is a synonym of schnitt/,
  ],
  [
    'an address no mail reaches',
    'team@salon-abend.example',
    'team@salon',
    /^7:9 .*no mail reaches "team@salon"/,
  ],
  [
    'a branch that is not there',
    'branch: mitte',
    'branch: mittte',
    /^18:55 .*no branch "mittte".*mitte, nord/,
  ],
  ['a person who is not there', 'bernd: null', 'berta: null', /^26:65 .*no person "berta".*anna, bernd/],
  ['a service that is not there', '- service: farbe', '- service: frabe', /^35:14 .*no service "frabe"/],
  [
    'a default that is not offered',
    'default_service: schnitt',
    'default_service: haarfarbe',
    /^14:22 .*no service "haarfarbe" is offered at this branch/,
  ],
  ['one event type twice', '2563121', '2563101', /^26:49 .*event type 2563101 stands at/],
  ['a spelling', 'time_zone', 'timezone', /^5:3 .*"timezone" is not known here/],
  ['a missing value', '    minutes: 30\n', '', /^25:14 .*how long it takes/],
  ['a name that is no slug', '  nord:', '  Nord:', /^15:3 .*"Nord" is no name for use in the file/],
  ['a reserved name', '  nord:\n    name: Nord', '  all:\n    name: Nord', /^1\d:.*means every branch/],
  ['a name twice', '  nord:', '  mitte:', /^15:\d+ .*stands here twice/],
  ['no YAML', '[Schneiden]', '[Schneiden', /is no YAML/],
  ['a day that does not exist', '2026-12-31', '2027-02-29', /^39:32 .*there is no 2027-02-29/],
  ['a day written otherwise', '2026-12-31', '31.12.2026', /^39:32 .*"31\.12\.2026" is no day: write it like/],
  ['a last day before the first', '2026-12-26', '2026-12-06', /^38:40 .*2026-12-06 is before the first day/],
  ['the same for a person', '2026-12-05', '2026-11-05', /^41:54 .*2026-11-05 is before the first day/],
  ['times past midnight', '12:00-24:00', '12:00-25:00', /^39:51 .*no times of a day.*up to 24:00/],
  ['times that end first', '12:00-24:00', '12:00-08:00', /^39:51 .*end before they begin/],
  ['a closure of no branch', 'branch: nord, f', 'branch: sued, f', /^39:15 .*no branch "sued".*mitte, nord/],
  ['an absence of nobody', 'person: anna', 'person: berta', /^41:15 .*no person "berta".*anna, bernd/],
  [
    'an unknown state',
    '    name: Nord',
    '    name: Nord\n    bundesland: XX',
    /^17:17 .*must be one of BW, BY/,
  ],
  [
    'a whole year every year',
    'first_day: 2026-12-31,',
    'first_day: 2026-12-31, last_day: 2027-12-31,',
    /^39:54 .*is a whole year/,
  ],
  [
    'one closure twice',
    'branch: nord, first_day: 2026-12-31, times: 12:00-24:00, yearly: true',
    'first_day: 2026-12-24, last_day: 2026-12-26',
    /^39:5 .*closure all 2026-12-24\.\.2026-12-26 stands at closures\.0/,
  ],
  [
    'a topic in capitals',
    '    name: Nord',
    '    name: Nord\n    facts: { Parken: Ja. }',
    /^17:14 .*"Parken" is no topic/,
  ],
  ['what nothing reads', 'closures:', 'texts: { hallo: Hallo }\nclosures:', /^37:1 .*"texts" is not known/],
  ['a price with three decimals', 'minutes: 90', 'minutes: 90\n    price: 9.999', /more than two decimals/],
]

test.each(wrong)('%s is refused in one sentence', (_what, from, to, said) => {
  const { problems } = readCompanyFile(good.replace(from, to))
  const lines = problems.map(({ line, column, message }) => `${line}:${column} ${message}`)
  expect(lines.length).toBeGreaterThan(0)
  expect(lines.find((text) => said.test(text)) ?? lines.join('\n')).toMatch(said)
  for (const { message } of problems) expect(message).toMatch(/^.{5,230}[^.]$/)
})

test('a secret in the file is refused and not repeated', () => {
  const { problems } = readCompanyFile(
    `${good}calcom: { connection: own, api_key: cal_live_4711, webhook_secret: "\${OWN_SECRET}" }\n`,
  )
  expect(problems).toMatchObject([{ where: 'calcom.api_key' }])
  expect(JSON.stringify(problems)).not.toContain('4711')
})

test('the command says the file, all problems at once, and ends with 1; a right file with 0', async () => {
  const bad = await check(good.replace('Europe/Berlin', 'Europe/Berln').replace('Anna', '""'))
  expect(bad.code).toBe(1)
  expect(bad.err).toMatch(
    /^salon\.yaml:5:14: company\.time_zone: .*\nsalon\.yaml:18:\d+: staff\.anna\.first_name: /,
  )
  expect(bad.err).toMatch(/2 problems in salon\.yaml\. Nothing was changed\.\n$/)
  expect(await check(good)).toEqual({
    code: 0,
    out: 'salon.yaml is right: Salon Abend (salon-abend).\n',
    err: '',
  })
}, 120_000)
