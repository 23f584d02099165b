/** Settings of tests that do more in one call, or from one number, than a caller would. */
import { abuseSettings } from '../../src/config-abuse.ts'

/** No limit against abuse. */
export const withoutAbuseLimits = Object.fromEntries(Object.keys(abuseSettings).map((name) => [name, '0']))
