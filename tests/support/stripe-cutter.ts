/** Stands between the application and Stripe, and cuts the connection after a write that Stripe has done. */
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Cutter {
  url: string
  /** Each write once, however often it was repeated: `POST /v1/subscriptions/:id`. */
  readonly writes: readonly string[]
  /** Begins to count anew. The answer to this write is lost so many times; 0 for no write at all. */
  cut(write: number, times: number): void
  /** How many answers were lost since then. */
  readonly lost: number
  close(): Promise<void>
}

export async function startCutter(stripe: string): Promise<Cutter> {
  let keys = new Map<string, string>()
  let doomed = { write: 0, times: 0 }
  let lost = 0

  /** A repetition has the key of the first. */
  function isDoomed({ method, url = '', headers }: IncomingMessage): boolean {
    if (method === 'GET') return false
    const key = String(headers['idempotency-key'])
    const path = url.replace(/\?.*/, '').replaceAll(/\/[a-z_]+_[A-Za-z0-9]{14,}/g, '/:id')
    if (!keys.has(key)) keys.set(key, `${method} ${path}`)
    return [...keys.keys()].indexOf(key) + 1 === doomed.write && lost < doomed.times
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const doom = isDoomed(request)
    const { host: _, connection: __, 'transfer-encoding': ___, 'content-length': ____, ...headers } = request.headers
    try {
      const answer = await fetch(`${stripe}${request.url}`, {
        method: request.method as string,
        headers: headers as Record<string, string>,
        ...(request.method !== 'GET' && { body: Buffer.concat(chunks) }),
      })
      const body = Buffer.from(await answer.arrayBuffer())
      if (doom) {
        lost++
        request.socket.destroy()
        return
      }
      response.writeHead(answer.status, { 'content-type': 'application/json', 'content-length': body.length })
      response.end(body)
    } catch {
      request.socket.destroy()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get writes() {
      return [...keys.values()]
    },
    get lost() {
      return lost
    },
    cut(write, times) {
      keys = new Map()
      doomed = { write, times }
      lost = 0
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
