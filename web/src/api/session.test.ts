import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiProblem, SignedOut } from './problem.ts'
import { createSession, lastUsed, type Session, type SessionChange, type SessionMessage } from './session.ts'

interface Server {
  asked: (string | undefined)[]
  concurrent: number
  answer: (tenant: string | undefined) => Response | Promise<Response>
}

const minute = 60_000

function tokens(value: string, tenant: string | null = 'acme', seconds = 1800): Response {
  const ref = tenant === null ? null : { id: 't', slug: tenant, name: tenant, role: 'owner' }
  return Response.json({
    success: true,
    data: { access_token: value, token_type: 'bearer', expires_in: seconds, refresh_expires_in: 1, tenant: ref },
  })
}

/** A browser: tabs that share a lock and a channel, and one server that rotates the cookie. */
function browser() {
  const clock = { ms: 1_000_000 }
  const server: Server = { asked: [], concurrent: 0, answer: (tenant) => tokens(`t${server.asked.length}`, tenant) }
  const channels: { onmessage: ((event: { data: SessionMessage }) => void) | null }[] = []
  let tail: Promise<unknown> = Promise.resolve()

  function tab(): Session {
    const channel = {
      onmessage: null as ((event: { data: SessionMessage }) => void) | null,
      postMessage(message: SessionMessage) {
        for (const other of channels) {
          if (other !== channel) setTimeout(() => other.onmessage?.({ data: message }))
        }
      },
    }
    channels.push(channel)
    return createSession({
      channel,
      now: () => clock.ms,
      locks: {
        request<T>(_name: string, work: () => Promise<T>): Promise<T> {
          const turn = tail.then(work)
          tail = turn.catch(() => undefined)
          return turn
        },
      },
      async fetch(_input, init) {
        const { tenant_slug } = JSON.parse(String(init.body))
        server.asked.push(tenant_slug)
        server.concurrent += 1
        assert.equal(server.concurrent, 1, 'two refreshes in flight')
        await new Promise((resolve) => setTimeout(resolve, 2))
        server.concurrent -= 1
        return server.answer(tenant_slug)
      },
    })
  }
  return { tab, server, clock }
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 10))

test('twenty requests in four tabs cause one refresh, and all get the same token', async () => {
  const { tab, server } = browser()
  const tabs = [tab(), tab(), tab(), tab()]
  const got = await Promise.all(tabs.flatMap((each) => Array.from({ length: 5 }, () => each.token('acme'))))
  assert.equal(server.asked.length, 1)
  assert.deepEqual(new Set(got.map((token) => token.value)), new Set(['t1']))
})

test('each tenant has a token of its own, and their refreshes never overlap', async () => {
  const { tab, server } = browser()
  const one = tab()
  const [acme, globex] = await Promise.all([one.token('acme'), one.token('globex')])
  assert.deepEqual(server.asked, ['acme', 'globex'])
  assert.notEqual(acme.value, globex.value)
  assert.equal((await one.token('acme')).value, acme.value)
})

test('the last used tenant is asked for without a slug, and its token also serves that tenant', async () => {
  const { tab, server } = browser()
  server.answer = () => tokens('a', 'acme')
  const one = tab()
  assert.equal((await one.token(lastUsed)).tenant, 'acme')
  await one.token('acme')
  assert.deepEqual(server.asked, [undefined])
})

test('a token is replaced a minute before it expires', async () => {
  const { tab, server, clock } = browser()
  const one = tab()
  await one.token('acme')
  clock.ms += 28 * minute
  await one.token('acme')
  assert.equal(server.asked.length, 1)
  clock.ms += minute + 1
  assert.equal((await one.token('acme')).value, 't2')
})

test('a refused token is not handed out again, but one that another tab renewed meanwhile is used', async () => {
  const { tab, server } = browser()
  const [one, two] = [tab(), tab()]
  const stale = await one.token('acme')
  await settle()
  const [first, second] = await Promise.all([one.renew('acme', stale.value), two.renew('acme', stale.value)])
  assert.equal(first.value, 't2')
  assert.equal(second.value, 't2')
  assert.equal(server.asked.length, 2)
})

test('a refused refresh signs out every tab', async () => {
  const { tab, server } = browser()
  const [one, two] = [tab(), tab()]
  const heard: SessionChange[] = []
  two.onChange((change) => heard.push(change))
  server.answer = () => Response.json({ code: 'UNAUTHENTICATED' }, { status: 401 })
  await assert.rejects(one.token('acme'), SignedOut)
  await settle()
  assert.deepEqual(heard, ['expired'])
})

for (const status of [429, 500, 503]) {
  test(`a refresh that answers ${status} leaves the session alone`, async () => {
    const { tab, server } = browser()
    const one = tab()
    const heard: SessionChange[] = []
    one.onChange((change) => heard.push(change))
    server.answer = () => Response.json({ code: 'BUSY', detail: 'Wait.' }, { status })
    await assert.rejects(one.token('acme'), (error) => error instanceof ApiProblem && error.status === status)
    server.answer = (tenant) => tokens('later', tenant)
    assert.equal((await one.token('acme')).value, 'later')
    assert.deepEqual(heard, [])
  })
}

test('a lost connection leaves the session alone', async () => {
  const { tab, server } = browser()
  const one = tab()
  server.answer = () => Promise.reject(new TypeError('Failed to fetch'))
  await assert.rejects(one.token('acme'), (error) => error instanceof ApiProblem && error.status === 0)
  server.answer = (tenant) => tokens('later', tenant)
  assert.equal((await one.token('acme')).value, 'later')
})

test('a sign-in makes other tabs drop the tokens of the person before', async () => {
  const { tab, server } = browser()
  const [one, two] = [tab(), tab()]
  await two.token('acme')
  const heard: SessionChange[] = []
  two.onChange((change) => heard.push(change))
  one.adopt((await tokens('next', 'acme').json()).data)
  await settle()
  assert.deepEqual(heard, ['signed-in-elsewhere'])
  assert.equal((await one.token('acme')).value, 'next')
  assert.equal((await two.token('acme')).value, 't2')
  assert.equal(server.asked.length, 2)
})

test('a refresh that was under way when the person signed out is not kept', async () => {
  const { tab, server } = browser()
  const one = tab()
  const pending = one.token('acme')
  await new Promise((resolve) => setTimeout(resolve, 3))
  one.end()
  await pending
  server.answer = (tenant) => tokens('fresh', tenant)
  assert.equal((await one.token('acme')).value, 'fresh')
})

test('nor is one that only waited for its turn when the person signed out', async () => {
  const { tab, server } = browser()
  const [one, other] = [tab(), tab()]
  const [first, waiting] = [other.token('globex'), one.token('acme')]
  one.end()
  await Promise.all([first, waiting])
  server.answer = (tenant) => tokens('fresh', tenant)
  assert.equal((await one.token('acme')).value, 'fresh')
})

test('a tenant that the person does not belong to is an error of that page, not the end of the session', async () => {
  const { tab, server } = browser()
  const one = tab()
  server.answer = (tenant) =>
    tenant === 'globex' ? Response.json({ code: 'NOT_FOUND' }, { status: 404 }) : tokens('mine', tenant)
  await assert.rejects(one.token('globex'), (error) => error instanceof ApiProblem && error.status === 404)
  assert.equal((await one.token('acme')).value, 'mine')
})
