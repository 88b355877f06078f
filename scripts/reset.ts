/** `npm run reset`: removes what development keeps on disk, so that the next start begins anew. */
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadConfig, processEnvironment } from '#platform/config.ts'
import { isEmbeddedPostgresRunning, removeEmbeddedPostgres } from '#platform/db/embedded.ts'
import { endLocalStripe } from '../simulators/stripe/join.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
/** All that is removed from a data folder outside of this checkout, where others may keep things too. */
const OURS = ['check', 'clock', 'compile-cache', 'dev.pid', 'files', 'postgres', 'secret', 'stripe', 'test']

export async function reset(dataDir: string, say: (line: string) => void): Promise<boolean> {
  if (!existsSync(dataDir)) {
    say(`There is nothing to remove: ${dataDir} does not exist.`)
    return true
  }
  if (isDevelopmentRunning(dataDir) || isEmbeddedPostgresRunning(join(dataDir, 'postgres'))) {
    say(`Plinth is running on ${dataDir}. Stop it first (Ctrl-C where it runs).`)
    return false
  }
  await endLocalStripe(join(dataDir, 'stripe'))
  const isInside =
    !relative(root, dataDir).startsWith('..') &&
    !isAbsolute(relative(root, dataDir)) &&
    resolve(dataDir) !== resolve(root)
  const busy = isEmbeddedPostgresRunning(join(dataDir, 'test'))
  for (const name of readdirSync(dataDir)) {
    if (!isInside && !OURS.includes(name)) continue
    // Tests are running; they look after their own.
    if (name === 'test' && busy) continue
    if (name === 'postgres' || name === 'test') removeEmbeddedPostgres(join(dataDir, name))
    else rmSync(join(dataDir, name), { recursive: true, force: true })
  }
  const left = readdirSync(dataDir)
  if (left.length === 0) rmdirSync(dataDir)
  say(
    `Removed the database, files and mails in ${dataDir}${left.length > 0 ? `, and left ${left.join(', ')} alone` : ''}. The next start begins anew.`,
  )
  return true
}

function isDevelopmentRunning(dataDir: string): boolean {
  const path = join(dataDir, 'dev.pid')
  if (!existsSync(path)) return false
  try {
    process.kill(Number(readFileSync(path, 'utf8')), 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

if (import.meta.main) {
  const { DATABASE_URL, PLINTH_DATA_DIR } = processEnvironment()
  const { dataDir, databaseUrl } = loadConfig({ DATABASE_URL, PLINTH_DATA_DIR })
  if (databaseUrl) console.log('The database that DATABASE_URL names is not touched.')
  try {
    process.exitCode = (await reset(resolve(root, dataDir), console.log)) ? 0 : 1
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EPERM') throw error
    console.error(`${path} belongs to another user; reset as that user.`)
    process.exitCode = 1
  }
}
