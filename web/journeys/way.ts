// The connection from the browser to the server, which can be cut, hang, or lose answers. It is a
// proxy, so that the app and its service worker experience this on real sockets.
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export type State = 'open' | 'cut' | 'hanging' | 'loses answers'

export interface Passed {
  method: string
  path: string
  key: string | undefined
}

export class Way {
  /** Every command that arrived here, in order. */
  readonly commands: Passed[] = []
  /** Appended to the service worker's script: different text is a different version of the app. */
  version = ''
  /** Every request that arrived here, in order. */
  readonly asked: string[] = []
  /** What a portal or proxy answers to every API call in the server's place. */
  stranger: { status: number; type: string; body: string } | undefined
  /** Whether a portal answers everything with its own page. */
  portal = false
  private state: State = 'open'
  private readonly sockets = new Set<Socket>()
  private readonly server: Server

  private constructor(private readonly target: string) {
    this.server = createServer((question, answer) => this.pass(question, answer))
    this.server.on('connection', (socket) => {
      this.sockets.add(socket)
      socket.once('close', () => this.sockets.delete(socket))
      if (this.state === 'cut') socket.destroy()
    })
  }

  static async to(target: string): Promise<Way> {
    const way = new Way(target)
    await new Promise<void>((resolve) => way.server.listen(0, '127.0.0.1', resolve))
    return way
  }

  address(path = '/'): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`
  }

  is(state: State) {
    this.state = state
    // Changing the state ends hanging requests.
    if (state !== 'hanging') for (const socket of this.sockets) socket.destroy()
  }

  async close() {
    this.is('cut')
    await new Promise((resolve) => this.server.close(resolve))
  }

  private pass(question: IncomingMessage, answer: ServerResponse) {
    if (this.state === 'cut') return void question.socket.destroy()
    if (this.state === 'hanging') return
    const { method = 'GET', url = '/', headers } = question
    this.asked.push(`${method} ${url}`)
    if (this.portal) {
      return this.passStranger(
        { status: 200, type: 'text/html', body: '<h1>Welcome to our hotel</h1>' },
        answer,
      )
    }
    if (this.stranger && /^\/(grocery\/)?api\//.test(url)) return this.passStranger(this.stranger, answer)
    const key = headers['idempotency-key']
    if (key) this.commands.push({ method, path: url, key: String(key) })
    // Uncompressed, so that a version can be appended.
    const asked = url === '/sw.js' ? { ...headers, 'accept-encoding': 'identity' } : headers
    const onward = request(new URL(url, this.target), { method, headers: asked }, (reply) => {
      if (this.state === 'loses answers' && method !== 'GET') return void question.socket.destroy()
      if (url === '/sw.js') return this.passVersion(reply, answer)
      answer.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(answer)
      reply.on('error', () => answer.destroy())
    })
    onward.on('error', () => answer.destroy())
    answer.on('close', () => onward.destroy())
    question.pipe(onward)
  }

  private passStranger({ status, type, body }: NonNullable<Way['stranger']>, answer: ServerResponse) {
    const location = status === 302 ? { location: '/portal' } : {}
    answer.writeHead(status, { ...(type && { 'content-type': type }), ...location })
    answer.end(body)
  }

  private passVersion(reply: IncomingMessage, answer: ServerResponse) {
    const script: Buffer[] = []
    reply.on('data', (part: Buffer) => script.push(part))
    reply.on('end', () => {
      answer.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'no-cache' })
      answer.end(`${Buffer.concat(script).toString()}\n// ${this.version}`)
    })
  }
}
