/** `npm run secrets:rotate`: seals the stored secrets with ENCRYPTION_KEY; ENCRYPTION_KEY_PREVIOUS opens the old ones. */
import { SecretBox } from '../lib/secret-box.ts'
import { rotateSecrets } from '../services/privacy/secrets.ts'
import { runCli } from './run-cli.ts'
import { withDatabase } from './with-database.ts'

await runCli(() =>
  withDatabase('gateway-secrets', async ({ tenancy }, { encryptionKeys }) => {
    const { rotated, current } = await rotateSecrets({ tenancy, box: new SecretBox(encryptionKeys) })
    console.log(`${rotated.length} connection(s) sealed anew, ${current} already were.`)
  }),
)
