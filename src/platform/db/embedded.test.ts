import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { isAlive, readPostmaster } from './embedded/process.ts'
import { isEmbeddedPostgresRunning, removeEmbeddedPostgres, startEmbeddedPostgres } from './embedded.ts'

const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** With a space, as in "Program Files"; open to PostgreSQL's account, as a checkout usually is. */
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plinth embedded '))
  chmodSync(folder, 0o755)
  folders.push(folder)
  return join(folder, 'postgres')
}

let example: Promise<string> | undefined

/** A folder with a database that was made, used and stopped, for those who want to see what comes next. */
async function usedFolder(): Promise<string> {
  example ??= (async () => {
    const folder = newFolder()
    await (await startEmbeddedPostgres({ dataDir: folder, throwaway: true })).stop()
    return folder
  })()
  const dataDir = newFolder()
  execFileSync('cp', ['-Rp', await example, dataDir])
  // Else all copies would ask for the same one.
  rmSync(join(dataDir, 'port'))
  return dataDir
}

async function query(url: string, text: string) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

/** Another process that starts the server and keeps it until it is killed or its input ends. */
async function startElsewhere(options: object): Promise<{ child: ChildProcess; url: string; dataDir: string }> {
  const script = `
    import { startEmbeddedPostgres } from ${JSON.stringify(new URL('./embedded.ts', import.meta.url).href)}
    const server = await startEmbeddedPostgres(${JSON.stringify(options)})
    console.log(JSON.stringify(server))
    process.stdin.resume().once('end', () => server.stop())
  `
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { child, ...(JSON.parse(line) as { url: string; dataDir: string }) }
}

async function leaveElsewhere(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.stdin?.end()
  assert.deepEqual(await exit, [0, null])
}

async function untilStopped(dataDir: string): Promise<void> {
  for (let i = 0; i < 400 && isEmbeddedPostgresRunning(dataDir); i++) await pause(25)
  assert.equal(isEmbeddedPostgresRunning(dataDir), false)
}

function readdirIfAny(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}

// Mostly waiting, so side by side.
describe('an embedded PostgreSQL', { concurrency: 4 }, () => {
  test('a second start keeps the data, the port and the password', async () => {
    const dataDir = newFolder()
    const first = await startEmbeddedPostgres({ dataDir })
    assert.equal(first.state, 'created')
    await query(first.url, 'create table kept (value int); insert into kept values (7)')
    await first.stop()
    await first.stop()
    assert.equal(isEmbeddedPostgresRunning(dataDir), false)

    const second = await startEmbeddedPostgres({ dataDir })
    assert.equal(second.state, 'started')
    assert.equal(second.url, first.url)
    assert.deepEqual(await query(second.url, 'select value from kept'), [{ value: 7 }])
    await second.stop()
  })

  test('the server listens on loopback only, asks for its password, and orders text the same everywhere', async () => {
    const dataDir = await usedFolder()
    const server = await startEmbeddedPostgres({ dataDir, throwaway: true })
    const wrong = new URL(server.url)
    wrong.password = 'guess'
    await assert.rejects(query(wrong.href, 'select 1'), /password authentication failed/)
    assert.equal(statSync(join(dataDir, 'password')).mode & 0o777, 0o600)
    const [row] = await query(
      server.url,
      `select current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets,
         lower('ÀÉ') as lower, (select string_agg(v, '' order by v) from unnest(array['b', 'A', 'a', 'B']) v) as ordered`,
    )
    assert.deepEqual(row, { addresses: '127.0.0.1', sockets: '', lower: 'àé', ordered: 'ABab' })
    await server.stop()
  })

  test('several users share one server, and the last one out stops it', async () => {
    const dataDir = newFolder()
    const [one, two, here] = await Promise.all([
      startElsewhere({ dataDir, throwaway: true }),
      startElsewhere({ dataDir, throwaway: true }),
      startEmbeddedPostgres({ dataDir, throwaway: true }),
    ])
    assert.equal(one.url, two.url)
    assert.equal(one.url, here.url)
    await leaveElsewhere(one.child)
    await here.stop()
    await pause(1500)
    assert.deepEqual(await query(two.url, 'select 1 as alive'), [{ alive: 1 }])
    await leaveElsewhere(two.child)
    assert.equal(isEmbeddedPostgresRunning(dataDir), false)
  })

  test('when its only user is killed with -9 the server stops, and a throw-away one leaves no files', async () => {
    const lasting = await startElsewhere({ dataDir: newFolder() })
    const passing = await startElsewhere({ throwaway: true })
    await query(lasting.url, 'create table written (); ')
    lasting.child.kill('SIGKILL')
    passing.child.kill('SIGKILL')
    await untilStopped(lasting.dataDir)
    for (let i = 0; i < 400 && existsSync(passing.dataDir); i++) await pause(25)
    assert.equal(existsSync(passing.dataDir), false)

    const again = await startEmbeddedPostgres({ dataDir: lasting.dataDir })
    assert.deepEqual(await query(again.url, 'select * from written'), [])
    await again.stop()
  })

  test('a server outlives the starter that was killed with -9 for as long as another uses it', async () => {
    const starter = await startElsewhere({ dataDir: await usedFolder(), throwaway: true })
    const other = await startEmbeddedPostgres({ dataDir: starter.dataDir, throwaway: true })
    assert.equal(other.state, 'joined')
    starter.child.kill('SIGKILL')
    await pause(1500)
    assert.deepEqual(await query(other.url, 'select 1 as alive'), [{ alive: 1 }])
    await other.stop()
    assert.equal(isEmbeddedPostgresRunning(starter.dataDir), false)
  })

  test('a start after a killed PostgreSQL recovers what was committed', async () => {
    const dataDir = await usedFolder()
    const server = await startEmbeddedPostgres({ dataDir })
    await query(server.url, 'create table committed (value int); insert into committed values (1)')
    const cluster = join(dataDir, 'cluster')
    process.kill(readPostmaster(cluster)?.pid as number, 'SIGKILL')
    await untilStopped(dataDir)
    assert.ok(existsSync(join(cluster, 'postmaster.pid')))

    const again = await startEmbeddedPostgres({ dataDir })
    assert.deepEqual(await query(again.url, 'select value from committed'), [{ value: 1 }])
    await server.stop()
    assert.ok(isEmbeddedPostgresRunning(dataDir))
    await again.stop()
  })

  test('a left-over process id that belongs to another program by now does not stop the start', async () => {
    const dataDir = await usedFolder()
    const server = await startEmbeddedPostgres({ dataDir })
    await server.stop()
    const bystander = spawn('sleep', ['60'])
    const stale = [bystander.pid, join(dataDir, 'cluster'), 1, server.port, '', '127.0.0.1', '1 1', 'ready'].join('\n')
    writeFileSync(join(dataDir, 'cluster', 'postmaster.pid'), stale)
    const again = await startEmbeddedPostgres({ dataDir })
    assert.deepEqual(await query(again.url, 'select 1 as alive'), [{ alive: 1 }])
    await again.stop()
    assert.ok(isAlive(bystander.pid as number))
    bystander.kill()
  })

  test('a taken port is replaced when it was kept, and refused when it was asked for', async () => {
    const holder = await startEmbeddedPostgres({ dataDir: await usedFolder(), throwaway: true })
    const dataDir = await usedFolder()
    const first = await startEmbeddedPostgres({ dataDir, throwaway: true })
    await first.stop()
    writeFileSync(join(dataDir, 'port'), String(holder.port))
    const second = await startEmbeddedPostgres({ dataDir, throwaway: true })
    assert.notEqual(second.port, holder.port)
    await second.stop()
    await assert.rejects(
      startEmbeddedPostgres({ dataDir, throwaway: true, port: holder.port }),
      /Port \d+ for PostgreSQL is in use/,
    )
    await holder.stop()
  })

  test('a data folder of another major version is refused with what to do', async () => {
    const dataDir = await usedFolder()
    writeFileSync(join(dataDir, 'cluster', 'PG_VERSION'), '16\n')
    await assert.rejects(startEmbeddedPostgres({ dataDir }), /made by PostgreSQL 16.*has PostgreSQL 18.*npm run reset/)
  })

  test('an initdb that was interrupted leaves nothing that the next start would trip over', async () => {
    const dataDir = newFolder()
    const script = `
      import { startEmbeddedPostgres } from ${JSON.stringify(new URL('./embedded.ts', import.meta.url).href)}
      await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} })
    `
    // With its initdb, which is in the same group.
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { detached: true })
    const exit = once(child, 'exit')
    for (let i = 0; i < 400 && !readdirIfAny(dataDir).some((name) => name.startsWith('cluster.')); i++) await pause(10)
    process.kill(-(child.pid as number), 'SIGKILL')
    await exit
    assert.equal(existsSync(join(dataDir, 'cluster')), false)
    const server = await startEmbeddedPostgres({ dataDir, throwaway: true })
    assert.equal(server.state, 'created')
    assert.deepEqual(readdirSync(dataDir).sort(), ['cluster', 'password', 'port', 'server.log'])
    await server.stop()
  })

  test('below a folder that only root may enter the cluster is kept elsewhere, and removed with the folder', async (t) => {
    if (process.getuid?.() !== 0) return t.skip('needs root')
    const dataDir = newFolder()
    chmodSync(join(dataDir, '..'), 0o700)
    const server = await startEmbeddedPostgres({ dataDir, throwaway: true })
    const link = join(dataDir, 'cluster')
    assert.ok(lstatSync(link).isSymbolicLink())
    await query(server.url, 'create table kept ()')
    await server.stop()
    const again = await startEmbeddedPostgres({ dataDir, throwaway: true })
    assert.equal(again.state, 'started')
    assert.deepEqual(await query(again.url, 'select * from kept'), [])
    await again.stop()
    const target = spawnSync('readlink', [link], { encoding: 'utf8' }).stdout.trim()
    assert.ok(readFileSync(join(target, 'PG_VERSION')))
    removeEmbeddedPostgres(dataDir)
    assert.equal(existsSync(target), false)
    assert.equal(existsSync(dataDir), false)
  })
})
