/** Imports point one way (the table in the README): read from the source, not from good intentions. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const src = join(import.meta.dirname, '../src')

const belowServices = ['calcom', 'retell', 'db', 'german', 'lib', 'errors', 'error-codes']
const belowFunctions = ['services', ...belowServices]

/** What each part may import besides itself. */
const allowed: Record<string, readonly string[]> = {
  lib: [],
  german: ['lib'],
  calcom: ['lib'],
  retell: ['lib'],
  db: ['lib', 'config', 'errors', 'error-codes'],
  simulator: ['lib', 'calcom'],
  services: belowServices,
  functions: belowFunctions,
  jobs: ['functions', ...belowFunctions, 'config'],
  http: ['jobs', 'functions', ...belowFunctions, 'config'],
  config: [],
  errors: ['error-codes'],
  'error-codes': [],
}
const fastifyUsers = ['http', 'simulator']
const compositionRoots = ['compose.ts', 'main.ts', 'cli']

interface SourceFile {
  path: string
  part: string
  imports: string[]
  text: string
}

const files: SourceFile[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.startsWith(join('db', 'generated')))
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
  return path.split('/')[0]!.replace(/\.ts$/, '')
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

test('only the HTTP layer and the simulator import Fastify', () => {
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
      /\.(cancelBooking|rescheduleBooking)\(/.test(file.text),
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
