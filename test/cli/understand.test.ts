/** `npm run -s understand`, line by line: the form of its answers and the demo salon's catalogue without a database. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { demoCatalogue } from '../../src/cli/understand/demo-catalogue.ts'
import { answerLine } from '../../src/cli/understand.ts'

const catalogue = demoCatalogue()
const ask = (kind: string, text: string, branch = 'Mitte') =>
  answerLine(JSON.stringify({ kind, text, ref: '2026-11-25T10:20:00', branch }), catalogue)

test('a day comes with the fields of the dates command', () => {
  expect(ask('date', 'am Freitag um halb drei')).toMatchObject({
    kind: 'date',
    result: 'match',
    value: { date: '2026-11-27', dateTo: '2026-11-27', time: '14:30', from: null, to: null, trouble: null },
    options: [],
  })
  expect(ask('date', 'am 31. November').result).toBe('ask')
  expect(ask('date', 'einen Termin bitte').result).toBe('none')
})

test('a day with two likely readings is asked about, with both', () => {
  const answer = ask('date', 'nächsten Freitag')
  expect(answer).toMatchObject({ result: 'ask', value: { date: '2026-11-27', ambiguous: true } })
  expect(answer.options).toMatchObject([{ date: '2026-11-27' }, { date: '2026-12-04' }])
})

test('a time is an hour without any announcement', () => {
  expect(ask('time', 'drei')).toMatchObject({ result: 'match', value: { time: '15:00', date: null } })
})

test('services, people, names, addresses and numbers of the demo salon', () => {
  expect(ask('service', 'Herrenschnitt')).toMatchObject({ result: 'match', value: 'Herrenhaarschnitt' })
  expect(ask('staff', 'bei der Anna')).toMatchObject({ result: 'match', value: 'Anna Becker' })
  expect(ask('staff', 'David')).toMatchObject({ result: 'none', elsewhere: 'Nord' })
  expect(ask('name', 'mein Name ist Erika Mustermann')).toMatchObject({ value: 'Erika Mustermann' })
  expect(ask('email', 'erika punkt muster ät gmx punkt de')).toMatchObject({ value: 'erika.muster@gmx.de' })
  expect(ask('phone', '0151 23456789')).toMatchObject({ result: 'match', value: '+4915123456789' })
})

test('a branch may be said as callers say it; an unknown one is an error, not another branch', () => {
  expect(ask('staff', 'David', 'Pankow')).toMatchObject({ result: 'match', value: 'David Novak' })
  expect(() => ask('staff', 'David', 'Hamburg')).toThrow(RangeError)
})

test('the command reads lines and answers each, the wrong ones with what is wrong', () => {
  const path = fileURLToPath(new URL('../../src/cli/understand.ts', import.meta.url))
  const input =
    '{"kind":"date","text":"morgen","ref":"2026-11-25T10:20:00"}\n\nnonsense\n{"kind":"phone","text":""}\n'
  const { stdout, status } = spawnSync(process.execPath, ['--import', 'tsx', path], {
    input,
    encoding: 'utf8',
  })
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(status).toBe(0)
  expect(lines).toMatchObject([
    { value: { date: '2026-11-26' } },
    { error: expect.any(String) },
    { result: 'none' },
  ])
})

test('several services that are booked together are a match; one that is chosen from others is one', () => {
  const together = ask('service', 'rasur und männerschnitt')
  expect(together.result).toBe('match')
  expect(together.value).toEqual(['Herrenhaarschnitt', 'Bartpflege'])
  expect(ask('service', 'färben oder dauerwelle').result).toBe('ask')
  expect(ask('service', 'lieber färben als dauerwelle')).toMatchObject({ result: 'match', value: 'Färben' })
  expect(ask('service', 'damenschnitt äh herrenschnitt mein ich')).toMatchObject({
    value: 'Herrenhaarschnitt',
  })
  expect(ask('service', 'beratung wegen einer dauerwelle')).toMatchObject({ value: 'Beratung' })
  expect(ask('service', 'Haarschnitt Mo um drei').result).toBe('ask')
})

test('one person rather than another', () => {
  expect(ask('staff', 'lieber zum bernd als zur anna')).toMatchObject({ value: 'Bernd Krause' })
  expect(ask('staff', 'bei der anna äh beim bernd')).toMatchObject({ value: 'Bernd Krause' })
})
