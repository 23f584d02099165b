/** Under which keys the cache remembers something of a call; test/hostile/erasure.test.ts holds the list against a real Redis. */
export function rememberedOf(companyId: number, callId: string): string[] {
  return [
    ...['wishes', 'offers', 'holds', 'times'].map((what) => `call:${callId}:${what}`),
    ...['proven', 'read-backs'].map((what) => `company:${companyId}:call:${callId}:${what}`),
  ]
}
