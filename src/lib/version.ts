/** Which version of the program this is. */
import { createRequire } from 'node:module'

const description = createRequire(import.meta.url)('../../package.json') as { version: string }

/** As package.json has it, which lies beside `src` and beside what is built from it. */
export const version = description.version
