/** Makes vendor data storable: PostgreSQL refuses NUL in text and jsonb, and lone surrogates in jsonb. */

/** The text without NUL and lone surrogates, at most `max` characters. */
export function storableText(value: string, max: number): string {
  const isFine = value.length <= max && value.isWellFormed() && !value.includes('\u0000')
  return isFine ? value : value.slice(0, max).toWellFormed().replaceAll('\u0000', '')
}

/** A JSON value with every string (and key) made storable; deeper than 40 levels is dropped. */
export function storableJson(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return storableText(value, 100_000)
  if (depth > 40) return null
  if (Array.isArray(value)) return value.map((item) => storableJson(item, depth + 1))
  if (typeof value === 'object' && value !== null) {
    const copy: Record<string, unknown> = {}
    for (const [key, item] of Object.entries(value))
      if (key !== '__proto__') copy[storableText(key, 200)] = storableJson(item, depth + 1)
    return copy
  }
  return typeof value === 'bigint' || typeof value === 'function' ? null : (value ?? null)
}
