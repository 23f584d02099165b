/**
 * `npm run company -- check|plan|apply|export|schema`: companies as files (docs/company-file.md). `check` needs neither database nor
 * network. Exit codes: 0 done or nothing to do, 1 refused with one line per problem, 2 a plan that changes something.
 */
import { readFile } from 'node:fs/promises'
import { type Applied, CompanyFiles } from '../company/apply.ts'
import { exportCompany } from '../company/export.ts'
import { disputed, type Plan, planLines } from '../company/plan.ts'
import { problemLine, type ReadFile, readCompanyFile } from '../company/read-file.ts'
import { type CompanyFile, companyJsonSchema } from '../company/schema.ts'
import { CompanyProblem } from '../company/state.ts'
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
    const files = new CompanyFiles({ tenancy: database.tenancy, secrets: secretsOf(config) })
    const types = await eventTypesOf(file, config, database)
    const { companyId, plan: found } = await files.plan(file, types, whose)
    tell(found, prune)
    const changes = found.differences.filter(({ action }) => action !== 'left' || prune).length
    const which = companyId === null ? 'A new company' : `Company ${companyId}`
    console.log(changes === 0 ? `${which}: nothing would change.` : `${which}: ${changes} would change.`)
    if (changes > 0) process.exitCode = 2
    notApplied(file)
  })
}

function apply(file: CompanyFile, command: CompanyCommand & { verb: 'apply' }): Promise<void> {
  const { prune, take } = command
  return withDatabase('gateway-company', async (database, config) => {
    const files = new CompanyFiles({ tenancy: database.tenancy, secrets: secretsOf(config) })
    const types = await eventTypesOf(file, config, database)
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
    notApplied(file)
  })
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

function tell(plan: Plan, prune: boolean): void {
  for (const line of planLines(plan, { prune })) console.log(line)
}

/** Parts of the format whose tables are still to come. */
function notApplied(file: CompanyFile): void {
  const named = (['closures', 'absences', 'texts'] as const).filter((name) => file[name] !== undefined)
  const ofBranches = (['bundesland', 'facts'] as const).filter((name) =>
    Object.values(file.branches).some((branch) => branch[name] != null),
  )
  const all = [...new Set([...named, ...ofBranches, ...(file.company.facts ? ['facts'] : [])])]
  if (all.length > 0) console.log(`Not applied yet: ${all.join(', ')}.`)
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
