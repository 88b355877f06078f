import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { createTestDatabase } from '../../../tests/support/database.ts'
import { closeDatabase, openDatabase, ping } from './database.ts'

const database = await createTestDatabase()
after(() => database.drop())

/** A way to the database that can swallow everything without a word, as a firewall does that forgot a connection. */
async function startWay(url: string) {
  const { hostname, port } = new URL(url)
  const sockets = new Set<Socket>()
  let swallows = false
  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('data', (bytes) => swallows || to.write(bytes))
      from.on('error', () => {})
      from.on('close', () => to.destroy())
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const through = new URL(url)
  through.hostname = '127.0.0.1'
  through.port = String((server.address() as AddressInfo).port)
  return {
    url: through.href,
    set swallows(value: boolean) {
      swallows = value
    },
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

test('a connection that answers no more is given up, and the pool is whole again', { timeout: 10_000 }, async (t) => {
  const way = await startWay(database.url)
  const db = openDatabase({ url: way.url, poolMax: 3, log: { error: () => {} }, answerSeconds: 0.2 })
  t.after(async () => {
    way.close()
    await closeDatabase(db)
  })
  const all = () => Promise.allSettled(Array.from({ length: 3 }, () => ping(db)))
  await all()

  way.swallows = true
  for (const outcome of await all()) assert.equal(outcome.status, 'rejected')
  way.swallows = false
  for (const outcome of await all()) assert.equal(outcome.status, 'fulfilled')
})
