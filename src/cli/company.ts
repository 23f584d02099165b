/**
 * `npm run company -- check FILE…`: whether a company's file is right, without database or network. Exit code 1 with one line per
 * problem: file, line, column, what is wrong and what to do.
 * `npm run company -- schema`: the JSON Schema for editors, kept as companies/schema.json.
 */
import { readFile } from 'node:fs/promises'
import { problemLine, type ReadFile, readCompanyFile } from '../company/read-file.ts'
import { companyJsonSchema } from '../company/schema.ts'
import { readCompanyCommand } from './company-arguments.ts'
import { runCli, UsageError } from './run-cli.ts'

await runCli(async () => {
  const command = readCompanyCommand(process.argv.slice(2))
  if (command.verb === 'schema') {
    console.log(JSON.stringify(companyJsonSchema(), null, 2))
    return
  }
  for (const path of command.files) {
    const { file } = await read(path)
    if (file !== null) console.log(`${path} is right: ${file.company.name} (${file.company.slug}).`)
  }
})

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
