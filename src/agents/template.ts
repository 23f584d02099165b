/**
 * Templates of agents (`agents/*.yaml`, with the prompt beside them in Markdown): what is told to Retell in Retell's own names, with
 * `${…}` where a company's values go. A trade's file extends the common one; maps are merged, everything else is replaced.
 */
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { AgentProblem } from './problem.ts'

const text = z.string().min(1)
const ourTool = z.strictObject({
  /** Spoken while the function works; left out: nothing is. */
  say: text.optional(),
  /** Parameters that this agent's model is not shown. */
  without: z.array(text).optional(),
  description: text.optional(),
  max_retry: z.number().int().min(0).max(5).optional(),
})

const template = z.strictObject({
  /** Fields of create-agent and create-retell-llm, as Retell names them. */
  agent: z.record(z.string(), z.unknown()),
  llm: z.record(z.string(), z.unknown()),
  /** The prompt's file, and that of a trade's rules, which follow it. */
  prompt: text,
  rules: text.optional(),
  about: text,
  values: z.object({
    trade: z.string(),
    voice: text,
    emergency: z.string(),
    transfer: z.strictObject({ possible: text, impossible: text }),
  }),
  tools: z.record(z.string(), ourTool),
  own_tools: z.strictObject({
    end_call: z.strictObject({ description: text }),
    transfer_call: z.strictObject({
      description: text,
      say: text,
      ring_ms: z.number().int().min(5_000).max(90_000),
    }),
  }),
})

export interface AgentTemplate extends Omit<z.output<typeof template>, 'prompt' | 'rules'> {
  /** Its file's name without ending. */
  name: string
  /** Markdown. */
  prompt: string
}

/** Where the templates that come with the gateway are, from the source and from the built tree alike. */
export const templatesFolder = join(import.meta.dirname, '../../agents')

/** The names of all templates, in the order of the alphabet. */
export async function listTemplates(folder = templatesFolder): Promise<string[]> {
  const files = await readdir(folder)
  return files
    .filter((file) => file.endsWith('.yaml') && file !== 'common.yaml')
    .map((file) => file.slice(0, -'.yaml'.length))
    .toSorted()
}

/** @throws AgentProblem with one sentence when there is none of that name, or it is malformed */
export async function readTemplate(name: string, folder = templatesFolder): Promise<AgentTemplate> {
  const known = await listTemplates(folder)
  if (!known.includes(name))
    throw new AgentProblem(`There is no template "${name.slice(0, 40)}": choose ${known.join(', ')}.`)
  const path = join(folder, `${name}.yaml`)
  const parsed = template.safeParse(await readMerged(path))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new AgentProblem(`${path}: ${issue!.path.join('.') || 'the file'}: ${issue!.message}.`)
  }
  const { prompt, rules, ...rest } = parsed.data
  const parts = [prompt, ...(rules === undefined ? [] : [rules])]
  const texts = await Promise.all(parts.map((part) => readText(join(folder, part))))
  return { ...rest, name, prompt: texts.map((one) => one.trim()).join('\n\n') }
}

type Tree = Record<string, unknown>

async function readMerged(path: string): Promise<Tree> {
  let content: unknown
  try {
    content = parse(await readText(path))
  } catch (error) {
    if (error instanceof AgentProblem) throw error
    throw new AgentProblem(`${path} is not YAML: ${(error as Error).message.split('\n')[0]}`)
  }
  if (!isTree(content)) throw new AgentProblem(`${path} is not a map of fields.`)
  const { extends: base, ...own } = content
  return typeof base === 'string' ? merge(await readMerged(join(dirname(path), base)), own) : own
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new AgentProblem(`${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`)
  }
}

function merge(base: Tree, own: Tree): Tree {
  const merged: Tree = { ...base }
  for (const [key, value] of Object.entries(own)) {
    const below = base[key]
    merged[key] = isTree(below) && isTree(value) ? merge(below, value) : value
  }
  return merged
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
