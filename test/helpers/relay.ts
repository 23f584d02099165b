/** A relay in front of a server that remembers every request and its answer as they went over the wire. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Passed {
  method: string
  path: string
  query: Record<string, string>
  body: unknown
  status: number
  answer: unknown
}

/** Starts one; `target` is the server's address. */
export async function startRelay(
  target: string,
): Promise<{ url: string; passed: Passed[]; close(): Promise<void> }> {
  const passed: Passed[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const sent = Buffer.concat(chunks)
    const { method = 'GET', url = '/' } = request
    const headers = Object.fromEntries(
      ['authorization', 'cal-api-version', 'content-type'].flatMap((name) => {
        const value = request.headers[name]
        return typeof value === 'string' ? [[name, value]] : []
      }),
    )
    const answered = await fetch(target + url, { method, headers, body: sent.length > 0 ? sent : undefined })
    const text = await answered.text()
    const { pathname, searchParams } = new URL(url, target)
    passed.push({
      method,
      path: pathname,
      query: Object.fromEntries(searchParams),
      body: sent.length > 0 ? JSON.parse(sent.toString()) : undefined,
      status: answered.status,
      answer: text === '' ? undefined : JSON.parse(text),
    })
    response.writeHead(answered.status, { 'content-type': 'application/json; charset=utf-8' }).end(text)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
