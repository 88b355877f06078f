import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { createTestDatabase } from '../../../tests/support/database.ts'
import { Refusal } from '../errors.ts'
import { createLogger } from '../log.ts'
import { openRedis, type Redis } from '../redis.ts'
import { createLimiter, type Limit, type Limiter } from './rate-limit.ts'

const log = createLogger({ env: 'test', logLevel: 'silent' })
const strict: Limit = { points: 3, seconds: 60, strict: true }

/** How many of so many tries were let through. */
async function allowed(limiter: Limiter, key: string, limit: Limit, tries: number): Promise<number> {
  const results = await Promise.allSettled(Array.from({ length: tries }, () => limiter.hit('login', key, limit)))
  for (const result of results) {
    if (result.status === 'fulfilled') continue
    assert.ok(result.reason instanceof Refusal, String(result.reason))
    assert.equal(result.reason.status, 429)
    assert.equal(result.reason.code, 'RATE_LIMITED')
    const wait = Number(result.reason.headers?.['retry-after'])
    assert.ok(wait >= 1 && wait <= limit.seconds, `wait ${wait}`)
  }
  return results.filter(({ status }) => status === 'fulfilled').length
}

function promisesOf(name: string, make: () => Limiter, limit: Limit) {
  test(`${name}: exactly as many as allowed get through, however many come at once`, async () => {
    assert.equal(await allowed(make(), `burst-${name}`, limit, 20), 3)
  })

  test(`${name}: keys and buckets do not share`, async () => {
    const limiter = make()
    assert.equal(await allowed(limiter, `one-${name}`, limit, 5), 3)
    assert.equal(await allowed(limiter, `two-${name}`, limit, 5), 3)
    await limiter.hit('other', `one-${name}`, limit)
  })

  test(`${name}: peeking spends nothing, and resetting gives everything back`, async () => {
    const limiter = make()
    const key = `peek-${name}`
    assert.equal((await limiter.peek('login', key, limit)).remaining, 3)
    await limiter.hit('login', key, limit)
    assert.equal((await limiter.peek('login', key, limit)).remaining, 2)
    assert.equal((await limiter.peek('login', key, limit)).remaining, 2)
    assert.equal(await allowed(limiter, key, limit, 5), 2)
    await limiter.reset('login', key)
    assert.equal(await allowed(limiter, key, limit, 5), 3)
  })

  test(`${name}: after the window everything is allowed again`, async () => {
    const limiter = make()
    const brief = { ...limit, seconds: 1 }
    assert.equal(await allowed(limiter, `brief-${name}`, brief, 5), 3)
    await new Promise((resolve) => setTimeout(resolve, 1100))
    assert.equal(await allowed(limiter, `brief-${name}`, brief, 5), 3)
  })
}

describe('limits in the process', () => {
  promisesOf('memory', () => createLimiter({ log }), strict)

  test('a key of any length and content is a key', async () => {
    const limiter = createLimiter({ log })
    for (const key of ['', 'a'.repeat(100_000), 'ключ\n\u0000', "'; drop table"]) {
      assert.equal(await allowed(limiter, key, strict, 4), 3)
    }
  })
})

describe('limits in PostgreSQL', () => {
  let database: { url: string; drop(): Promise<void> }
  let pools: pg.Pool[]

  before(async () => {
    database = await createTestDatabase()
    pools = [1, 2].map(() => {
      const pool = new pg.Pool({
        connectionString: database.url,
        max: 4,
        onConnect: (client) => client.query('set role plinth_app') as never,
      })
      pool.on('error', () => {})
      return pool
    })
  })
  after(async () => {
    await Promise.all(pools.map((pool) => pool.end()))
    await database.drop()
  })

  const limiterOf = (replica: number) => createLimiter({ log, table: pools[replica] as pg.Pool })

  promisesOf('PostgreSQL', () => limiterOf(0), strict)

  test('two replicas count together, without a single one too many', async () => {
    const counts = await Promise.all([
      allowed(limiterOf(0), 'replicas', strict, 20),
      allowed(limiterOf(1), 'replicas', strict, 20),
    ])
    assert.equal(counts[0] + counts[1], 3)
  })

  test('a limit that guards no secret stays in the process', async () => {
    const relaxed = { points: 3, seconds: 60 }
    assert.equal(
      (await allowed(limiterOf(0), 'relaxed', relaxed, 5)) + (await allowed(limiterOf(1), 'relaxed', relaxed, 5)),
      6,
    )
  })

  test('a key of any length and content is a key', async () => {
    for (const key of ['', 'a'.repeat(100_000), 'ключ', "'; drop table rate_limits; --"]) {
      assert.equal(await allowed(limiterOf(0), key, strict, 4), 3)
    }
  })

  test('counters that have run out are swept, the others stay', async () => {
    const limiter = limiterOf(0)
    await limiter.hit('sweep', 'old', { points: 1, seconds: 1, strict: true })
    await limiter.hit('sweep', 'new', { points: 1, seconds: 60, strict: true })
    await new Promise((resolve) => setTimeout(resolve, 1100))
    await limiter.sweep()
    const { rows } = await (pools[0] as pg.Pool).query("select key from rate_limits where key like 'sweep:%'")
    assert.deepEqual(rows, [{ key: 'sweep:new' }])
  })

  test('while the database is away the process counts alone: never an error, never an open door', async () => {
    const limiter = createLimiter({
      log,
      table: { query: async () => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' })) },
    })
    assert.equal(await allowed(limiter, 'away', strict, 10), 3)
  })
})

/** A Redis that accepts and never answers. */
async function silentServer() {
  const server = createServer((socket) => socket.on('error', () => {}))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as { port: number }).port, close: () => server.close() }
}

test('with a Redis that never answers every decision is made at once, and limits hold', async () => {
  const silent = await silentServer()
  const redis = openRedis({ redisUrl: `redis://127.0.0.1:${silent.port}` }, log)
  const limiter = createLimiter({ log, redis })
  try {
    await new Promise((resolve) => setTimeout(resolve, 100))
    const start = performance.now()
    assert.equal(await allowed(limiter, 'silent', strict, 10), 3)
    assert.ok(performance.now() - start < 500)
  } finally {
    redis?.disconnect()
    silent.close()
  }
})

const redisServer = spawnSync('redis-server', ['--version']).status === 0 ? 'redis-server' : undefined

describe('limits in Redis', { skip: redisServer ? false : 'there is no redis-server here' }, () => {
  let child: ChildProcess
  let port: number

  async function startRedis(): Promise<void> {
    child = spawn(
      redisServer as string,
      ['--port', String(port), '--save', '', '--appendonly', 'no', '--bind', '127.0.0.1'],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    )
    for await (const chunk of child.stdout as NodeJS.ReadableStream) {
      if (String(chunk).includes('Ready to accept connections')) return
    }
  }
  async function stopRedis(): Promise<void> {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  before(async () => {
    const free = await silentServer()
    port = free.port
    free.close()
    await startRedis()
  })
  after(stopRedis)

  async function withRedis(work: (limiter: Limiter, redis: Redis) => Promise<void>) {
    const redis = openRedis({ redisUrl: `redis://127.0.0.1:${port}` }, log)
    assert.ok(redis)
    await once(redis, 'ready')
    // A machine busy with other tests is late at times; what happens then is the promise of another test.
    redis.options.commandTimeout = 10_000
    try {
      await work(createLimiter({ log, redis }), redis)
    } finally {
      redis.disconnect()
    }
  }

  test('exactly as many as allowed get through over two replicas, for both kinds of limits', () =>
    withRedis(async (one) =>
      withRedis(async (two) => {
        for (const limit of [strict, { points: 3, seconds: 60 }]) {
          const key = `replicas-${limit === strict}`
          const counts = await Promise.all([allowed(one, key, limit, 20), allowed(two, key, limit, 20)])
          assert.equal(counts[0] + counts[1], 3)
        }
      }),
    ))

  test('peeking, resetting and emptying the store do what they say', () =>
    withRedis(async (limiter, redis) => {
      await limiter.hit('login', 'peek', strict)
      assert.equal((await limiter.peek('login', 'peek', strict)).remaining, 2)
      await limiter.reset('login', 'peek')
      assert.equal(await allowed(limiter, 'peek', strict, 5), 3)
      await redis.flushall()
      assert.equal(await allowed(limiter, 'peek', strict, 5), 3)
    }))

  test('killed while requests run: no error reaches a caller, limits hold, and it is used again when it is back', () =>
    withRedis(async (limiter, redis) => {
      await limiter.hit('login', 'before', strict)
      const running = Array.from({ length: 50 }, (_, index) => limiter.hit('login', `flight-${index}`, strict))
      await stopRedis()
      await Promise.all(running)
      assert.equal(await allowed(limiter, 'during', strict, 10), 3)

      // Until then every attempt to connect is an error, for which `once` would give up.
      const back = new Promise((resolve) => redis.once('ready', resolve))
      await startRedis()
      await back
      await new Promise((resolve) => setTimeout(resolve, 1100))
      await limiter.hit('login', 'after', strict)
      assert.equal(await redis.exists('plinth:login:after'), 1)
    }))
})
