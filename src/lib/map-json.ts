/**
 * Walks a JSON value and replaces texts and keys. What stays as it is is not copied: most answers pass through without one
 * object made. `__proto__` keys and what is deeper than 40 levels are dropped; what JSON does not know becomes null.
 */

export interface JsonMapping {
  /** The text to put in place; `key` is the name of the nearest field around it, '' without one. */
  text(text: string, key: string): string
  /** The key to put in place; keys stay unless told. */
  key?: (key: string) => string
}

const levelsMax = 40

/** The value with its texts and keys replaced; the very same value where nothing was. Never changes what it is given. */
export function mapJson(value: unknown, mapping: JsonMapping, key = '', depth = 0): unknown {
  if (typeof value === 'string') return mapping.text(value, key)
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value
  if (typeof value !== 'object' || depth > levelsMax) return null
  return Array.isArray(value)
    ? mapList(value, mapping, key, depth)
    : mapFields(value as Record<string, unknown>, mapping, depth)
}

function mapList(list: readonly unknown[], mapping: JsonMapping, key: string, depth: number): unknown {
  let copy: unknown[] | undefined
  for (let index = 0; index < list.length; index += 1) {
    const item = mapJson(list[index], mapping, key, depth + 1)
    if (item === list[index]) continue
    copy ??= [...list]
    copy[index] = item
  }
  return copy ?? list
}

function mapFields(fields: Record<string, unknown>, mapping: JsonMapping, depth: number): unknown {
  let copy: Record<string, unknown> | undefined
  const keys = Object.keys(fields)
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index]!
    const value = fields[key]
    const isDropped = key === '__proto__'
    const mapped = isDropped || value === undefined ? undefined : mapJson(value, mapping, key, depth + 1)
    const mappedKey = mapping.key === undefined ? key : mapping.key(key)
    if (copy === undefined) {
      if (!isDropped && mapped === value && mappedKey === key) continue
      copy = {}
      for (const earlier of keys.slice(0, index)) copy[earlier] = fields[earlier]
    }
    if (!isDropped) copy[mappedKey] = mapped
  }
  return copy ?? fields
}
