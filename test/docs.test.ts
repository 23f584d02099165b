/** What documents and comments name exists: files, and the incidents that code and tests cite. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const documents = ['README.md', 'SECURITY.md', ...listed('docs').filter((path) => path.endsWith('.md'))]

function listed(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => !path.startsWith(join('src', 'db', 'generated')))
}

test('every link of a document leads to a file', () => {
  const broken = documents.flatMap((document) =>
    [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)]
      .map(([, target]) => target!)
      .filter((target) => !existsSync(join(root, dirname(document), target)))
      .map((target) => `${document}: ${target}`),
  )
  expect(broken).toEqual([])
})

test('every file that the documents name in our tree exists', () => {
  // The vendors' pages name files of the vendors.
  const ours = documents.filter((path) => !path.startsWith(join('docs', 'vendors')))
  const missing = ours.flatMap((document) =>
    [...read(document).matchAll(/`((?:src|test|docs|prisma)\/[\w./-]+|[a-z-]+\/[\w/-]+\.ts)`/g)]
      .map(([, path]) => path!)
      .filter((path) => !existsSync(join(root, path)) && !existsSync(join(root, 'src', path)))
      .map((path) => `${document}: ${path}`),
  )
  expect(missing).toEqual([])
})

test('every npm script that the documents name exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const unknown = documents.flatMap((document) =>
    [...read(document).matchAll(/\bnpm run (?:-s )?([a-z][a-z:-]*)/g)]
      .map(([, script]) => script!)
      .filter((script) => scripts[script] === undefined)
      .map((script) => `${document}: ${script}`),
  )
  expect(unknown).toEqual([])
})

test('every file that docs/set-up.md names exists', () => {
  const guide = read('docs/set-up.md')
  const files = [...guide.matchAll(/\b(?:companies|docs|prisma|src|test)\/[\w./-]+\.\w+/g)].map(
    ([path]) => path,
  )
  expect(files).toContain('companies/salon.yaml')
  expect(files.filter((path) => !existsSync(join(root, path)))).toEqual([])
})

test('every incident that code, tests or documents cite stands in docs/incidents.md', () => {
  const known = new Set([...read('docs/incidents.md').matchAll(/^\*\*(I-\d+)/gm)].map(([, id]) => id))
  const sources = [...listed('src'), ...listed('test')].filter((path) => /\.(ts|mjs)$/.test(path))
  const unknown = [...sources, ...documents].flatMap((path) =>
    [...read(path).matchAll(/\bI-\d{2,}\b/g)]
      .map(([id]) => id)
      .filter((id) => !known.has(id))
      .map((id) => `${path}: ${id}`),
  )
  expect(known.size).toBeGreaterThan(60)
  expect(unknown).toEqual([])
})

test('every section and page that code and tests cite exists', () => {
  const pages: Record<string, string> = {
    'functions.md': 'docs/functions.md',
    'agents-in-the-field.md': 'docs/agents-in-the-field.md',
    'calcom.md': 'docs/vendors/calcom.md',
    'retell.md': 'docs/vendors/retell.md',
    'design.md': 'docs/design.md',
    'decisions.md': 'docs/decisions.md',
  }
  const sectionsOf = (path: string) =>
    new Set([...read(path).matchAll(/^#+ ([\d.a]+?)\.? /gm)].map(([, number]) => number!))
  const design = sectionsOf('docs/design.md')
  const wrong = [...listed('src'), ...listed('test')]
    .filter((path) => path.endsWith('.ts') && !path.endsWith('docs.test.ts'))
    .flatMap((path) => {
      const text = read(path).replaceAll(/\n\s*(\*|\/\/)\s*/g, ' ')
      const ofDesign = [...text.matchAll(/design sections? (\d+a?)/g)]
        .filter(([, number]) => !design.has(number!))
        .map(([cited]) => cited)
      const ofPages = [...text.matchAll(/\b([a-z-]+\.md)(?: §?(\d[\d.]*\d|\d))?/g)]
        .filter(([, page, section]) => {
          const file = pages[page!]
          if (file === undefined) return false
          return section !== undefined && !sectionsOf(file).has(section)
        })
        .map(([cited]) => cited)
      return [...ofDesign, ...ofPages].map((cited) => `${path}: ${cited}`)
    })
  expect(wrong).toEqual([])
})
