/**
 * The description of the API as a document and as two pages. The pages load their scripts from the web build, or in
 * development from the packages they come in; nothing is fetched from elsewhere.
 */
import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { notFound } from './faults.ts'
import { type ServedFile, sendFile, servedFile } from './files.ts'
import { contentSecurityPolicy } from './headers.ts'
import { describeApi } from './openapi.ts'

export interface DocsOptions {
  /** Folders with the files of the two viewers, the first that has one wins. */
  assetFolders: readonly string[]
  /** One page for each error code. */
  errorsFolder: string
}

const ASSETS = ['swagger-ui-bundle.js', 'swagger-ui.css', 'redoc.standalone.js'] as const
/** ReDoc's own mark, which its page would fetch from elsewhere; nothing else of it comes from there. */
const OUTSIDE_LOGO = 'https://cdn.redoc.ly/redoc/logo-mini.svg'
const NO_PICTURE = 'data:image/gif;base64,R0lGODlhAQABAAAAACw='
const START = 'start.js'
const ONE_DAY = 'public, max-age=86400'

export function docsRoutes(app: FastifyInstance, { assetFolders, errorsFolder }: DocsOptions): void {
  const open = { config: { access: 'public', limited: false }, exposeHeadRoute: true, schema: { hide: true } } as const
  let document: string | undefined

  app.get('/openapi.json', open, (_request, reply) => {
    document ??= JSON.stringify(describeApi(app))
    reply.header('cache-control', 'no-cache').type('application/json; charset=utf-8').send(document)
  })
  app.get('/docs', open, (_request, reply) => sendPage(reply, SWAGGER_PAGE))
  app.get('/redoc', open, (_request, reply) => sendPage(reply, REDOC_PAGE))

  app.get('/docs/errors/:code', open, async (request, reply) => {
    const { code } = request.params as { code: string }
    if (!/^[A-Z][A-Z_]{1,60}$/.test(code)) throw notFound()
    const text = await readFile(join(errorsFolder, `${code}.md`), 'utf8').catch(() => {
      throw notFound()
    })
    reply.header('cache-control', ONE_DAY).type('text/plain; charset=utf-8')
    return text
  })

  const files = new Map<string, Promise<ServedFile>>()
  app.get('/docs-assets/:name', open, async (request, reply) => {
    const { name } = request.params as { name: string }
    if (name === START) {
      reply.header('cache-control', 'no-cache').type('text/javascript; charset=utf-8')
      return START_SWAGGER
    }
    if (!(ASSETS as readonly string[]).includes(name)) throw notFound()
    let file = files.get(name)
    if (!file) {
      file = readFirst(assetFolders, name)
      file.catch(() => files.delete(name))
      files.set(name, file)
    }
    sendFile(request, reply, await file, ONE_DAY)
    return reply
  })
}

async function readFirst(folders: readonly string[], name: string): Promise<ServedFile> {
  for (const folder of folders) {
    const there = await access(join(folder, name)).then(
      () => true,
      () => false,
    )
    if (there) {
      const text = await readFile(join(folder, name), 'utf8')
      return servedFile(name, Buffer.from(text.replaceAll(OUTSIDE_LOGO, NO_PICTURE)), true)
    }
  }
  throw notFound()
}

function sendPage(reply: FastifyReply, html: string): void {
  // ReDoc searches in a worker it makes from a blob.
  reply.header('content-security-policy', contentSecurityPolicy({ 'worker-src': "'self' blob:" }))
  reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(html)
}

const SWAGGER_PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Plinth API</title><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"><link rel="stylesheet" href="/docs-assets/swagger-ui.css"></head>
<body><div id="viewer"></div>
<script src="/docs-assets/swagger-ui-bundle.js"></script><script src="/docs-assets/${START}"></script></body>
</html>
`

const START_SWAGGER = `const dark = matchMedia('(prefers-color-scheme: dark)')
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', follow)
follow()
SwaggerUIBundle({ url: '/openapi.json', dom_id: '#viewer', deepLinking: true, persistAuthorization: false })
`

const REDOC_PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Plinth API</title><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"></head>
<body style="margin: 0"><redoc spec-url="/openapi.json" hide-loading></redoc>
<script src="/docs-assets/redoc.standalone.js"></script></body>
</html>
`
