/** Imports point one way (the table in the README): read from the source, not from good intentions. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const src = join(import.meta.dirname, '../src')

/** What each part may import besides itself. */
const allowed: Record<string, readonly string[]> = {
  lib: [],
  german: ['lib'],
  calcom: ['lib'],
  retell: ['lib'],
  db: ['lib'],
  simulator: ['lib'],
  services: ['calcom', 'retell', 'db', 'german', 'lib', 'errors', 'error-codes'],
  functions: ['services', 'retell', 'db', 'german', 'lib', 'errors', 'error-codes'],
  company: ['services', 'calcom', 'db', 'german'],
  agents: ['services', 'retell', 'db', 'lib'],
  jobs: ['services', 'db', 'german', 'lib'],
  http: ['functions', 'services', 'calcom', 'retell', 'german', 'lib', 'config', 'errors'],
  console: ['services', 'db', 'german', 'lib'],
  // What runs on a developer's machine only; it starts a whole gateway with everything around it.
  development: ['simulator', 'services', 'db', 'german', 'lib', 'config', 'compose', 'start-up'],
  config: ['config-values', 'config-abuse'],
  'config-abuse': ['config-values'],
  'config-values': [],
  errors: ['error-codes'],
  'error-codes': [],
}
const fastifyUsers = ['http', 'console', 'simulator']
const compositionRoots = [
  'compose.ts',
  'compose-console.ts',
  'compose-services.ts',
  'main.ts',
  'start-up.ts',
  'cli',
]
/** Who may know the parts that the image leaves behind; the start loads its database when it is wanted. */
const developmentUsers = ['cli', 'development', 'start-up']

interface SourceFile {
  path: string
  part: string
  imports: string[]
  text: string
}

const files: SourceFile[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path) && !path.startsWith(join('db', 'generated')))
  .map((path) => {
    const text = readFileSync(join(src, path), 'utf8')
    return {
      path,
      part: partOf(path),
      text,
      imports: [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => match[1]!),
    }
  })

function partOf(path: string): string {
  return path.split('/')[0]!.replace(/\.tsx?$/, '')
}

test('every import follows the direction of the layers', () => {
  const wrong = files
    .filter((file) => !compositionRoots.some((root) => file.path.startsWith(root)))
    .flatMap((file) =>
      file.imports
        .filter((name) => name.startsWith('.'))
        .map((name) => partOf(relative(src, join(src, dirname(file.path), name))))
        .filter((part) => part !== file.part && !allowed[file.part]?.includes(part))
        .map((part) => `${file.path} imports ${part}`),
    )
  expect(wrong).toEqual([])
})

/** Commands about what only a developer's machine has. */
const commandsOfDevelopment = ['demo', 'demo-call', 'dev', 'seed', 'simulator']

test('the server and every command of operators load nothing that the image leaves behind', () => {
  const staticImports = (file: SourceFile) =>
    [...file.text.matchAll(/^(?:import|export)\s(?!type\b)[^;]*?from\s*'(\.[^']+)'/gms)].map((match) =>
      relative(src, join(src, dirname(file.path), match[1]!)),
    )
  const byPath = new Map(files.map((file) => [file.path, file]))
  const reached = new Map<string, string>()
  const follow = (file: SourceFile, from: string) => {
    if (reached.has(file.path)) return
    reached.set(file.path, from)
    for (const path of staticImports(file)) {
      const next = byPath.get(path)
      if (next) follow(next, file.path)
    }
  }
  for (const file of files) {
    const command = /^cli\/([^/]+)\.ts$/.exec(file.path)?.[1]
    if (file.path === 'main.ts' || (command && !commandsOfDevelopment.includes(command)))
      follow(file, 'the start')
  }
  expect(reached.size).toBeGreaterThan(100)
  const left = [...reached].filter(([path]) => /^(development|simulator)\//.test(path))
  expect(left.map(([path, from]) => `${from} loads ${path}`)).toEqual([])
})

test('the table names no edge that nobody uses', () => {
  const used = new Set(
    files.flatMap((file) =>
      file.imports
        .filter((name) => name.startsWith('.'))
        .map((name) => `${file.part} ${partOf(relative(src, join(src, dirname(file.path), name)))}`),
    ),
  )
  const idle = Object.entries(allowed).flatMap(([part, others]) =>
    others.filter((other) => !used.has(`${part} ${other}`)).map((other) => `${part} imports no ${other}`),
  )
  expect(idle).toEqual([])
})

test('the rooms of services are in no circle', () => {
  const roomOf = (path: string) => {
    const [, room = '', file] = path.split('/')
    return file === undefined ? room.replace(/\.ts$/, '') : room
  }
  const edges = new Map<string, Set<string>>()
  for (const file of files.filter(({ part }) => part === 'services'))
    for (const name of file.imports.filter((spec) => spec.startsWith('.'))) {
      const target = relative(src, join(src, dirname(file.path), name))
      const [from, to] = [roomOf(file.path), roomOf(target)]
      if (partOf(target) === 'services' && from !== to)
        edges.set(from, (edges.get(from) ?? new Set()).add(to))
    }
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    [...(edges.get(from) ?? [])].some((next) => {
      if (next === to) return true
      if (seen.has(next)) return false
      seen.add(next)
      return reaches(next, to, seen)
    })
  expect([...edges.keys()].filter((room) => reaches(room, room))).toEqual([])
})

test('what the image leaves behind is known to commands and tests only', () => {
  const wrong = files.filter(
    (file) =>
      !developmentUsers.includes(file.part) &&
      file.part !== 'simulator' &&
      file.imports.some((name) => /\/(development|simulator)\//.test(name)),
  )
  expect(wrong.map((file) => file.path)).toEqual([])
  expect(readFileSync(join(src, 'start-up.ts'), 'utf8')).not.toMatch(/^import .*development/m)
})

test('the simulator knows nothing of ours but the Cal.com schemas and lib', () => {
  const wrong = files
    .filter((file) => file.part === 'simulator')
    .flatMap((file) =>
      file.imports
        .filter((name) => /\/calcom\/(?!schemas)/.test(name))
        .map((name) => `${file.path}: ${name}`),
    )
  expect(wrong).toEqual([])
})

test('nothing knows the console but what composes it, and that loads it when it is wanted', () => {
  const knowing = files.filter(
    (file) => file.part !== 'console' && file.imports.some((name) => /\/console\//.test(name)),
  )
  expect(knowing.map((file) => file.path)).toEqual(['compose-console.ts'])
  expect(readFileSync(join(src, 'compose-console.ts'), 'utf8')).not.toMatch(/^import (?!type).*console\//m)
})

test('only the HTTP layer, the console and the simulator import Fastify', () => {
  const wrong = files.filter(
    (file) => !fastifyUsers.includes(file.part) && file.imports.some((name) => /^@?fastify/.test(name)),
  )
  expect(wrong.map((file) => file.path)).toEqual([])
})

test('only the database layer constructs a Prisma client', () => {
  const wrong = files.filter((file) => file.part !== 'db' && /new PrismaClient/.test(file.text))
  expect(wrong.map((file) => file.path)).toEqual([])
})

test('only the guard cancels or moves a booking at Cal.com', () => {
  const wrong = files.filter(
    (file) =>
      ['services', 'functions', 'jobs', 'http', 'cli'].includes(file.part) &&
      file.path !== join('services', 'booking', 'guard.ts') &&
      /\.(cancelBooking|rescheduleBooking|reassignBooking)\(/.test(file.text),
  )
  expect(wrong.map((file) => file.path)).toEqual([])
})

test('nothing reads the environment but config.ts', () => {
  const wrong = files.filter((file) => file.path !== 'config.ts' && /process\.env\b/.test(file.text))
  expect(wrong.map((file) => file.path)).toEqual([])
})

test('folders are at most two deep', () => {
  const wrong = files.filter((file) => file.path.split('/').length > 3)
  expect(wrong.map((file) => file.path)).toEqual([])
})

test('no file is longer than 400 lines', () => {
  const wrong = files.filter((file) => file.text.split('\n').length > 401).map((file) => file.path)
  expect(wrong).toEqual([])
})

test('no promise is dropped: what nobody waits for goes through lib/in-background.ts', () => {
  const wrong = files.flatMap((file) =>
    [...file.text.matchAll(/\bvoid [\w.#?]+\(.*/g)].map((match) => `${file.path}: ${match[0]}`),
  )
  expect(wrong).toEqual([])
})
