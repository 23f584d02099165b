/**
 * `npm run agent -- validate|plan|apply|pull|publish|rollback|status|remove`: voice agents from templates (agents/). `validate` needs
 * neither database nor network. Exit codes: 0 done or nothing to do, 1 refused with one line per problem, 2 there is something to do.
 */
import { writeFile } from 'node:fs/promises'
import { stringify } from 'yaml'
import { AgentDesk, type AgentDeskDeps, type AgentPlan } from '../agents/desk.ts'
import { type LintFinding, lint } from '../agents/lint.ts'
import { AgentProblem } from '../agents/problem.ts'
import { AgentPublisher } from '../agents/publish.ts'
import { render } from '../agents/render.ts'
import { listTemplates, readTemplate } from '../agents/template.ts'
import { loadConfig } from '../config.ts'
import { systemClock } from '../lib/clock.ts'
import { RetellAgentApi } from '../retell/agent-api.ts'
import { RetellError } from '../retell/api-errors.ts'
import { type AgentCommand, readAgentCommand } from './agent-arguments.ts'
import { ourSide } from './agent-parts.ts'
import { runCli, UsageError } from './run-cli.ts'
import { withDatabase } from './with-database.ts'

await runCli(async () => {
  const command = readAgentCommand(process.argv.slice(2))
  try {
    if (command.verb === 'validate') await validate(command.templates)
    else await withRetell((deps) => run(command, deps))
  } catch (error) {
    if (error instanceof AgentProblem) throw new UsageError(error.message, { cause: error })
    if (error instanceof RetellError)
      throw new UsageError(
        `Retell did not do it (${error.operation}: ${error.kind}). What was done before stands; the command may be repeated.`,
        {
          cause: error,
        },
      )
    throw error
  }
})

async function run(command: Exclude<AgentCommand, { verb: 'validate' }>, deps: AgentDeskDeps): Promise<void> {
  const desk = new AgentDesk(deps)
  const publisher = new AgentPublisher(deps)
  switch (command.verb) {
    case 'plan': {
      const plan = await desk.plan(command.wish)
      tell(plan)
      if (plan.there === null || plan.differences.length > 0) process.exitCode = 2
      return
    }
    case 'apply': {
      const applied = await desk.apply(command.wish, command.take)
      tell(applied.plan)
      if (applied.kind === 'disputed')
        throw new UsageError(
          `Nothing was changed. Changed at Retell: ${applied.fields.join(', ')}. Say --take template to undo that, or --take retell to leave it.`,
        )
      if (applied.kind === 'draft')
        console.log(
          `Agent ${applied.agentId}, version ${applied.version}, is a draft: npm run agent -- publish ${command.wish.company} leads callers to it.`,
        )
      return
    }
    case 'pull': {
      const { agentId, version, definition } = await desk.pull(command.company)
      const text = stringify(definition, { lineWidth: 0 })
      if (command.out === null) console.log(text.trimEnd())
      else {
        await writeFile(command.out, text)
        console.log(`Agent ${agentId}, version ${version}, is in ${command.out}.`)
      }
      return
    }
    case 'publish': {
      const { agentId, version, moved, unknown } = await publisher.publish(command.company)
      console.log(
        `Agent ${agentId}, version ${version}, answers now. Moved: ${moved.join(', ') || 'no number, all led there'}.`,
      )
      if (unknown.length > 0)
        console.log(`Retell does not know ${unknown.join(', ')}: import them there, and publish again.`)
      return
    }
    case 'rollback': {
      const { version, moved, left } = await publisher.rollback(command.company)
      console.log(`Version ${version} is taken back. Moved: ${moved.join(', ') || 'no number'}.`)
      if (left.length > 0) console.log(`Pointed elsewhere since, and left so: ${left.join(', ')}.`)
      return
    }
    case 'status': {
      const { company, numbers } = await publisher.status(command.company)
      for (const { id, state, agentId, version, template, hash, appliedAt } of company.releases)
        console.log(
          `${id}  ${state.padEnd(11)} ${agentId ?? '-'} version ${version ?? '-'}  ${template} ${hash}  ${appliedAt.toISOString()}`,
        )
      for (const { number, answeredBy } of numbers)
        console.log(
          `${number}  ${answeredBy === null ? 'not known at Retell' : answeredBy.join(', ') || 'nobody'}`,
        )
      return
    }
    case 'remove':
      console.log(
        `Agent ${await publisher.remove(command.company, command.yes ? command.agent : undefined)} is deleted.`,
      )
  }
}

function withRetell(work: (deps: AgentDeskDeps) => Promise<void>): Promise<void> {
  return withDatabase('gateway-agent', async ({ tenancy }, config) => {
    const { key, baseUrl } = config.retell.api
    if (key === null) throw new UsageError('RETELLAI_API_KEY is not set: without it Retell cannot be asked.')
    if (config.publicUrl === null)
      throw new UsageError('PUBLIC_URL is not set: an agent needs to know where we are.')
    const retell = new RetellAgentApi({ baseUrl, apiKey: key })
    try {
      const ours = ourSide(config.deadlines, config.publicUrl.replace(/\/+$/, ''))
      await work({ tenancy, retell, clock: systemClock, actor: 'cli', ...ours })
    } finally {
      await retell.close()
    }
  })
}

/** One line per difference and per finding. */
function tell({ company, template, hash, there, differences, findings }: AgentPlan): void {
  for (const line of findingLines(findings)) console.log(line)
  const signs = { ours: '~', theirs: '!', both: '!' } as const
  const whose = {
    ours: 'template',
    theirs: 'changed at Retell',
    both: 'changed at Retell and in the template',
  } as const
  if (there === null) console.log(`Company ${company.id}: a new agent from ${template} (${hash}).`)
  else if (differences.length === 0)
    console.log(`Company ${company.id}: agent ${there.agentId} is as ${template} says (${hash}).`)
  else
    for (const { field, side, wanted, there: is } of differences)
      console.log(`${signs[side]} ${field} (${whose[side]}): ${shown(is)} -> ${shown(wanted)}`)
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

function findingLines(findings: readonly LintFinding[]): string[] {
  return findings.map(({ severity, message, remedy }) => `${severity.padEnd(8)} ${message} ${remedy}`)
}

/** Every template, or those named, filled for a business that does not exist: with a number to connect to, and without. */
async function validate(names: readonly string[]): Promise<void> {
  const { deadlines } = loadConfig({ NODE_ENV: 'development' })
  const { tools, rules, eventsUrl } = ourSide(deadlines, 'https://gateway.example')
  const company = 'Musterbetrieb'
  for (const name of names.length > 0 ? names : await listTemplates()) {
    const template = await readTemplate(name)
    const lines = [null, '+493023125009'].flatMap((transferNumber) => {
      const values = { company, timeZone: 'Europe/Berlin', eventsUrl, keywords: [company], transferNumber }
      const definition = render(template, { ...values, voice: null }, tools)
      return findingLines(lint(definition, `agent of ${name}`, company, rules))
    })
    for (const line of new Set(lines)) console.log(line)
    if (lines.some((line) => line.startsWith('error'))) process.exitCode = 1
    else if (lines.length > 0) process.exitCode ??= 2
    else console.log(`${name} is right: ${template.about}.`)
  }
}
