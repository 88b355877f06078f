/**
 * The refresh protocol under random schedules, against the real database: clients that lose answers, tabs that ask at
 * once, thieves. Every answer is compared with a model of a dozen lines, and two promises are checked at the end of each
 * schedule. PLINTH_SCHEDULES sets how many are run.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { adjustableClock } from '#platform/clock.ts'
import { closeDatabase, type Database, openDatabase } from '#platform/db/database.ts'
import { asSystem } from '#platform/db/scoped.ts'
import { Refusal } from '#platform/errors.ts'
import { newId } from '#platform/ids.ts'
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { insertUser } from '../queries.ts'
import { refreshSession } from './refresh.ts'
import { grantOf, type Sessions, startSession } from './sessions.ts'

const SCHEDULES = Number(process.env.PLINTH_SCHEDULES ?? 200)
const AT_ONCE = 4
// Waits are whole seconds and real time passes too, so no comparison comes near the edge of the window.
const GRACE = 10.5
const request = { requestId: 'test', ip: '127.0.0.1', userAgent: 'test' }

let database: TestDatabase
let db: Database
const userId = newId()

before(async () => {
  database = await createTestDatabase()
  db = openDatabase({ url: database.url, poolMax: AT_ONCE, log: console })
  await asSystem(db, 'test', (tx) =>
    insertUser(tx, {
      id: userId,
      email: 'a@example.com',
      full_name: 'A',
      password_hash: null,
      email_verified_at: null,
      now: new Date(),
    }),
  )
})

after(async () => {
  await closeDatabase(db)
  await database.drop()
})

type Step =
  | { do: 'refresh' }
  | { do: 'lose the answer' }
  | { do: 'refresh in tabs'; tabs: number }
  | { do: 'steal' }
  | { do: 'use the stolen one' }
  | { do: 'wait'; seconds: number }

const honestStep: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>({ do: 'refresh' }),
  fc.constant<Step>({ do: 'lose the answer' }),
  fc.record({ do: fc.constant('refresh in tabs' as const), tabs: fc.integer({ min: 2, max: 4 }) }),
  fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 40 }) }),
)
const thievishStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: honestStep },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'steal' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ do: 'use the stolen one' }) },
)

type Outcome = { kind: 'issued'; generation: number } | { kind: 'refused' }

/** What the protocol promises, in the fewest words: generations, when each was replaced, and whether it is over. */
class Model {
  newest = 0
  replacedAt: number[] = []
  ended = false

  present(generation: number, now: number): Outcome {
    if (this.ended) return { kind: 'refused' }
    if (generation === this.newest) {
      this.replacedAt[generation] = now
      this.newest++
      return { kind: 'issued', generation: this.newest }
    }
    if (generation === this.newest - 1 && now - (this.replacedAt[generation] as number) <= GRACE) {
      return { kind: 'issued', generation: this.newest }
    }
    this.ended = true
    return { kind: 'refused' }
  }
}

async function run(steps: readonly Step[]): Promise<{ model: Model; stolen: boolean; tokens: Map<string, number> }> {
  const clock = adjustableClock()
  const accessTokens = { lifetimeSeconds: 1800, sign: async () => 'token', verify: () => undefined, jwks: { keys: [] } }
  const sessions: Sessions = {
    db,
    clock,
    accessTokens,
    tenancy: { assertSlug: () => assert.fail(), create: () => assert.fail(), enter: async () => null },
    settings: {
      refreshTokenDays: 7,
      refreshAbsoluteDays: 90,
      refreshGraceSeconds: GRACE,
      refreshKeys: [randomBytes(32)],
      appUrl: 'http://localhost',
    },
  }
  const started = await asSystem(db, 'test', (tx) => startSession(tx, sessions, { id: userId }, null, request))
  const model = new Model()
  const generations = new Map<string, number>([[(await grantOf(sessions, started)).refreshToken, 0]])
  const tokenOf = (generation: number) =>
    [...generations].find(([, value]) => value === generation)?.[0] ?? assert.fail('no such token')

  let now = 0
  const wait = (seconds: number) => {
    now += seconds
    clock.advance(seconds * 1000)
  }

  const present = async (generation: number): Promise<Outcome> => {
    const expected = model.present(generation, now)
    let actual: Outcome
    try {
      const { refreshToken } = await refreshSession(sessions, tokenOf(generation), { request })
      // A successor that is derived twice must be the same token, or two branches would live.
      if (expected.kind === 'issued' && !generations.has(refreshToken))
        generations.set(refreshToken, expected.generation)
      actual = { kind: 'issued', generation: generations.get(refreshToken) ?? -1 }
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 401) throw error
      actual = { kind: 'refused' }
    }
    assert.deepEqual(actual, expected)
    return actual
  }

  let held = 0
  let thief: number | undefined
  let stolen = false
  let lostAt: number | undefined
  for (const step of steps) {
    if (step.do === 'steal') thief = held
    else if (step.do === 'use the stolen one') {
      if (thief === undefined) continue
      stolen = true
      const outcome = await present(thief)
      if (outcome.kind === 'issued') thief = outcome.generation
    } else if (step.do === 'wait') {
      // An honest client that got no answer asks again within the window.
      if (lostAt !== undefined && now + step.seconds - lostAt > GRACE) continue
      wait(step.seconds)
    } else if (step.do === 'lose the answer') {
      // Twice in a row would leave the window without a client that ever asked again.
      if (lostAt !== undefined) continue
      await present(held)
      lostAt = now
    } else if (step.do === 'refresh') {
      const outcome = await present(held)
      if (outcome.kind === 'issued') held = outcome.generation
      lostAt = undefined
    } else {
      const outcomes = await Promise.all(
        Array.from({ length: step.tabs }, async () => {
          try {
            // A copy stands for another process: within one, the same question is asked only once.
            return (await refreshSession({ ...sessions }, tokenOf(held), { request })).refreshToken
          } catch (error) {
            if (!(error instanceof Refusal) || error.status !== 401) throw error
            return undefined
          }
        }),
      )
      const expected = model.present(held, now)
      for (let more = 1; more < step.tabs; more++) model.present(held, now)
      assert.equal(new Set(outcomes).size, 1, 'tabs that ask at once get one successor')
      const [token] = outcomes
      assert.equal(token !== undefined, expected.kind === 'issued')
      if (token !== undefined && expected.kind === 'issued') {
        if (!generations.has(token)) generations.set(token, expected.generation)
        assert.equal(generations.get(token), expected.generation)
        held = expected.generation
      }
      lostAt = undefined
    }
  }

  if (thief !== undefined) {
    // Whatever happened before: one more use by each, outside the window, and the copy is found.
    wait(GRACE + 5)
    const outcome = await present(held)
    if (outcome.kind === 'issued') held = outcome.generation
    wait(GRACE + 5)
    await present(thief)
    stolen = true
  } else if (!model.ended) {
    await present(held)
  }
  return { model, stolen, tokens: generations }
}

test('an honest client is never signed out, whatever answers are lost and however many tabs ask at once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(honestStep, { minLength: 1, maxLength: 10 }), async (steps) => {
      const { model } = await run(steps)
      assert.equal(model.ended, false)
    }),
    { numRuns: Math.ceil(SCHEDULES / 2) },
  )
})

test('a stolen token does not survive the window and one more use by its owner', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(thievishStep, { minLength: 1, maxLength: 10 }), async (steps) => {
      const { model, stolen } = await run([...steps, { do: 'steal' }])
      assert.equal(stolen, true)
      assert.equal(model.ended, true)
    }),
    { numRuns: Math.ceil(SCHEDULES / 2) },
  )
})
