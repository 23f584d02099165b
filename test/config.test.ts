import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Env, loadConfig } from '../src/config.ts'
import { problemsOf, productionEnvironment as production } from './helpers/config.ts'

test('.env.example names exactly the variables of the schema, each with its description', () => {
  const text = readFileSync(join(import.meta.dirname, '../.env.example'), 'utf8')
  const documented = [...text.matchAll(/^# (.+)\n([A-Z_]+)=/gm)].map((match) => [match[2], match[1]])
  expect(documented).toEqual(Object.entries(Env.shape).map(([name, schema]) => [name, schema.description]))
})

test('an unset NODE_ENV means production', () => {
  const { NODE_ENV: _, ...rest } = production
  expect(loadConfig(rest).production).toBe(true)
})

test('in production a function call without its call object is not served, unless that is set', () => {
  expect(loadConfig(production).retell.argumentsOnly).toBe(false)
  expect(loadConfig({ ...production, RETELLAI_ARGUMENTS_ONLY: 'true' }).retell.argumentsOnly).toBe(true)
  expect(loadConfig({ ...production, NODE_ENV: 'development' }).retell.argumentsOnly).toBe(true)
})

test('every missing variable is named in one line, and no value is repeated', () => {
  const problems = problemsOf({ NODE_ENV: 'production', PORT: 'secret-port', CALCOM_API_KEY: 'x' })
  expect(problems).toHaveLength(1)
  expect(problems[0]).toMatch(/^PORT: /)
  expect(problems.join()).not.toContain('secret-port')
  expect(problemsOf({ NODE_ENV: 'production' }).map((line) => line.split(':')[0])).toEqual([
    'DATABASE_URL',
    'RETELLAI_API_KEY',
    'PUBLIC_URL',
    'CALCOM_API_KEY',
    'CALCOM_WEBHOOK_SECRET',
  ])
})

test('PUBLIC_URL is https, and kept without a slash at its end', () => {
  for (const wrong of ['http://gateway.example', 'gateway.example', 'javascript:alert(1)', 'https://'])
    expect(problemsOf({ ...production, PUBLIC_URL: wrong })).toEqual([expect.stringMatching(/^PUBLIC_URL: /)])
  expect(loadConfig({ ...production, PUBLIC_URL: 'https://gateway.example/' }).publicUrl).toBe(
    'https://gateway.example',
  )
})

test('production refuses function calls that are neither signed nor restricted to addresses', () => {
  expect(problemsOf({ ...production, RETELLAI_FUNCTION_AUTH: 'throttle' })).toEqual([
    expect.stringContaining('RETELLAI_ALLOWED_IPS'),
  ])
  expect(
    problemsOf({ ...production, RETELLAI_FUNCTION_AUTH: 'throttle', RETELLAI_ALLOWED_IPS: '100.20.5.228' }),
  ).toEqual([])
})

test.each(['100.20.5.999', '10.0.0.0/33', 'retell.example', '::1/129'])('%s is no address range', (range) => {
  expect(problemsOf({ ...production, RETELLAI_ALLOWED_IPS: range })).toHaveLength(1)
})

test("the guide's variables are understood, and null means none", () => {
  const config = loadConfig({
    NODE_ENV: 'development',
    DB_CONNECTION: 'pgsql',
    DB_HOST: '127.0.0.1',
    DB_DATABASE: 'askpro',
    DB_USERNAME: 'ask pro',
    DB_PASSWORD: 'p@ss',
    REDIS_HOST: '127.0.0.1',
    REDIS_PASSWORD: 'null',
  })
  expect(config.database.url).toBe('postgresql://ask%20pro:p%40ss@127.0.0.1:5432/askpro')
  expect(config.redis.url).toBe('redis://127.0.0.1:6379/0')
  expect(loadConfig({ NODE_ENV: 'development', REDIS_HOST: 'null' }).redis.url).toBeNull()
})
