import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { isEmbeddedPostgresRunning } from '#platform/db/embedded.ts'

const folder = mkdtempSync(join(tmpdir(), 'plinth-dev-'))
chmodSync(folder, 0o755)
const dataDir = join(folder, 'data')
const children: ChildProcess[] = []

after(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

interface Dev {
  child: ChildProcess
  exit: Promise<unknown[]>
  output(): string
}

function startDev(env: Record<string, string> = {}): Dev {
  const { DATABASE_URL: _, NODE_ENV: __, REDIS_URL: ___, ...inherited } = process.env
  const child = spawn(process.execPath, [join(import.meta.dirname, 'dev.ts')], {
    // From any folder.
    cwd: '/',
    env: { ...inherited, PLINTH_DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  return { child, exit: once(child, 'exit'), output: () => text }
}

async function untilReady({ child, output }: Dev): Promise<string> {
  for (let i = 0; i < 1200 && child.exitCode === null; i++) {
    const address = /App +(http\S+)/.exec(output())?.[1]
    if (address) return address
    await pause(50)
  }
  throw new Error(`not ready:\n${output()}`)
}

async function isServing(address: string): Promise<boolean> {
  return fetch(`${address}/livez`).then(
    ({ ok }) => ok,
    () => false,
  )
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (await condition()) return
    await pause(50)
  }
  assert.fail(`waited in vain for ${condition}`)
}

test('one command serves a demo that can be signed in to, and Ctrl-C twice stops all of it in order', async () => {
  const dev = startDev()
  const address = await untilReady(dev)
  assert.match(dev.output(), /Database.*embedded PostgreSQL/)
  // Whoever started it with PORT=0 looks for the address, and takes the first.
  assert.equal(/https?:\/\/\S+/.exec(dev.output())?.[0], address)
  assert.match(dev.output(), /Stripe +http:\/\/127\.0\.0\.1:\d+\n/)
  const [, account] = /Sign in as (\S+)/.exec(dev.output()) ?? []
  const [, password] = /Password +(.+)/.exec(dev.output()) ?? []
  const login = await fetch(`${address}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: account, password }),
  })
  assert.equal(login.status, 200)
  assert.equal((await fetch(`${address}/dev/mailbox`)).status, 200)

  dev.child.kill('SIGINT')
  dev.child.kill('SIGINT')
  assert.deepEqual(await dev.exit, [0, null])
  assert.match(dev.output(), /Stopped; the data is kept/)
  assert.equal(await isServing(address), false)
  assert.equal(isEmbeddedPostgresRunning(join(dataDir, 'postgres')), false)
})

test('a second start keeps the data; killed with -9, it leaves neither server nor database behind', async () => {
  const password = readFileSync(join(dataDir, 'postgres/password'), 'utf8')
  const dev = startDev()
  const address = await untilReady(dev)
  assert.match(dev.output(), /Schema.*up to date/)
  assert.equal(readFileSync(join(dataDir, 'postgres/password'), 'utf8'), password)

  dev.child.kill('SIGKILL')
  await until(async () => !(await isServing(address)))
  await until(() => !isEmbeddedPostgresRunning(join(dataDir, 'postgres')))
})

test('a port that was asked for and is taken is said, and nothing is left running', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as { port: number }
  const dev = startDev({ PORT: String(port) })
  assert.deepEqual(await dev.exit, [1, null])
  assert.match(dev.output(), new RegExp(`Port ${port} is in use`))
  assert.equal(isEmbeddedPostgresRunning(join(dataDir, 'postgres')), false)
  holder.close()
})

test('in production it refuses', async () => {
  const dev = startDev({
    NODE_ENV: 'production',
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
    PLINTH_SECRET: Buffer.alloc(48, 'a secret for this test').toString('base64'),
    PLINTH_APP_URL: 'https://app.example.com',
    PORT: '3000',
  })
  assert.deepEqual(await dev.exit, [1, null])
  assert.match(dev.output(), /for development/)
})
