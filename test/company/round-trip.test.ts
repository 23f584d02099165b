/** Any valid file: applied, exported, the plan of the export is empty. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import { openCompanies } from '../helpers/companies.ts'
import { createTestDatabase, openTestDatabase, type TestDatabase } from '../helpers/database.ts'
import { anyShape, fileText } from './arbitrary.ts'

let address: TestDatabase
let database: Database
let companies: ReturnType<typeof openCompanies>
let runs = 1_000
beforeAll(async () => {
  address = await createTestDatabase()
  database = await openTestDatabase(address.url)
  companies = openCompanies(database)
})
afterAll(async () => {
  await database?.close()
  await address?.drop()
})

/** The export says the same as the database: nothing would change or be left over, and applying it writes nothing. */
async function expectSettled(text: string, slug: string) {
  expect(await companies.lines(text)).toEqual([])
  const exported = await companies.export(slug)
  expect(await companies.lines(exported)).toEqual([])
  expect(await companies.apply(exported)).toMatchObject({ kind: 'applied', written: 0 })
  expect(await companies.export(slug)).toBe(exported)
}

test('apply, export, plan of the export: empty', async () => {
  await fc.assert(
    fc.asyncProperty(anyShape, async (shape) => {
      const run = ++runs
      const text = fileText(shape, run)
      expect((await companies.apply(text)).kind).toBe('applied')
      await expectSettled(text, `company-${run}`)
    }),
    { numRuns: 8 },
  )
}, 300_000)

const oneService = (run: number, key: string, place: string) => `version: 1
company: { slug: company-${run}, name: Firma ${run} }
branches: { mitte: { name: Mitte } }
staff: { anna: { first_name: Anna, calcom_user: ${run}01 } }
services:
  ${key}:
    name: ${key}
    minutes: 30
    at: { ${place}: { event_type: ${run}02, by: { anna: ${run}03 } } }
`

test('a service that takes over the calendars of one that goes, pruned: the file comes back as it was', async () => {
  const run = ++runs
  await companies.apply(oneService(run, 'schnitt', 'mitte'))
  const text = oneService(run, 'haarschnitt', 'all')
  expect((await companies.apply(text, { prune: true })).kind).toBe('applied')
  await expectSettled(text, `company-${run}`)
})

test('a calendar of a service that the file no longer names is not taken from it without pruning', async () => {
  const run = ++runs
  const colour = (type: string) =>
    `  farbe: { name: Farbe, minutes: 60, at: { mitte: { event_type: ${type} } } }\n`
  const text = oneService(run, 'schnitt', 'mitte') + colour(`${run}04`)
  await companies.apply(text)
  const without = text.replace(/ {2}schnitt:[\s\S]*$/, colour(`${run}02`))
  await expect(companies.apply(without)).rejects.toThrow(
    `The event type ${run}02 is still that of schnitt@mitte, which the file does not name: name it there, or apply with --prune.`,
  )
  await expectSettled(text, `company-${run}`)
  expect((await companies.apply(without, { prune: true })).kind).toBe('applied')
  await expectSettled(without, `company-${run}`)
})
