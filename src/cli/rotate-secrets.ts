/** `npm run secrets:rotate`: seals the stored secrets with ENCRYPTION_KEY; ENCRYPTION_KEY_PREVIOUS opens the old ones. */
import { loadConfig } from '../config.ts'
import { openDatabase } from '../db/database.ts'
import { openStore } from '../db/store.ts'
import { createLogger } from '../lib/logger.ts'
import { SecretBox } from '../lib/secret-box.ts'
import { rotateSecrets } from '../services/privacy/secrets.ts'
import { runCli } from './run-cli.ts'

await runCli(async () => {
  const config = loadConfig()
  const store = await openStore(config, createLogger({ level: 'error', personalData: false }))
  try {
    const database = await openDatabase({
      url: store.url,
      poolMax: 2,
      applicationName: 'gateway-secrets',
      requireRestrictedLogin: config.production,
    })
    try {
      const box = new SecretBox(config.encryptionKeys)
      const { rotated, current } = await rotateSecrets({ tenancy: database.tenancy, box })
      console.log(`${rotated.length} connection(s) sealed anew, ${current} already were.`)
    } finally {
      await database.close()
    }
  } finally {
    await store.close()
  }
})
