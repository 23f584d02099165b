import { defineConfig } from 'vitest/config'

/** Folders whose tests need neither a database nor a server of ours. */
const pureTests = [
  'test/german/**/*.test.ts',
  'test/lib/**/*.test.ts',
  'test/calcom/**/*.test.ts',
  'test/services/matching/**/*.test.ts',
  'test/simulator/**/*.test.ts',
  'test/retell/**/*.test.ts',
  'test/*.test.ts',
]

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'pure', include: pureTests, testTimeout: 20_000 } },
      {
        test: {
          name: 'server',
          include: ['test/**/*.test.ts'],
          exclude: pureTests,
          globalSetup: ['test/helpers/postgres.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
    maxWorkers: 2,
  },
})
