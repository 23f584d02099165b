/** How single settings are read from the environment: the building blocks of the schema in config.ts. */
import { isIP } from 'node:net'
import { z } from 'zod'

export const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false', '1', '0'])
    .default(fallback ? 'true' : 'false')
    .transform((value) => value === 'true' || value === '1')

export const optionalText = z
  .string()
  .optional()
  .transform((value) =>
    value === undefined || value.trim() === '' || value === 'null' ? undefined : value.trim(),
  )

/** A server's address with a user and password perhaps, of which nothing is repeated. In: `postgresql`, or several schemes. */
export const serverAddress = (...schemes: string[]) =>
  optionalText.refine((value) => value === undefined || isServerAddress(value, schemes), {
    message: `must be an address of the form ${schemes[0]}://user:password@host:port, special characters written as %XX`,
  })

/** „Name <address>“, or the address alone. */
export const sender = z.string().regex(/^([^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/, {
  message: 'must be an e-mail address, or a name and the address in <>',
})

const list = z
  .string()
  .default('')
  .transform((value) =>
    value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )

export const cidrList = list.superRefine((ranges, context) => {
  for (const range of ranges) {
    if (!isRange(range))
      context.addIssue({ code: 'custom', message: `„${range}“ is no IP address or CIDR range` })
  }
})

/** A whole number from `min` on. */
export const count = (fallback: number, min: number, max = 1_000_000) =>
  z.coerce.number().int().min(min).max(max).default(fallback)
export const milliseconds = (fallback: number) =>
  z.coerce.number().int().min(50).max(120_000).default(fallback)

function isRange(range: string): boolean {
  const [address = '', prefix, ...rest] = range.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0) return false
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 6 ? 128 : 32))
}

function isServerAddress(text: string, schemes: readonly string[]): boolean {
  if (/\s/.test(text) || !URL.canParse(text)) return false
  const { protocol, hostname, searchParams } = new URL(text)
  // PostgreSQL's socket folder is a parameter.
  return schemes.includes(protocol.slice(0, -1)) && (hostname !== '' || searchParams.has('host'))
}
