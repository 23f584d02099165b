/**
 * `npm run company -- check|plan|apply|export|pause|resume|remove|schema`: companies as files (docs/company-file.md). `check` needs neither database nor
 * network. Exit codes: 0 done or nothing to do, 1 refused with one line per problem, 2 a plan that changes something.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { type Applied, CompanyFiles } from '../company/apply.ts'
import { exportCompany } from '../company/export.ts'
import { pause, resume } from '../company/pause.ts'
import { disputed, type Plan, planLines } from '../company/plan.ts'
import { problemLine, type ReadFile, readCompanyFile } from '../company/read-file.ts'
import { previewRemoval, type Removed, removeCompany } from '../company/remove.ts'
import { type CompanyFile, companyJsonSchema } from '../company/schema.ts'
import { CompanyProblem } from '../company/state.ts'
import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import { clockTimeOf, instantOf, localDayOf } from '../german/index.ts'
import { systemClock } from '../lib/clock.ts'
import { type CompanyCommand, readCompanyCommand } from './company-arguments.ts'
import { eventTypesOf, secretsOf } from './company-parts.ts'
import { runCli, UsageError } from './run-cli.ts'
import { withDatabase } from './with-database.ts'

await runCli(async () => {
  const command = readCompanyCommand(process.argv.slice(2))
  try {
    await run(command)
  } catch (error) {
    if (error instanceof CompanyProblem) throw new UsageError(error.message, { cause: error })
    throw error
  }
})

async function run(command: CompanyCommand): Promise<void> {
  if (command.verb === 'schema') console.log(JSON.stringify(companyJsonSchema(), null, 2))
  if (command.verb === 'check') for (const path of command.files) await check(path)
  if (command.verb === 'export') await exported(command.company)
  if (command.verb === 'pause') await paused(command)
  if (command.verb === 'resume') await resumed(command)
  if (command.verb === 'remove') await removed(command)
  if (command.verb === 'plan' || command.verb === 'apply') {
    const { file } = await read(command.path)
    if (file !== null) await (command.verb === 'plan' ? plan(file, command) : apply(file, command))
  }
}

async function check(path: string): Promise<void> {
  const { file } = await read(path)
  if (file !== null) console.log(`${path} is right: ${file.company.name} (${file.company.slug}).`)
}

function plan(file: CompanyFile, { prune, ...whose }: CompanyCommand & { verb: 'plan' }): Promise<void> {
  return withDatabase('gateway-company', async (database, config) => {
    const files = companyFiles(database, config)
    const types = await eventTypesOf(file, config, database, { withFacts: false })
    const { companyId, plan: found } = await files.plan(file, types, whose)
    tell(found, prune)
    const changes = found.differences.filter(({ action }) => action !== 'left' || prune).length
    const which = companyId === null ? 'A new company' : `Company ${companyId}`
    console.log(changes === 0 ? `${which}: nothing would change.` : `${which}: ${changes} would change.`)
    if (changes > 0) process.exitCode = 2
  })
}

function apply(file: CompanyFile, command: CompanyCommand & { verb: 'apply' }): Promise<void> {
  const { prune, take } = command
  return withDatabase('gateway-company', async (database, config) => {
    const files = companyFiles(database, config)
    const types = await eventTypesOf(file, config, database, { withFacts: true })
    const applied: Applied = await files.apply(file, types, { ...command, actor: 'cli' })
    tell(applied.plan, prune)
    if (applied.kind === 'disputed') {
      const count = disputed(applied.plan, prune).length
      throw new UsageError(
        `Company ${applied.companyId}: nothing was changed. ${count} changed elsewhere: say --take file to undo that, or --take here to leave it.`,
      )
    }
    const { companyId, written } = applied
    console.log(
      written === 0
        ? `Company ${companyId}: nothing to change.`
        : `Company ${companyId}: ${written} changed, in effect now.`,
    )
    if (take === 'here' && disputed(applied.plan, prune).length > 0)
      console.log('What was changed elsewhere stays: put it into the file, or it is asked about again.')
  })
}

function companyFiles({ tenancy }: Database, config: Config): CompanyFiles {
  return new CompanyFiles({ tenancy, secrets: secretsOf(config), calcomAddress: config.calcom.baseUrl })
}

function exported(company: string): Promise<void> {
  return withDatabase('gateway-company', async ({ tenancy }, config) => {
    const text = await tenancy.asSystem((tx) => exportCompany(tx, company, secretsOf(config)))
    console.log(text.trimEnd())
    const { problems } = readCompanyFile(text)
    for (const problem of problems) console.error(problemLine('the export', problem))
    if (problems.length > 0)
      console.error('The database holds what a file may not say: correct these lines before you apply it.')
  })
}

function paused(command: CompanyCommand & { verb: 'pause' }): Promise<void> {
  const { until: end } = command
  return withDatabase('gateway-company', async ({ tenancy }) => {
    const { companyId, name, until, timeZone } = await tenancy.asSystem((tx) =>
      pause(tx, command, {
        now: systemClock.now(),
        until: (zone) => end && instantOf(end.day, end.time, zone),
      }),
    )
    const span = until
      ? `until ${localDayOf(until, timeZone)} ${clockTimeOf(until, timeZone)} (${timeZone})`
      : 'until resumed'
    console.log(
      `Company ${companyId}: the phone books nothing for ${name}, ${span}. Calls are answered as before.`,
    )
  })
}

function resumed(command: CompanyCommand & { verb: 'resume' }): Promise<void> {
  return withDatabase('gateway-company', async ({ tenancy }) => {
    const { companyId, name } = await tenancy.asSystem((tx) => resume(tx, command))
    console.log(`Company ${companyId}: the phone books for ${name} again.`)
  })
}

/** The file first: what cannot be written is not deleted. */
function removed({ company, yes, out }: CompanyCommand & { verb: 'remove' }): Promise<void> {
  return withDatabase('gateway-company', async ({ tenancy }, config) => {
    const now = systemClock.now()
    const preview = await previewRemoval(tenancy, company, now)
    if (!yes) {
      for (const line of removalLines(preview)) console.log(line)
      throw new UsageError(
        `Nothing was deleted. With --yes all of company ${preview.companyId} "${preview.name}" goes, for ever.`,
      )
    }
    const text = await tenancy.asSystem((tx) => exportCompany(tx, company, secretsOf(config)))
    const path = out ?? `${preview.slug}-${now.toISOString().slice(0, 10)}.yaml`
    await writeFile(path, text, { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(
        error.code === 'EEXIST'
          ? `${path} is there already: name another file with --out. Nothing was deleted.`
          : `${path} cannot be written (${error.code}). Nothing was deleted.`,
      )
    })
    const gone = await removeCompany(tenancy, company, now)
    for (const line of removalLines(gone)) console.log(line)
    console.log(`Company ${gone.companyId} "${gone.name}" is deleted; its configuration is in ${path}.`)
  })
}

function removalLines({ counts, atVendors: { calcom, retell } }: Removed): string[] {
  const shared = calcom.isShared ? ', which other companies use too' : ''
  return [
    'Of the database, rows per table:',
    ...Object.entries(counts).map(([table, count]) => `  ${table}: ${count}`),
    'What stays at the vendors, to be deleted there by hand:',
    `  Cal.com, connection ${calcom.connection}${shared}: ${calcom.bookings} booking(s), ${calcom.upcoming} still to come; its webhook to us`,
    `  Retell: ${retell.calls} call(s) with what was said; numbers ${retell.numbers.join(', ') || 'none'}; agents ${retell.agents.join(', ') || 'none'}`,
  ]
}

function tell(plan: Plan, prune: boolean): void {
  for (const line of planLines(plan, { prune })) console.log(line)
}

/** Reads a file; what is wrong with it is printed, and the exit code is 1. */
async function read(path: string): Promise<ReadFile> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      error.code === 'ENOENT' ? `There is no file ${path}.` : `${path} cannot be read: ${error.code}.`,
    )
  })
  const result = readCompanyFile(text)
  for (const problem of result.problems) console.error(problemLine(path, problem))
  if (result.file === null) {
    const count = result.problems.length
    console.error(`${count} problem${count === 1 ? '' : 's'} in ${path}. Nothing was changed.`)
    process.exitCode = 1
  }
  return result
}
