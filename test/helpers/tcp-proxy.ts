/** A TCP proxy that can cut, refuse, freeze or delay what passes: a network, or a server behind it, that misbehaves on order. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type ProxyMood =
  | 'open'
  /** Existing connections are reset, new ones too. */
  | 'gone'
  /** Bytes are accepted and go nowhere. */
  | 'frozen'
  /** New connections are answered with these bytes and closed; existing ones are reset. */
  | { answer: Buffer }
  /** Every chunk takes this long, in both directions. */
  | { delayMs: number }

export interface TcpProxy {
  port: number
  set(mood: ProxyMood): void
  /** Resets what is connected now. */
  cut(): void
  close(): Promise<void>
}

/** Starts one in front of a server on this machine. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  let mood: ProxyMood = 'open'
  const sockets = new Set<Socket>()
  const track = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  }
  const pipe = (from: Socket, to: Socket) => {
    from.on('data', (chunk) => {
      if (mood === 'frozen') return
      const delayMs = typeof mood === 'object' && 'delayMs' in mood ? mood.delayMs : 0
      if (delayMs === 0) to.write(chunk)
      else setTimeout(() => to.writable && to.write(chunk), delayMs)
    })
    from.on('close', () => to.destroy())
  }
  const server = createServer((client) => {
    track(client)
    if (mood === 'gone') {
      client.resetAndDestroy()
      return
    }
    if (typeof mood === 'object' && 'answer' in mood) {
      const { answer } = mood
      client.once('data', () => client.end(answer))
      return
    }
    const upstream = connect(targetPort, '127.0.0.1')
    track(upstream)
    pipe(client, upstream)
    pipe(upstream, client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    set(next) {
      mood = next
      if (next === 'gone' || (typeof next === 'object' && 'answer' in next)) cut()
    },
    cut,
    async close() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
