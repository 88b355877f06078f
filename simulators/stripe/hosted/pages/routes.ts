/** The pages as one plugin, with their own way to read forms and to show errors. */
import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { StripeFault } from '../../world.ts'
import { challengeRoutes } from '../challenge/routes.ts'
import { checkoutRoutes } from '../checkout/routes.ts'
import { invoiceRoutes } from '../invoice/routes.ts'
import { portalRoutes } from '../portal/routes.ts'
import { message, SCRIPT_PATH, STYLE_PATH } from './layout.ts'
import { ForgedForm, FormTokens, type Hosting, type PageServices, sendPage } from './serve.ts'

const FORM = 'application/x-www-form-urlencoded'
const MAX_FORM_BYTES = 64 * 1024
const LONGEST_WAIT_MS = 5000
const STYLES = ['theme', 'frame', 'order', 'controls', 'content', 'small']

export async function hostedPages(app: FastifyInstance, services: PageServices): Promise<void> {
  await app.register(async (pages) => {
    readForms(pages)
    showErrors(pages)
    serve(
      pages,
      STYLE_PATH,
      'text/css',
      STYLES.map((name) => `style/${name}.css`),
    )
    serve(pages, SCRIPT_PATH, 'text/javascript', ['enhance.js'])
    const hosting: Hosting = {
      transact: services.transact,
      world: services.world,
      settled: services.settled,
      forms: new FormTokens(),
      webhooksHeard: () => firstOf(services.settled(), LONGEST_WAIT_MS),
    }
    checkoutRoutes(pages, hosting)
    challengeRoutes(pages, hosting)
    portalRoutes(pages, hosting)
    invoiceRoutes(pages, hosting)
  })
}

async function firstOf(work: Promise<void>, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  await Promise.race([work, promise])
  clearTimeout(timer)
}

/** A form of a page is flat; what the API's reader makes of brackets is of no use here. */
function readForms(pages: FastifyInstance): void {
  pages.removeContentTypeParser(FORM)
  pages.addContentTypeParser(FORM, { parseAs: 'string', bodyLimit: MAX_FORM_BYTES }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(body as string)))
  })
}

function showErrors(pages: FastifyInstance): void {
  pages.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    if (error instanceof ForgedForm) {
      const text = 'The form was not sent from the page that it belongs to. Open the page again and try once more.'
      return sendPage(reply.code(403), message('This form cannot be accepted', text))
    }
    if (error instanceof StripeFault) {
      const gone = error.body.code === 'resource_missing'
      const text = gone ? 'The address names nothing that is here. Open it again from the application.' : error.message
      return sendPage(reply.code(error.status), message(gone ? 'There is nothing here' : 'This does not work', text))
    }
    const status = error.statusCode ?? 500
    if (status >= 500) request.log.error(error)
    return sendPage(reply.code(status), message('The simulation failed', error.message))
  })
}

function serve(pages: FastifyInstance, path: string, type: string, names: readonly string[]): void {
  const content = names.map((name) => readFileSync(new URL(name, import.meta.url), 'utf8')).join('\n')
  pages.get(path, (_request, reply) =>
    reply
      .type(`${type}; charset=utf-8`)
      .header('cache-control', 'no-cache')
      .header('x-content-type-options', 'nosniff')
      .send(content),
  )
}
