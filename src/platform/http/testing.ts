/** A real server for the tests of this folder: port 0, a guard that believes everybody, logs kept in memory. */
import { connect } from 'node:net'
import { type Config, loadConfig } from '../config.ts'
import { createLogger } from '../log.ts'
import { createLimiter } from './rate-limit.ts'
import { createHttpServer, type Guard, type HttpServer, type HttpServerOptions } from './server.ts'

export interface TestServer {
  app: HttpServer
  url: string
  port: number
  /** Parsed lines of the log so far. */
  lines(): Record<string, unknown>[]
  text(): string
  close(): Promise<void>
}

export interface TestServerOptions extends Partial<Omit<HttpServerOptions, 'config'>> {
  config?: Partial<Config>
  routes?: (app: HttpServer) => void
}

export const openGuard: Guard = {
  authenticate() {},
  authorize() {},
  finish() {},
  principal: () => undefined,
}

export function testConfig(changes: Partial<Config> = {}): Config {
  return {
    ...loadConfig({ NODE_ENV: 'test', PLINTH_APP_URL: 'https://app.example.com' }),
    logLevel: 'info',
    ...changes,
  }
}

export async function startTestServer({ config, routes, ...options }: TestServerOptions = {}): Promise<TestServer> {
  const written: string[] = []
  const settings = testConfig(config)
  const log = createLogger(settings, { write: (line) => written.push(line) })
  const app = await createHttpServer({
    config: settings,
    log,
    guard: openGuard,
    limiter: createLimiter({ log }),
    health: { database: async () => {}, migrated: async () => true, parts: {} },
    webFolder: '/nowhere',
    ...options,
  })
  routes?.(app)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as { port: number }
  return {
    app,
    port,
    url: `http://127.0.0.1:${port}`,
    lines: () =>
      written
        .join('')
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    text: () => written.join(''),
    close: async () => {
      app.server.closeAllConnections()
      await app.close()
    },
  }
}

/** Sends bytes as they are and gives back everything until the server closes the connection. */
export function sendRaw(port: number, bytes: string | Buffer, timeoutMs = 5000): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    const chunks: Buffer[] = []
    const timer = setTimeout(() => socket.destroy(), timeoutMs)
    socket.on('data', (chunk) => chunks.push(chunk as Buffer))
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(Buffer.concat(chunks).toString('latin1'))
    })
    socket.on('error', (error) => (chunks.length > 0 ? undefined : reject(error)))
    socket.write(bytes)
  })
}

/** The bytes of a request with a body, whose connection is closed afterwards unless told otherwise. */
export function rawPost(
  path: string,
  body: string,
  headers = 'content-type: application/json',
  connection: 'close' | 'keep-alive' = 'close',
): string {
  const length = Buffer.byteLength(body)
  return `POST ${path} HTTP/1.1\r\nhost: x\r\nconnection: ${connection}\r\n${headers}\r\ncontent-length: ${length}\r\n\r\n${body}`
}
