/**
 * The load: a process of its own with connections that are kept alive, each sending its next request when the answer to
 * the one before is whole. Written on bare sockets, because a client library costs more than the server it asks, and on
 * a small machine both share the processor.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'

export interface Load {
  url: string
  connections: number
  seconds: number
  requests: LoadRequest[]
}

/** Sent in turn, from the first to the last and again. */
export interface LoadRequest {
  method: 'GET' | 'POST'
  path: string
  token?: string
  headers?: Record<string, string>
  body?: string
}

export interface LoadResult {
  /** Answers that arrived whole, with a 2xx status. */
  answers: number
  /** Other answers by status; 0 stands for a lost connection. */
  failures: Record<number, number>
  seconds: number
  perSecond: number
  p50: number
  p99: number
}

export interface LoadGenerator {
  run(load: Load): Promise<LoadResult>
  stop(): void
}

export function startLoadGenerator(): LoadGenerator {
  const child: ChildProcess = fork(import.meta.filename)
  return {
    async run(load) {
      const answer = once(child, 'message')
      child.send(load)
      const [result] = (await answer) as [LoadResult]
      if (result.answers === 0 || Object.keys(result.failures).length > 0) {
        throw new Error(`${load.requests[0]?.path}: answers other than 2xx: ${JSON.stringify(result)}`)
      }
      return result
    },
    stop: () => void child.kill(),
  }
}

const HEAD_END = Buffer.from('\r\n\r\n')

async function generate({ url, connections, seconds, requests }: Load): Promise<LoadResult> {
  const { hostname, port, host } = new URL(url)
  const messages: Buffer[] = requests.map((request) => messageOf(request, host))
  const latencies: number[] = []
  const failures: Record<number, number> = {}
  const fail = (status: number) => {
    failures[status] = (failures[status] ?? 0) + 1
  }
  let next = 0
  const started = performance.now()
  const deadline = started + seconds * 1000

  const converse = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(Number(port), hostname).setNoDelay(true)
      let sentAt = 0
      let received: Buffer = Buffer.alloc(0)
      let ended = false
      const ask = () => {
        sentAt = performance.now()
        socket.write(messages[next++ % messages.length] as Buffer)
      }
      const end = () => {
        ended = true
        socket.destroy()
        resolve()
      }
      socket.on('connect', ask)
      socket.on('data', (chunk: Buffer) => {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
        const status = statusOfWhole(received)
        if (status === undefined) return
        received = Buffer.alloc(0)
        const now = performance.now()
        if (now > deadline) return end()
        if (status >= 200 && status < 300) latencies.push(now - sentAt)
        else fail(status)
        ask()
      })
      socket.on('error', () => {})
      socket.on('close', () => {
        if (ended) return
        fail(0)
        resolve()
      })
    })

  await Promise.all(Array.from({ length: connections }, converse))
  const elapsed = (performance.now() - started) / 1000
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0
  return {
    answers: latencies.length,
    failures,
    seconds: elapsed,
    perSecond: latencies.length / elapsed,
    p50: at(0.5),
    p99: at(0.99),
  }
}

function messageOf({ method, path, token, headers: more = {}, body }: LoadRequest, host: string): Buffer {
  const headers = [
    `${method} ${path} HTTP/1.1`,
    `host: ${host}`,
    'user-agent: plinth-bench',
    'accept: application/json',
    ...(token === undefined ? [] : [`authorization: Bearer ${token}`]),
    ...Object.entries(more).map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined ? [] : ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`]),
  ]
  return Buffer.from(`${headers.join('\r\n')}\r\n\r\n${body ?? ''}`)
}

/** The status once the whole answer is there. The servers measured here always say how long it is. */
function statusOfWhole(bytes: Buffer): number | undefined {
  const headEnd = bytes.indexOf(HEAD_END)
  if (headEnd === -1) return undefined
  const head = bytes.toString('latin1', 0, headEnd)
  const length = /\r\ncontent-length: (\d+)/i.exec(head)
  if (!length) throw new Error(`The answer does not say how long it is:\n${head}`)
  return bytes.length >= headEnd + HEAD_END.length + Number(length[1]) ? Number(head.slice(9, 12)) : undefined
}

if (import.meta.main) {
  process.on('message', async (load) => {
    const result = await generate(load as Load)
    process.send?.(result)
  })
}
