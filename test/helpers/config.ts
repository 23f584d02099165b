/** The configuration as a test tries it: an environment that starts in production, and what is wrong with another one. */
import { ConfigError, loadConfig } from '../../src/config.ts'

export const productionEnvironment = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://gateway.example',
  DATABASE_URL: 'postgresql://gateway_app@localhost/gateway',
  RETELLAI_API_KEY: 'key_of_the_workspace',
  CALCOM_API_KEY: 'cal_live_x',
  CALCOM_WEBHOOK_SECRET: 'secret',
}

/** One line per problem; none when it is right. */
export function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    loadConfig(environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}
