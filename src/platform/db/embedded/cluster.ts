import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { type Account, type Binaries, EmbeddedPostgresError, succeedsAs } from './binaries.ts'
import { giveToOwnerOf } from './ownership.ts'
import { isAlive } from './process.ts'

export const SUPERUSER = 'postgres'
const NOBODY: Account = { uid: 65534, gid: 65534 }

/** Returns whom to run PostgreSQL as when we are root: the owner of an existing cluster or folder, or else nobody. */
export function makeFolder(dataDir: string, temporary: boolean): Account | undefined {
  try {
    mkdirSync(dataDir, { recursive: true })
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EACCES' ? belongsToSomebodyElse(dataDir) : error
  }
  if (process.getuid?.() !== 0) return undefined
  const holder = statSync(join(dataDir, 'cluster'), { throwIfNoEntry: false }) ?? statSync(dataDir)
  const account = holder.uid === 0 ? NOBODY : { uid: holder.uid, gid: holder.gid }
  // A temporary folder is removed by the shell, which runs as the account.
  if (temporary) chownSync(dataDir, account.uid, account.gid)
  return account
}

/** Made before the cluster and by one process only, so that two first starts at once agree on it. */
export function keptPassword(dataDir: string): string {
  const path = join(dataDir, 'password')
  if (!existsSync(path)) {
    const draft = `${path}.${ownSuffix()}`
    writeFileSync(draft, randomBytes(24).toString('base64url'), { mode: 0o600 })
    giveToOwnerOf(dataDir, draft)
    try {
      linkSync(draft, path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    rmSync(draft)
  }
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    throw belongsToSomebodyElse(dataDir)
  }
}

function belongsToSomebodyElse(dataDir: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The database in ${dataDir} belongs to another user. Run as that user, or set PLINTH_DATA_DIR to another folder, or remove it.`,
  )
}

/** Returns whether a new cluster was made. It appears under its name only when complete, so a killed initdb leaves nothing. */
export async function ensureCluster(
  dataDir: string,
  binaries: Binaries,
  account: Account | undefined,
  password: string,
  { throwaway, log }: { throwaway: boolean; log: (line: string) => void },
): Promise<boolean> {
  const cluster = join(dataDir, 'cluster')
  if (existsSync(cluster)) {
    checkCluster(cluster, dataDir, binaries, account)
    return false
  }
  log('Making the database cluster')
  const reachable = succeedsAs(account, '/bin/sh', ['-c', 'cd "$1"', 'sh', dataDir])
  const target = reachable ? cluster : join(elsewhere(dataDir, password), 'cluster')
  const suffix = ownSuffix()
  const draft = `${target}.${suffix}`
  removeAbandonedDrafts(target)
  mkdirSync(dirname(target), { recursive: true })
  mkdirSync(draft, { mode: 0o700 })
  const secret = join(draft, '..', `.secret.${suffix}`)
  writeFileSync(secret, password, { mode: 0o600 })
  if (account) for (const path of [draft, secret]) chownSync(path, account.uid, account.gid)
  try {
    const flags = {
      pgdata: draft,
      username: SUPERUSER,
      pwfile: secret,
      auth: 'scram-sha-256',
      encoding: 'UTF8',
      // PostgreSQL's own C.UTF-8: the same order and case rules on every machine, whatever locales it has.
      'locale-provider': 'builtin',
      'builtin-locale': 'C.UTF-8',
      locale: 'C',
      // The password is 192 random bits: stretching it would only slow every connection down.
      set: 'scram_iterations=1',
    }
    const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`)
    if (throwaway) args.push('--no-sync', '--no-data-checksums')
    await promisify(execFile)(binaries.initdb, args, {
      ...account,
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', TZ: 'UTC' },
    })
    renameSync(draft, target)
    return true
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    // Another process started at the same moment and was faster.
    if (existsSync(join(target, 'PG_VERSION'))) return false
    const reason = (error as { stderr?: string }).stderr?.trim() || (error as Error).message
    throw new EmbeddedPostgresError(`initdb could not make the database in ${target}: ${reason}`)
  } finally {
    rmSync(secret, { force: true })
    if (target !== cluster && existsSync(target)) link(target, cluster)
  }
}

/**
 * For a folder that PostgreSQL's account cannot enter (a checkout below /root): out of it, with a link from there. The
 * password in the name keeps it apart from what an earlier checkout at the same path left behind.
 */
function elsewhere(dataDir: string, password: string): string {
  const name = createHash('sha256').update(`${dataDir}\n${password}`).digest('hex').slice(0, 16)
  const folder = join('/var/lib/plinth', name)
  mkdirSync(folder, { recursive: true })
  for (const path of [dirname(folder), folder]) chmodSync(path, 0o755)
  return folder
}

/** Replaces whatever link is there in one step: another start may be making the same one. */
function link(target: string, path: string): void {
  const draft = `${path}.link.${ownSuffix()}`
  symlinkSync(target, draft)
  renameSync(draft, path)
}

/** Names a draft after its process, so that the next start can tell an abandoned one. */
function ownSuffix(): string {
  return `${process.pid}.${randomBytes(4).toString('hex')}`
}

function removeAbandonedDrafts(target: string): void {
  if (!existsSync(dirname(target))) return
  for (const name of readdirSync(dirname(target))) {
    const pid = /^(?:cluster|cluster\.link|\.secret|password)\.(\d+)\./.exec(name)?.[1]
    if (!pid || isAlive(Number(pid))) continue
    try {
      rmSync(join(dirname(target), name), { recursive: true, force: true })
    } catch {
      // Its initdb has outlived it and still writes; the next start will find it finished.
    }
  }
}

function checkCluster(cluster: string, dataDir: string, binaries: Binaries, account: Account | undefined): void {
  const uid = account?.uid ?? process.getuid?.()
  if (statSync(cluster).uid !== uid) throw belongsToSomebodyElse(dataDir)
  const version = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim()
  if (version !== String(binaries.major)) {
    throw new EmbeddedPostgresError(
      `The database in ${dataDir} was made by PostgreSQL ${version}; this installation has PostgreSQL ${binaries.major}, which cannot read it. ` +
        `Start over with "npm run reset", or go back to the earlier version and copy the data out with pg_dump first.`,
    )
  }
  if (!succeedsAs(account, '/bin/sh', ['-c', 'cd "$1"', 'sh', realpathSync(cluster)]))
    throw belongsToSomebodyElse(dataDir)
}

/** Removes the folder and what it points to. The caller makes sure that nothing runs on it. */
export function removeEmbeddedPostgres(dataDir: string): void {
  const cluster = join(resolve(dataDir), 'cluster')
  if (lstatSync(cluster, { throwIfNoEntry: false })?.isSymbolicLink()) {
    rmSync(dirname(readlinkSync(cluster)), { recursive: true, force: true })
  }
  rmSync(resolve(dataDir), { recursive: true, force: true })
}
