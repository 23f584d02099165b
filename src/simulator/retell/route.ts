/** What the routes of the look-alike have in common: who asks for what, bodies read, pages of a list. */
import type { z } from 'zod'
import { invalid } from './errors.ts'
import type { Workspace } from './workspace.ts'

export interface Asked {
  workspace: Workspace
  params: Readonly<Record<string, string>>
  query: Readonly<Record<string, unknown>>
  body: unknown
  /** Milliseconds since 1970. */
  nowMs: number
}

export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  url: string
  handle(asked: Asked): { status: number; body?: unknown }
}

/** The body as the schema has it. Throws 400 with the place and the reason of the first problem. */
export function read<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body ?? {})
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw invalid(`Invalid request: ${issue!.path.join('.') || 'body'}: ${issue!.message}`)
}

const limitMax = 1_000

/**
 * One page of a list. In: everything, oldest first; what tells one item from another; `limit` (50 unless told, at most 1,000),
 * `pagination_key` (of the page before) and `sort_order` (newest first unless told). Throws 400 for values that are none.
 */
export function pageOf<T>(
  all: readonly T[],
  idOf: (item: T) => string,
  wish: Readonly<Record<string, unknown>>,
): { items: T[]; has_more: boolean; pagination_key?: string } {
  const limit = wish.limit === undefined ? 50 : Number(wish.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > limitMax)
    throw invalid(`Invalid request: limit: must be between 1 and ${limitMax}`)
  const order = wish.sort_order ?? 'descending'
  if (order !== 'ascending' && order !== 'descending')
    throw invalid('Invalid request: sort_order: must be ascending or descending')
  const sorted = order === 'ascending' ? all : all.toReversed()
  const after =
    wish.pagination_key === undefined ? -1 : sorted.findIndex((item) => idOf(item) === wish.pagination_key)
  if (wish.pagination_key !== undefined && after < 0)
    throw invalid('Invalid request: pagination_key: is none of this list')
  const items = sorted.slice(after + 1, after + 1 + limit)
  const hasMore = after + 1 + limit < sorted.length
  return { items, has_more: hasMore, ...(hasMore ? { pagination_key: idOf(items.at(-1)!) } : {}) }
}
