/** A real SMTP server for tests: keeps what it accepts, parsed, and misbehaves on order. */
import type { AddressInfo } from 'node:net'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'

export interface ReceivedMail {
  /** Envelope recipients. */
  to: string[]
  raw: string
  parsed: Email
}

/**
 * ok; refuse: this recipient never (550); busy: come back later (451); lost: accepts, but the connection breaks before it says so;
 * sender_refused: our own address is unwelcome (553).
 */
export type SmtpMood = 'ok' | 'refuse' | 'busy' | 'lost' | 'sender_refused'

export interface TestSmtp {
  url: string
  mails: ReceivedMail[]
  mood(mood: SmtpMood): void
  /** Called with every mail before it is acknowledged. */
  onMail(listener: (() => Promise<void> | void) | null): void
  /** Ends the server; `start` brings it back at the same address. */
  stop(): Promise<void>
  start(): Promise<void>
}

/** Starts it; `stop` in afterAll. */
export async function startSmtp(): Promise<TestSmtp> {
  const mails: ReceivedMail[] = []
  let mood: SmtpMood = 'ok'
  let listener: (() => Promise<void> | void) | null = null
  let port = 0
  let server: SMTPServer | undefined

  const answer = (code: number, text: string) => Object.assign(new Error(text), { responseCode: code })

  function open(): SMTPServer {
    const opened = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      disableReverseLookup: true,
      onMailFrom: (_address, _session, done) =>
        done(mood === 'sender_refused' ? answer(553, 'sender not allowed') : null),
      onRcptTo: (_address, _session, done) =>
        done(mood === 'refuse' ? answer(550, 'no such user') : mood === 'busy' ? answer(451, 'later') : null),
      onData(stream, session, done) {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          const raw = Buffer.concat(chunks)
          const to = session.envelope.rcptTo.map(({ address }) => address)
          void PostalMime.parse(raw).then(async (parsed) => {
            mails.push({ to, raw: raw.toString(), parsed })
            await listener?.()
            if (mood === 'lost') {
              for (const connection of opened.connections)
                (connection as { _socket: { destroy(): void } })._socket.destroy()
              return
            }
            done(null)
          }, done)
        })
      },
    })
    opened.on('error', () => {})
    return opened
  }

  async function start(): Promise<void> {
    const opened = open()
    server = opened
    await new Promise<void>((resolve) => opened.listen(port, '127.0.0.1', resolve))
    port = (opened.server.address() as AddressInfo).port
  }

  await start()
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    mood(next) {
      mood = next
    },
    onMail(next) {
      listener = next
    },
    async stop() {
      const closing = server
      server = undefined
      if (closing) await new Promise<void>((resolve) => closing.close(resolve))
    },
    start,
  }
}
