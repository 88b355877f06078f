/**
 * The web app: built files with hashed names are kept for ever, the page that names them is asked for every time, and
 * every address a person can navigate to answers with that page.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import { notFound } from './faults.ts'
import { readServedFile, type ServedFile, sendFile, servablePaths, servedFile } from './files.ts'
import { VERSION } from './version.ts'

export interface WebApp {
  /** Answers what no route answers: a file of the build, a navigation with the page, anything else with 404. */
  answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>
}

const PAGE = 'index.html'
const PLACEHOLDER = '<!--plinth:head-->'
const FOR_EVER = 'public, max-age=31536000, immutable'
const ASK_EVERY_TIME = 'no-cache'
/** Parts of the address space that belong to programs; a page there would hide a mistake. */
const NOT_PAGES = ['api', 'assets', 'dev', 'docs', 'docs-assets', 'health', 'livez', 'metrics', 'readyz', 'redoc']

/** The one page below /dev that the web app draws itself. */
const SHOWCASE = 'dev/components'

export function serveWebApp(app: FastifyInstance, { env }: Pick<Config, 'env'>, folder: string): WebApp {
  // A build that runs beside the server replaces its files, so development looks at the folder each time.
  const keep = env !== 'development'
  const isShowcase = (path: string) => env === 'development' && path === SHOWCASE
  const paths = kept(keep, () => servablePaths(folder))
  const page = kept(keep, () => readPage(folder, env, keep))
  const files = new Map<string, () => Promise<ServedFile>>()

  async function find(path: string): Promise<ServedFile | undefined> {
    if (!(await paths()).has(path)) return undefined
    let file = files.get(path)
    if (!file) {
      file = kept(keep, () => readServedFile(folder, path, keep))
      files.set(path, file)
    }
    return file()
  }

  const open = { config: { access: 'public', limited: false }, exposeHeadRoute: true, schema: { hide: true } } as const

  app.get('/', open, async (request, reply) => {
    if (prefersJson(request)) return { name: 'plinth', version: VERSION, docs: '/docs', health: '/health' }
    sendFile(request, reply, await page(), ASK_EVERY_TIME)
    return reply
  })

  app.get('/assets/*', open, async (request, reply) => {
    const file = await find(`assets/${(request.params as Record<string, string>)['*']}`)
    if (!file) throw notFound()
    sendFile(request, reply, file, FOR_EVER)
    return reply
  })

  return {
    async answer(request, reply) {
      if (request.method !== 'GET' && request.method !== 'HEAD') throw notFound()
      const path = request.url.slice(1).split('?', 1)[0] as string
      if (NOT_PAGES.includes(path.split('/', 1)[0] as string) && !isShowcase(path)) throw notFound()
      // The page itself is only ever sent with its head filled in.
      const file = path === PAGE ? undefined : await find(path)
      if (file) sendFile(request, reply, file, ASK_EVERY_TIME)
      else if (isNavigation(request, path)) sendFile(request, reply, await page(), ASK_EVERY_TIME)
      else throw notFound()
      return reply
    },
  }
}

/** Computes once, or each time when the answer must not be kept. */
function kept<T>(keep: boolean, compute: () => Promise<T>): () => Promise<T> {
  if (!keep) return compute
  let result: Promise<T> | undefined
  return () => {
    result ??= compute()
    return result
  }
}

function prefersJson(request: FastifyRequest): boolean {
  const accept = request.headers.accept ?? ''
  return accept.includes('application/json') && !accept.includes('text/html')
}

/** A path with a dot names a file, and a file that is not there is a 404 for people too. */
function isNavigation(request: FastifyRequest, path: string): boolean {
  return request.headers.accept?.includes('text/html') === true && !path.includes('.')
}

async function readPage(folder: string, env: Config['env'], compress: boolean): Promise<ServedFile> {
  const html = await readFile(join(folder, PAGE), 'utf8').catch(() => NOT_BUILT)
  const head = `<meta name="plinth-environment" content="${env === 'production' ? 'production' : 'development'}">`
  return servedFile(PAGE, Buffer.from(html.replace(PLACEHOLDER, head)), compress)
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Plinth</title>${PLACEHOLDER}</head>
<body style="font: 16px/1.5 system-ui; max-width: 36rem; margin: 15vh auto; padding: 0 1rem">
<h1>The server runs, the web app is not built yet</h1>
<p>Build it with <code>npm run build</code>, or start everything with <code>make dev</code>, and reload this page.</p>
<p><a href="/docs">API documentation</a> · <a href="/health">Health</a></p>
</body>
</html>
`
