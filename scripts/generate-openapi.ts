/** Writes openapi.json from the routes themselves: the app is built, and neither listens nor connects. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { adjustableClock } from '#platform/clock.ts'
import { type Config, loadConfig } from '#platform/config.ts'
import { describeApi } from '#platform/http/openapi.ts'
import type { HttpServer } from '#platform/http/server.ts'
import { createLogger } from '#platform/log.ts'
import { buildApp } from '../src/app.ts'
import { createServices, healthOf } from '../src/services.ts'
import { ROOT, readIfThere } from './source.ts'

export const OPENAPI = 'openapi.json'

export function generateOpenApi(): Promise<string> {
  return withIdleApp(async (app) => {
    await app.ready()
    return `${JSON.stringify(inOrder(describeApi(app as never) as OpenApi), null, 2)}\n`
  })
}

/** The whole app with every route, for whoever only wants to look at it. */
export async function withIdleApp<T>(work: (app: HttpServer) => Promise<T>, env: Config['env'] = 'test'): Promise<T> {
  const config = loadConfig({ NODE_ENV: env, LOG_LEVEL: 'silent', PLINTH_SEED: 'none' })
  // Nothing listens there: whoever connects while the app is built would be noticed.
  const databaseUrl = 'postgresql://nobody@127.0.0.1:1/nothing'
  const services = await createServices({ config, databaseUrl, log: createLogger(config), clock: adjustableClock() })
  const app = await buildApp({ ...services, health: healthOf(services) })
  try {
    return await work(app)
  } finally {
    await app.close()
    await services.close()
  }
}

interface OpenApi {
  paths: Record<string, object>
  components: { schemas?: Record<string, object> }
}

/** So that moving a route in the code moves nothing in the document. What is inside keeps the order it was written in. */
function inOrder(document: OpenApi): OpenApi {
  const { paths, components } = document
  return {
    ...document,
    paths: sorted(paths),
    components: { ...components, ...(components.schemas && { schemas: sorted(components.schemas) }) },
  }
}

function sorted<Value>(record: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}

if (import.meta.main) {
  const text = await generateOpenApi()
  const changed = readIfThere(ROOT, OPENAPI) !== text
  if (changed) writeFileSync(join(ROOT, OPENAPI), text)
  console.log(`${changed ? 'Wrote' : 'Unchanged'}: ${OPENAPI}`)
}
