import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'

const ROOT = join(import.meta.dirname, '../..')

/** What our own files load of packages before the server answers. Everything else waits until it is needed. */
const AT_START = [
  '@node-rs/argon2',
  'fastify',
  'jose/errors',
  'jose/jwt/verify',
  'kysely',
  'pg',
  'pg-boss/package.json',
  'pino',
  'rate-limiter-flexible/lib/RateLimiterMemory.js',
]

const RECORD = `
  import { registerHooks } from 'node:module'
  const packages = new Set()
  registerHooks({
    resolve(specifier, context, next) {
      const isOurs = !context.parentURL?.includes('/node_modules/')
      if (isOurs && /^[a-z@]/.test(specifier) && !/^(node|file):/.test(specifier)) packages.add(specifier)
      return next(specifier, context)
    },
  })
  for (const file of process.argv.slice(1)) await import(file)
  const builtins = process.moduleLoadList.filter((name) => name.includes('undici')).map(() => 'undici')
  console.log(JSON.stringify([...new Set([...packages, ...builtins])].sort()))
`

function loadedBy(...files: string[]): string[] {
  const paths = files.map((file) => join(ROOT, file))
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', RECORD, '--', ...paths], { encoding: 'utf8' }),
  )
}

describe('the start', () => {
  it('loads the packages that the first answer needs, and no other', () => {
    assert.deepEqual(loadedBy('src/app.ts', 'src/services.ts', 'src/worker.ts', 'src/bin/boot.ts'), AT_START)
  })

  it('is watched: a package that somebody loads is found', () => {
    assert.ok(loadedBy('src/jobs/queue.ts').includes('pg-boss'))
  })
})
