/**
 * What any server must do for such a request: a bare Fastify route that parses the same body, reads a value of the same size from
 * Redis and serialises the same answer. In: one JSON argument.
 */
import Fastify from 'fastify'
import { Redis } from 'ioredis'

const { port, redisUrl, cached, answer } = JSON.parse(process.argv[2] ?? '{}') as {
  port: number
  redisUrl: string
  cached: string
  answer: object
}
const redis = new Redis(redisUrl)
await redis.set('yardstick', cached)
const app = Fastify({ bodyLimit: 4 * 1024 * 1024 })
app.post<{ Body: { call: { call_id: string } } }>('/yardstick', async (request, reply) => {
  const value = await redis.get('yardstick')
  if (value === null || typeof request.body.call.call_id !== 'string') return reply.code(500).send()
  return answer
})
app.get('/readyz', async () => ({ status: 'ready' }))
await app.listen({ port, host: '127.0.0.1' })
process.once('SIGTERM', () => app.close().then(() => redis.disconnect()))
