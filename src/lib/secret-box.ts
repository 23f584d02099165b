/**
 * Secrets at rest: AES-256-GCM with a key from the environment. A sealed secret names the key it was sealed with, so that
 * keys can be rotated: seal with the newest, open with any.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

const algorithm = 'aes-256-gcm'
const ivBytes = 12
const tagBytes = 16

export class SecretBox {
  readonly #keys: ReadonlyArray<{ id: string; key: Buffer }>

  /** @param keys base64, 32 bytes each, newest first */
  constructor(keys: readonly string[]) {
    this.#keys = keys.map((encoded) => {
      const key = Buffer.from(encoded, 'base64')
      if (key.length !== 32) throw new Error('An encryption key must be 32 bytes in base64')
      return { id: createHash('sha256').update(key).digest('hex').slice(0, 8), key }
    })
  }

  /** `<key id>.<base64 of iv, tag, text>`. @throws when no key is configured */
  seal(secret: string): string {
    const [newest] = this.#keys
    if (!newest) throw new Error('ENCRYPTION_KEY is not set, so secrets cannot be stored')
    const iv = randomBytes(ivBytes)
    const cipher = createCipheriv(algorithm, newest.key, iv)
    const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
    return `${newest.id}.${Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64')}`
  }

  /** The secret. @throws when the key is unknown or the text was changed */
  open(sealed: string): string {
    const [id = '', encoded = ''] = sealed.split('.')
    const entry = this.#keys.find((candidate) => candidate.id === id)
    if (!entry) throw new Error('A stored secret was sealed with a key that is not configured')
    const bytes = Buffer.from(encoded, 'base64')
    const decipher = createDecipheriv(algorithm, entry.key, bytes.subarray(0, ivBytes))
    decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
    return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString(
      'utf8',
    )
  }

  /** Whether a sealed secret should be sealed again with the newest key. */
  isStale(sealed: string): boolean {
    return !sealed.startsWith(`${this.#keys[0]?.id}.`)
  }
}
