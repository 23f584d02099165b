/**
 * Reads a company's file: YAML, then each value, then what must fit together. Every problem says where (line and column), what and
 * what to do; with any problem there is no file. Pure.
 */
import { isNode, isPair, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import type { z } from 'zod'
import { fittingProblems, type Path, type Problem } from './rules.ts'
import { type CompanyFile, companyFile } from './schema.ts'

export interface FoundProblem {
  line: number
  column: number
  /** 'branches.mitte.hours' */
  where: string
  message: string
}

export type ReadFile = { file: CompanyFile; problems: [] } | { file: null; problems: FoundProblem[] }

const charactersMax = 1_000_000

/** In: the text of a file. Out: the company, or all that is wrong with it in the order of the file. */
export function readCompanyFile(text: string): ReadFile {
  const lines = new LineCounter()
  if (text.length > charactersMax)
    return refused([
      { line: 1, column: 1, where: '', message: 'the file is too long: a company fits into a megabyte' },
    ])
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  if (document.errors.length > 0)
    return refused(
      document.errors.map(({ pos, message }) => ({
        ...at(pos[0]),
        where: '',
        message: yamlProblem(message),
      })),
    )
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 1_000 })
  } catch {
    return refused([
      { line: 1, column: 1, where: '', message: 'the file refers to itself too often: write the values out' },
    ])
  }
  const parsed = companyFile.safeParse(value)
  const problems = parsed.success ? fittingProblems(parsed.data) : parsed.error.issues.flatMap(explained)
  if (parsed.success && problems.length === 0) return { file: parsed.data, problems: [] }
  return refused(
    problems.map(({ path, message, atName = false }) => ({
      ...at(offsetOf(document.contents, path, atName)),
      where: path.join('.'),
      message: unquotedNumber(document.contents, path) ?? message,
    })),
  )
}

/** Each as an operator reads it: "salon.yaml:12:5: branches.mitte.time_zone: there is …". */
export function problemLine(file: string, { line, column, where, message }: FoundProblem): string {
  return `${file}:${line}:${column}: ${where === '' ? '' : `${where}: `}${message}`
}

function refused(problems: FoundProblem[]): ReadFile {
  return { file: null, problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) }
}

function yamlProblem(message: string): string {
  const first = message.split('\n')[0]!
  if (/Map keys must be unique/.test(first)) return 'this name stands here twice: take one out'
  return `is no YAML: ${first.replace(/\.$/, '')}; look at indents, colons and quotes`
}

/** `+4930…` without quotes is a number to YAML and has lost its plus. */
function unquotedNumber(contents: unknown, path: Path): string | null {
  const node = nodeAt(contents, path)
  const source = isScalar(node) && typeof node.value === 'number' ? node.source : undefined
  return source?.startsWith('+') ? `put the number into quotes: "${source}"` : null
}

/** Where a value stands; for one that is missing, where it would belong. */
function offsetOf(contents: unknown, path: Path, atName: boolean): number {
  for (let length = path.length; length > 0; length--) {
    const node = nodeAt(contents, path.slice(0, length), atName && length === path.length)
    if (node?.range) return node.range[0]
  }
  return isNode(contents) && contents.range ? contents.range[0] : 0
}

/** The node of a path; a key itself where the value is empty. */
function nodeAt(contents: unknown, path: Path, atName = false): Node | null {
  let node: unknown = contents
  for (const [depth, step] of path.entries()) {
    const wantsName = atName && depth === path.length - 1
    if (typeof node !== 'object' || node === null || !('items' in node)) return null
    const items = node.items as unknown[]
    const pair = items.find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
    )
    if (isPair(pair))
      node =
        !wantsName && isNode(pair.value) && pair.value.range?.[0] !== pair.value.range?.[1]
          ? pair.value
          : pair.key
    else if (typeof step === 'number') node = items[step]
    else return null
  }
  return isNode(node) ? node : null
}

/** What zod found, in a sentence with a remedy. */
function explained(issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        atName: true,
        message: `"${key}" is not known here: correct the spelling or take it out (docs/company-file.md lists what there is)`,
      }))
    case 'invalid_key':
      return [{ path, atName: true, message: `"${path.at(-1)}" ${issue.issues[0]?.message ?? 'is no name'}` }]
    case 'invalid_union': {
      // The branch that got furthest tells more than "one of several".
      const deepest = issue.errors.flat().sort((a, b) => b.path.length - a.path.length)[0]
      if (deepest && (deepest.path.length > 0 || deepest.code === 'custom'))
        return explained({ ...deepest, path: [...issue.path, ...deepest.path] } as z.core.$ZodIssue)
      return [{ path, message: issue.message === 'Invalid input' ? 'is of the wrong kind' : issue.message }]
    }
    case 'invalid_type':
      return [
        {
          path,
          message:
            issue.input === undefined && !/received (?!undefined)/.test(issue.message)
              ? `"${path.at(-1) ?? 'company'}" is missing: add it`
              : `${issue.message.replace(/^Invalid input: /, '')}: write a value of that kind`,
        },
      ]
    case 'invalid_value':
      return [{ path, message: `must be one of ${issue.values.map(String).join(', ')}` }]
    default:
      return [{ path, message: issue.message }]
  }
}
