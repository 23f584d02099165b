/** The file that makes a company as it is now. */
import { Document, isMap, isScalar, isSeq, visit } from 'yaml'
import type { Tx } from '../db/tenancy.ts'
import { type CompanyFile, companyFile } from './schema.ts'
import { sections } from './sections/index.ts'
import type { Draft, Secrets } from './sections/section.ts'
import { companyOf, loadState } from './state.ts'

const opening = '# yaml-language-server: $schema=./schema.json\n'

/**
 * The file of a company, by its number or slug; secrets as references. System role.
 * @throws CompanyProblem when there is no such company
 */
export async function exportCompany(tx: Tx, which: string, secrets: Secrets): Promise<string> {
  const { id } = await companyOf(tx, which)
  const { present } = await loadState(tx, id, [], secrets)
  const draft: Draft = {}
  for (const { kind, intoFile } of sections)
    intoFile(
      draft,
      present.filter((thing) => thing.kind === kind),
    )
  const file = { ...draft, version: 1 } as CompanyFile
  const ordered = Object.keys(companyFile.shape).map(
    (name) => [name, file[name as keyof CompanyFile]] as const,
  )
  const services = file.services
  const plain = withoutEmpty(Object.fromEntries(ordered)) as Record<string, unknown>
  // Where a branch differs by having none, that must be said; who has no event type of their own too.
  if (plain.services) plain.services = withoutUndefined(services)
  if (plain.branches === undefined) plain.branches = {}
  const document = new Document(plain, { aliasDuplicateObjects: false })
  visit(document, {
    // Short things on one line: words, spans, who does it.
    Seq: (_key, list) => {
      list.flow = list.items.every((item) => isScalar(item))
    },
    Pair: (_key, { key, value }) => {
      if (isScalar(key) && key.value === 'by' && isMap(value)) value.flow = true
      if (isSeq(value)) value.flow = value.items.every((item) => isScalar(item))
    },
  })
  return opening + document.toString({ lineWidth: 130, flowCollectionPadding: false })
}

/** Leaves out what says nothing: none, and empty lists and groups. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .map(([name, one]) => [name, withoutEmpty(one)] as const)
    .filter(([, one]) => one !== undefined && one !== null && !isEmpty(one))
  return Object.fromEntries(entries)
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

function withoutUndefined(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
