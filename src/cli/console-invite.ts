/**
 * `npm run console:invite -- --email ADDRESS --role ROLE [--company N] [--branch NAME] [--name NAME]`: somebody may open the console, as
 * operator, agency, owner, receptionist or reader. Prints a link that signs in once, for a quarter of an hour; further ones come by mail
 * from the console's own page. `--remove` takes the access to the company away again.
 */
import { parseArgs } from 'node:util'
import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import { systemClock } from '../lib/clock.ts'
import { linkMinutes, People } from '../services/people/people.ts'
import { isRole, type Role, roles } from '../services/people/roles.ts'
import { runCli, UsageError } from './run-cli.ts'
import { withDatabase } from './with-database.ts'

await runCli(async () => {
  const asked = readArguments(process.argv.slice(2))
  await withDatabase('gateway-console-invite', async (database, config) => {
    const people = new People({ tenancy: database.tenancy, clock: systemClock })
    if (asked.role === null) {
      if (!(await people.remove(asked.email, asked.companyId)))
        throw new UsageError(`${asked.email} had no access there.`)
      console.log(`${asked.email} has no access there any more.`)
      return
    }
    const { email, role, companyId, name } = asked
    const branchId = await branchOf(database, companyId, asked.branch)
    const person = await people.invite({ email, role, companyId, branchId, ...(name && { name }) })
    const link = await people.linkFor(email)
    console.log(
      `${person.name} <${person.email}> is ${role}${companyId === null ? '' : ` of company ${companyId}`}.`,
    )
    console.log(
      link === null
        ? 'There were many links within a quarter of an hour: the next one comes from the page to sign in.'
        : `Signs in once, within ${linkMinutes} minutes: ${addressOf(config)}/console/anmelden/${link.token}`,
    )
  })
})

interface Invited {
  email: string
  /** Null: `--remove`. */
  role: Role | null
  companyId: number | null
  branch: string | null
  name: string | null
}

function readArguments(args: string[]): Invited {
  const { values } = parseArgs({
    args,
    options: {
      email: { type: 'string' },
      role: { type: 'string' },
      company: { type: 'string' },
      branch: { type: 'string' },
      name: { type: 'string' },
      remove: { type: 'boolean', default: false },
    },
  })
  const { email, role, company, branch = null, name = null, remove } = values
  if (email === undefined || !/^[^\s@<>]+@[^\s@<>]+$/.test(email))
    throw new UsageError('Say who: --email somebody@example.com')
  if (company !== undefined && !/^[1-9]\d{0,8}$/.test(company))
    throw new UsageError('--company takes the number of a company')
  const companyId = company === undefined ? null : Number(company)
  if (remove) return { email, role: null, companyId, branch, name }
  if (role === undefined || !isRole(role)) throw new UsageError(`Say as what: --role ${roles.join('|')}`)
  if ((role === 'operator') !== (companyId === null))
    throw new UsageError(
      role === 'operator'
        ? 'An operator sees every company: leave --company out.'
        : 'Say of which company: --company N',
    )
  if (branch !== null && companyId === null) throw new UsageError('--branch needs --company')
  return { email, role, companyId, branch, name }
}

async function branchOf(
  { tenancy }: Database,
  companyId: number | null,
  branch: string | null,
): Promise<string | null> {
  if (companyId === null) return null
  const found = await tenancy.asReport(async (tx) => ({
    company: await tx.company.count({ where: { id: companyId } }),
    branches: await tx.branch.findMany({
      where: { companyId },
      select: { id: true, name: true, slug: true },
    }),
  }))
  if (found.company === 0) throw new UsageError(`There is no company ${companyId}.`)
  if (branch === null) return null
  const wanted = found.branches.find(({ name, slug }) => name === branch || slug === branch)
  if (wanted === undefined)
    throw new UsageError(
      `Company ${companyId} has no branch "${branch}": there are ${found.branches.map(({ name }) => name).join(', ')}.`,
    )
  return wanted.id
}

function addressOf({ publicUrl, server }: Config): string {
  return publicUrl ?? `http://127.0.0.1:${server.port}`
}
