import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:http'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'

/** A process of its own that serves a route which takes `ms`, and stops as the given options say. */
const program = (options: string, extra = '') => `
import { startTestServer } from '${new URL('testing.ts', import.meta.url)}'
import { createLogger } from '${new URL('../log.ts', import.meta.url)}'
import { exitOnUncaught, onShutdown } from '${new URL('shutdown.ts', import.meta.url)}'
const log = createLogger({ env: 'test', logLevel: 'info' })
exitOnUncaught(log)
const server = await startTestServer({ config: { maxEventLoopDelayMs: 60_000 }, routes: (app) => {
  app.get('/slow', { config: { access: 'public' } }, () => new Promise((resolve) => setTimeout(resolve, 300, { ok: true })))
  app.get('/blocks', { config: { access: 'public' } }, async () => {
    const until = performance.now() + 1500
    while (performance.now() < until);
    return { ok: true }
  })
  app.get('/hangs', { config: { access: 'public' } }, () => new Promise(() => {}))
} })
onShutdown({ app: server.app, log, delaySeconds: 0, steps: [{ name: 'pool', run: async () => console.log('pool ended') }], ${options} })
${extra}
console.log('port ' + server.port)
`

async function start(options = '', extra = '') {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', program(options, extra)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    output += chunk
  })
  while (!/port \d+/.test(output)) {
    assert.equal(child.exitCode, null, output)
    await pause(10)
  }
  return { child, url: `http://127.0.0.1:${output.match(/port (\d+)/)?.[1]}`, output: () => output }
}

async function openConnection(url: string) {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk
  })
  const ask = (path: string) => socket.write(`GET ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n\r\n`)
  ask('/livez')
  while (text === '') await pause(5)
  text = ''
  return { ask, answer: () => text, end: () => socket.destroy() }
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode
  const [code] = await once(child, 'exit')
  return code as number | null
}

describe('the end of a process', () => {
  test('SIGTERM under load: every request in flight is answered, then the steps run, then it exits 0', async () => {
    const { child, url, output } = await start()
    const running = Array.from({ length: 40 }, () => fetch(`${url}/slow`))
    await pause(150)
    child.kill('SIGTERM')
    const answers = await Promise.all(running)
    assert.ok(answers.every(({ status }) => status === 200))
    assert.equal(await exitOf(child), 0)
    assert.match(output(), /pool ended/)
  })

  test('before it closes it tells load balancers, and goes on answering', async () => {
    const { child, url } = await start('delaySeconds: 1')
    child.kill('SIGTERM')
    await pause(200)
    assert.equal((await fetch(`${url}/readyz`)).status, 503)
    const answer = await fetch(`${url}/slow`)
    assert.equal(answer.status, 200)
    // Sent away now, a busy client would come back on a connection that nobody accepts any more.
    assert.equal(answer.headers.get('connection'), 'keep-alive')
    assert.equal(await exitOf(child), 0)
  })

  test('what arrived on an open connection while it was busy is read and answered', async (t) => {
    const { child, url, output } = await start()
    const [first, second] = [await openConnection(url), await openConnection(url)]
    t.after(() => {
      first.end()
      second.end()
    })
    child.kill('SIGTERM')
    while (!output().includes('stopping')) await pause(5)
    await pause(100)
    first.ask('/blocks')
    await pause(300)
    second.ask('/slow')
    assert.equal(await exitOf(child), 0)
    assert.match(first.answer(), /^HTTP\/1.1 200 /)
    assert.match(second.answer(), /^HTTP\/1.1 200 /)
  })

  test('connections that nobody has accepted yet when it is told to end are answered, not cut off', async (t) => {
    const { child, url } = await start()
    const first = await openConnection(url)
    t.after(() => first.end())
    first.ask('/blocks')
    await pause(300)
    const answers = Array.from({ length: 20 }, () => once(get(`${url}/livez`, { agent: false }), 'response'))
    await pause(300)
    child.kill('SIGTERM')
    for (const [response] of await Promise.all(answers)) assert.equal(response.resume().statusCode, 200)
    assert.equal(await exitOf(child), 0)
  })

  test('a handler that never ends does not keep it: the limit ends it with 1 and a line in the log', async () => {
    const { child, url, output } = await start('limitSeconds: 0.5')
    fetch(`${url}/hangs`).catch(() => {})
    await pause(100)
    child.kill('SIGTERM')
    assert.equal(await exitOf(child), 1)
    assert.match(output(), /stopped the hard way: something did not end/)
  })

  test('a second signal ends it at once', async () => {
    const { child, url, output } = await start()
    fetch(`${url}/hangs`).catch(() => {})
    await pause(100)
    child.kill('SIGTERM')
    await pause(100)
    child.kill('SIGTERM')
    assert.equal(await exitOf(child), 1)
    assert.match(output(), /asked a second time/)
  })

  test('a step that fails does not keep the others, and shows in the exit code', async () => {
    const { child, output } = await start(
      "steps: [{ name: 'worker', run: async () => { throw new Error('stuck') } }, { name: 'pool', run: async () => console.log('pool ended') }]",
    )
    child.kill('SIGTERM')
    assert.equal(await exitOf(child), 1)
    assert.match(output(), /"step":"worker"/)
    assert.match(output(), /pool ended/)
  })

  test('a reader of the log that stands still does not keep it', { timeout: 10_000 }, async (t) => {
    const talks = `
import { createLogger } from '${new URL('../log.ts', import.meta.url)}'
import { onShutdown } from '${new URL('shutdown.ts', import.meta.url)}'
const log = createLogger({ env: 'production', logLevel: 'info' })
setInterval(() => {}, 1000)
onShutdown({ log, delaySeconds: 0, steps: [] })
for (let line = 0; line < 2000; line++) log.info('x'.repeat(200))
process.stderr.write('talked')
`
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', talks], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    t.after(() => child.kill('SIGKILL'))
    // Nobody reads its output, which is more than a pipe holds.
    await once(child.stderr, 'data')
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  })

  for (const [kind, fault] of [
    ['uncaught exception', "setTimeout(() => { throw new Error('nobody caught me') }, 50)"],
    ['unhandled rejection', "setTimeout(() => { Promise.reject(new Error('nobody caught me')) }, 50)"],
  ] as const) {
    test(`after an ${kind} it says so and exits 1`, async () => {
      const { child, output } = await start('', fault)
      assert.equal(await exitOf(child), 1)
      const line = output()
        .split('\n')
        .find((text) => text.includes('nobody caught me'))
      assert.ok(line)
      const { level, msg } = JSON.parse(line)
      assert.deepEqual({ level, msg }, { level: 'fatal', msg: kind })
    })
  }
})
