/** Makes vendor data storable: PostgreSQL refuses NUL in text and jsonb, and lone surrogates in jsonb. */
import { type JsonMapping, mapJson } from './map-json.ts'

/** The text without NUL and lone surrogates, at most `max` characters. */
export function storableText(value: string, max: number): string {
  const isFine = value.length <= max && value.isWellFormed() && !value.includes('\u0000')
  return isFine ? value : value.slice(0, max).toWellFormed().replaceAll('\u0000', '')
}

const textMax = 100_000
const keyMax = 200

const storable: JsonMapping = {
  text: (text) => storableText(text, textMax),
  key: (key) => storableText(key, keyMax),
}

/** A JSON value with every string (and key) made storable; the very same value where all are. */
export function storableJson(value: unknown): unknown {
  return mapJson(value, storable)
}
