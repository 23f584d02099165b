/**
 * Reads schema.prisma as far as the drift test needs it: tables, columns with their PostgreSQL types, defaults, keys and
 * indexes. It knows the attributes that our schema uses and throws on a scalar type or a default it does not know.
 */
import { readFileSync } from 'node:fs'

export type Column = { name: string; type: string; nullable: boolean; hasDefault: boolean }
export type Index = { name: string; columns: string[]; unique: boolean }
export type Table = { name: string; columns: Column[]; primaryKey: string[]; indexes: Index[] }

const scalarTypes: Record<string, string> = {
  Int: 'integer',
  BigInt: 'bigint',
  String: 'text',
  Boolean: 'boolean',
  DateTime: 'timestamp(3) without time zone',
  Json: 'jsonb',
  Decimal: 'numeric(65,30)',
}

/** The PostgreSQL name of a native type attribute, as `format_type` spells it. */
function nativeType(name: string, args: string): string {
  const types: Record<string, string> = {
    Timestamptz: `timestamp(${args}) with time zone`,
    VarChar: `character varying(${args})`,
    Uuid: 'uuid',
    SmallInt: 'smallint',
    Date: 'date',
    Decimal: `numeric(${args.replace(' ', '')})`,
  }
  const type = types[name]
  if (type === undefined) throw new Error(`Native type ${name} is not known here`)
  return type
}

/** Parses a schema file into its tables; fields that hold relations are left out. */
export function readPrismaSchema(file: URL): Table[] {
  const text = readFileSync(file, 'utf8').replace(/\/\/.*$/gm, '')
  return [...text.matchAll(/^model \w+ \{\n([\s\S]*?)^\}/gm)].map(([, body]) => readModel(body!))
}

function readModel(body: string): Table {
  const name = /@@map\("(\w+)"\)/.exec(body)?.[1]
  if (name === undefined) throw new Error('A model has no @@map')
  const columnOf = new Map<string, string>()
  const columns: Column[] = []
  const indexes: Index[] = []
  let primaryKey: string[] = []
  for (const line of body.split('\n').map((raw) => raw.trim())) {
    const field = /^(\w+)\s+(\w+)(\?|\[\])?(.*)$/.exec(line)
    if (!field) continue
    const [, fieldName, scalar, modifier, rest] = field as unknown as [
      string,
      string,
      string,
      string?,
      string?,
    ]
    const base = scalarTypes[scalar]
    if (base === undefined) continue
    const column = /@map\("(\w+)"\)/.exec(rest ?? '')?.[1] ?? fieldName
    const native = /@db\.(\w+)(?:\(([^)]*)\))?/.exec(rest ?? '')
    const type = native ? nativeType(native[1]!, native[2] ?? '') : base
    columnOf.set(fieldName, column)
    columns.push({
      name: column,
      type: modifier === '[]' ? `${type}[]` : type,
      nullable: modifier === '?',
      hasDefault: /@default\(/.test(rest ?? ''),
    })
    if (/@id\b/.test(rest ?? '')) primaryKey = [column]
    if (/@unique\b/.test(rest ?? ''))
      indexes.push({ name: `${name}_${column}_key`, columns: [column], unique: true })
  }
  for (const [, kind, fields, options] of body.matchAll(/@@(id|unique|index)\(\[([^\]]+)\]([^)]*)\)/g)) {
    const list = fields!.split(',').map((part) => columnOf.get(part.trim())!)
    if (kind === 'id') primaryKey = list
    else {
      const map = /map:\s*"(\w+)"/.exec(options!)?.[1]
      const suffix = kind === 'unique' ? 'key' : 'idx'
      indexes.push({
        name: map ?? `${name}_${list.join('_')}_${suffix}`,
        columns: list,
        unique: kind === 'unique',
      })
    }
  }
  return { name, columns, primaryKey, indexes }
}
