import { isAbsolute, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Config } from '#platform/config.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface DatabaseLocation {
  url: string
  /** For people, without the password. */
  label: string
  /** Stops the embedded server when nobody else uses it; does nothing for one that is not ours. */
  release(): Promise<void>
}

/** Every process of one checkout finds the same database: DATABASE_URL, or the embedded one below the data folder. */
export async function locateDatabase(
  config: Pick<Config, 'databaseUrl' | 'dataDir'>,
  log?: (line: string) => void,
): Promise<DatabaseLocation> {
  if (config.databaseUrl) {
    const { hostname, port, pathname } = new URL(config.databaseUrl)
    const label = `PostgreSQL at ${hostname}${port && `:${port}`}${pathname}`
    return { url: config.databaseUrl, label, release: async () => {} }
  }
  // Loaded only here: a production installation has neither the package nor a use for it.
  const { startEmbeddedPostgres } = await import('#platform/db/embedded.ts')
  const server = await startEmbeddedPostgres({ dataDir: embeddedDataDir(config), ...(log && { log }) })
  const label = `embedded PostgreSQL in ${pathForPeople(server.dataDir)}`
  return { url: server.url, label, release: () => server.stop() }
}

export function embeddedDataDir({ dataDir }: Pick<Config, 'dataDir'>): string {
  return join(resolve(root, dataDir), 'postgres')
}

function pathForPeople(path: string): string {
  const inside = relative(root, path)
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside
}
