/** What cannot be, said before what is wished; dialect of the north; "das morgen". */
import { expect, test } from 'vitest'
import { lineOf, readTimeArgument } from '../../src/cli/dates.ts'

test.each([
  ['am karfreitag haben sie ja zu also donnerstag um drei', '2027-03-25', '15:00'],
  ['geht das morgen um drei', '2027-03-25', '15:00'],
  ['am dünnersdag klock teihn', '2027-03-25', '10:00'],
  ['övermorgen', '2027-03-26', null],
  ['am sünnavend', '2027-03-27', null],
])('"%s"', (said, date, time) => {
  expect(lineOf(said, '2027-03-24T11:15:00')).toMatchObject({ date, time, trouble: null })
})

test('"geht das morgen Nachmittag" is a day and a part of it, "den Morgen" a part alone', () => {
  expect(lineOf('geht das morgen nachmittag', '2027-03-24T11:15:00')).toMatchObject({
    date: '2027-03-25',
    part: 'afternoon',
  })
  expect(lineOf('den morgen', '2027-03-24T11:15:00')).toMatchObject({ date: null, part: 'morning' })
})

test('a time too early before another is not wished for', () => {
  expect(
    readTimeArgument('halb zehn is mir zu früh aber halb elf ginge', '2027-03-24T11:15:00'),
  ).toMatchObject({
    time: '10:30',
    alternatives: [],
  })
})
