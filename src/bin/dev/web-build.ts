import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const SOURCES = ['web/**/*', 'package-lock.json', 'openapi.json']
const BUILT = 'web/dist'
const STAMP = join(BUILT, '.sources')

let running: ChildProcess | undefined

/** Builds the web app unless the last build was made from the same files. Answers whether it built. */
export async function buildWeb(root: string): Promise<boolean> {
  const hash = hashOfSources(root)
  const stamp = join(root, STAMP)
  if (existsSync(join(root, BUILT, 'index.html')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash)
    return false
  await runVite(root)
  writeFileSync(stamp, hash)
  return true
}

export function stopWebBuild(): void {
  running?.kill('SIGTERM')
}

function hashOfSources(root: string): string {
  const hash = createHash('sha256')
  const files = SOURCES.flatMap((pattern) =>
    globSync(pattern, { cwd: root, exclude: ['web/dist', 'web/dist/**', '**/node_modules/**'] }),
  ).sort()
  for (const file of files) {
    const path = join(root, file)
    if (statSync(path).isFile()) hash.update(`${file}\n`).update(readFileSync(path)).update('\n')
  }
  return hash.digest('hex')
}

function runVite(root: string): Promise<void> {
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [vite, 'build', 'web', '--logLevel', 'warn'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running = child
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    child.once('error', reject)
    child.once('close', (code) => {
      running = undefined
      if (code === 0) resolve()
      else reject(new Error(`The web app could not be built.\n${output.trim()}`))
    })
  })
}
