/**
 * `npm run agent -- validate [TEMPLATE…]`: voice agents from templates. `validate` needs neither database nor network. Exit codes: 0
 * nothing to do, 1 refused with one line per problem, 2 there is something to look at.
 */
import { lint } from '../agents/lint.ts'
import { AgentProblem } from '../agents/problem.ts'
import { render } from '../agents/render.ts'
import { listTemplates, readTemplate } from '../agents/template.ts'
import { loadConfig } from '../config.ts'
import { readAgentCommand } from './agent-arguments.ts'
import { ourSide } from './agent-parts.ts'
import { runCli, UsageError } from './run-cli.ts'

await runCli(async () => {
  const command = readAgentCommand(process.argv.slice(2))
  try {
    await validate(command.templates)
  } catch (error) {
    if (error instanceof AgentProblem) throw new UsageError(error.message, { cause: error })
    throw error
  }
})

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
      return lint(definition, `agent of ${name}`, company, rules).map(
        ({ severity, message, remedy }) => `${severity.padEnd(8)} ${message} ${remedy}`,
      )
    })
    for (const line of new Set(lines)) console.log(line)
    if (lines.some((line) => line.startsWith('error'))) process.exitCode = 1
    else if (lines.length > 0) process.exitCode ??= 2
    else console.log(`${name} is right: ${template.about}.`)
  }
}
