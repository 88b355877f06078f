/**
 * Calls every operation of the API as the owner of one tenant with the ids of another, and says what gave way. A foreign
 * row has to look exactly like one that never existed, nothing of the other tenant may change, and nothing of it may be
 * read, by whatever filter. What the sweep does not know how to call is a finding, too.
 */
import { randomUUID } from 'node:crypto'
import type { Answer } from '../support/app.ts'
import type { GuardedApp } from './guarded-app.ts'
import { addressOf, isLetIn, namesRow, type Operation, operationsOf, sampleOf, Unknown } from './operations.ts'
import { changed, makeTenancy, openRows, type Tenancy } from './two-tenants.ts'

export interface Sweep {
  total: number
  /** Operations that could be called with everything they ask for. */
  covered: number
  findings: string[]
}

interface Options {
  /** Segments of addresses that lead to a known kind of row: `{ archived: 'projects' }`. */
  aliases?: Record<string, string>
}

interface Ground {
  app: GuardedApp
  operations: Operation[]
  /** Whose rows must stay unseen and untouched. */
  ours: Tenancy
  /** Who calls. */
  theirs: Tenancy
  found: Set<string>
  /** Of who calls, as long as nothing was done that may have ended it. */
  token: string | undefined
}

interface Call {
  token?: string | undefined
  body?: unknown
  headers?: Record<string, string>
  /** Another method than the operation's own. */
  method?: string
}

/** Left out of a sample, because the sweep could not find its own way back after it. */
const LEFT_OUT: Record<string, string[]> = { 'PATCH /api/v1/tenant': ['slug'] }

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
/** Different in every answer. */
const OWN_HEADERS = /^(date|x-request-id|keep-alive|connection|ratelimit-remaining|ratelimit-reset)$/
/** Names of fields that belong into no answer. */
const NEVER_ANSWERED = /"(password\w*|\w*_hash|\w*secret\w*|totp\w*|stripe_\w+)":/

export async function sweep(app: GuardedApp, { aliases = {} }: Options = {}): Promise<Sweep> {
  const ground: Ground = {
    app,
    operations: operationsOf(app.app),
    ours: withAliases(await makeTenancy(app, 'a'), aliases),
    theirs: withAliases(await makeTenancy(app, 'b'), aliases),
    found: new Set(),
    token: undefined,
  }
  const { operations, ours, found } = ground
  const rows = await openRows(app.databaseUrl)
  const unknown = new Set<Operation>()
  const attempt = async (operation: Operation, work: () => Promise<void>) => {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof Unknown)) throw error
      unknown.add(operation)
      found.add(`the sweep cannot call ${operation.key}: ${error.message}`)
    }
  }

  try {
    for (const operation of operations) {
      await attempt(operation, async () => {
        // Signing in leaves traces, so what needs that comes before the first look at the rows.
        const cursor = await cursorOf(ground, operation)
        const before = await rows.of(ours)
        await probe(ground, operation, cursor)
        for (const table of changed(before, await rows.of(ours))) {
          found.add(`${operation.key} changes rows of another tenant in ${table}`)
        }
      })
    }
    for (const operation of inControlOrder(operations)) await attempt(operation, () => control(ground, operation))
  } finally {
    await rows.close()
  }
  return { total: operations.length, covered: operations.length - unknown.size, findings: [...found] }
}

function withAliases(tenancy: Tenancy, aliases: Record<string, string>): Tenancy {
  return { ...tenancy, idOf: (resource) => tenancy.idOf(resource) ?? tenancy.idOf(aliases[resource] ?? '') }
}

async function signIn({ app }: Ground, { owner }: Tenancy): Promise<string> {
  const answer = await app.request('POST', '/auth/login', {
    body: { email: owner.email, password: owner.password, tenant_slug: owner.slug },
  })
  if (answer.status !== 200) throw new Error(`Signing in answered ${answer.status}: ${answer.text}`)
  return answer.body.data.access_token
}

async function probe(ground: Ground, operation: Operation, cursor: string | undefined): Promise<void> {
  const { ours, theirs } = ground
  const foreign = addressOf(operation, ours.idOf)
  if (operation.access !== 'public') await stayOutside(ground, operation, foreign)
  const token = ground.token ?? (await signIn(ground, theirs))
  // Some operations end the sessions of who calls them.
  ground.token = operation.method === 'GET' ? token : undefined
  if (namesRow(operation)) await reachOver(ground, operation, token)
  else await stayAtHome(ground, operation, token)
  if (operation.method === 'GET') await readThrough(ground, operation, token, cursor)
}

async function stayOutside(ground: Ground, operation: Operation, address: string): Promise<void> {
  const body = bodyOf(operation, ground.theirs, ground.ours)
  for (const token of [undefined, 'no-such-token']) {
    const { status } = await send(ground, operation, address, { token, body })
    if (status !== 401) ground.found.add(`${operation.key} answers ${status} to somebody who is not signed in`)
  }
}

/** The heart of it: their credential, our ids. */
async function reachOver(ground: Ground, operation: Operation, token: string): Promise<void> {
  const { ours, theirs, operations, found } = ground
  const { key, path } = operation
  const nobody = { ...ours, idOf: () => randomUUID() }
  const [foreign, nowhere] = [ours, nobody].map((tenancy) => ({
    address: withQuery(addressOf(operation, tenancy.idOf), operation, theirs),
    body: bodyOf(operation, theirs, tenancy),
  })) as [{ address: string; body: unknown }, { address: string; body: unknown }]

  const preconditions: Record<string, string>[] = [{}, { 'if-match': '"999"' }]
  for (const headers of preconditions) {
    const there = await send(ground, operation, foreign.address, { token, body: foreign.body, headers })
    const never = await send(ground, operation, nowhere.address, { token, body: nowhere.body, headers })
    if (there.status !== 404) found.add(`${key} answers ${there.status} for a row of another tenant`)
    if (faceOf(there) !== faceOf(never)) found.add(`${key} tells a row of another tenant from one that never was`)
  }
  for (const method of METHODS) {
    if (operations.some((other) => other.path === path && other.method === method)) continue
    const there = await send(ground, operation, foreign.address, { token, body: {}, method })
    const never = await send(ground, operation, nowhere.address, { token, body: {}, method })
    if (faceOf(there) !== faceOf(never)) found.add(`${method} ${path} knows rows of another tenant`)
  }
}

/** Operations that name no row: whatever they do, they do it at home. */
async function stayAtHome(ground: Ground, operation: Operation, token: string): Promise<void> {
  const { ours, theirs } = ground
  const address = withQuery(addressOf(operation, theirs.idOf), operation, theirs)
  const answer = await send(ground, operation, address, { token, body: bodyOf(operation, theirs, ours) })
  if (answer.body?.code === 'VALIDATION_ERROR') throw new Unknown(`it refused the sample: ${answer.text}`)
  // What anybody may call was called with tokens that nobody was given.
  if (operation.access === 'public' || isLetIn(operation, answer.status)) return
  throw new Unknown(`it answered ${answer.status} at home: ${answer.text}`)
}

/** Aims every parameter of a reading operation at the other tenant. */
async function readThrough(ground: Ground, operation: Operation, token: string, cursor: string | undefined) {
  const { ours, theirs, found } = ground
  const address = withQuery(addressOf(operation, theirs.idOf), operation, theirs)
  const aim = (name: string, value: string) => {
    const url = new URL(address, 'http://host')
    url.searchParams.set(name, value)
    return send(ground, operation, url.pathname + url.search, { token })
  }
  for (const { in: place, name, schema } of operation.parameters) {
    if (place !== 'query') continue
    for (const value of schema.enum ?? []) await aim(name, String(value))
    if (name === 'per_page' || name === 'limit') await aim(name, '100')
    if (name === 'cursor' && cursor !== undefined) await aim(name, cursor)
    if (schema.format === 'uuid') for (const id of Object.values(ours.ids)) await aim(name, id)
    if (!/^(search|q|query|filter)$/.test(name)) continue
    const { body } = await aim(name, ours.mark)
    if (body?.data?.items?.length !== 0) found.add(`${operation.key} finds rows by the text of another tenant`)
  }
  for (const name of ['tenant_id', 'tenant', 'org', 'tenant[]']) await aim(name, ours.owner.tenantId)
  await aim('tenant_slug', ours.owner.slug)
  const headers = { 'x-tenant-id': ours.owner.tenantId, 'x-tenant': ours.owner.slug }
  await send(ground, operation, address, { token, headers })
}

/** Where the other tenant's own list would go on, for lists that are read by cursor. */
async function cursorOf(ground: Ground, operation: Operation): Promise<string | undefined> {
  if (!operation.parameters.some(({ name }) => name === 'cursor')) return undefined
  const token = await signIn(ground, ground.ours)
  const answer = await ground.app.request('GET', `${addressOf(operation, ground.ours.idOf)}?limit=1`, { token })
  const cursor = answer.body?.data?.next_cursor
  if (typeof cursor !== 'string') throw new Unknown('the list of the other tenant has no second page')
  return cursor
}

/** A 404 proves something only where the same call works for whom the row belongs to. */
async function control(ground: Ground, operation: Operation): Promise<void> {
  const { app, ours, found } = ground
  const { status, text } = await app.request(operation.method, addressOf(operation, ours.idOf), {
    token: await signIn(ground, ours),
    body: bodyOf(operation, ours, ours),
  })
  if (status < 300) return
  found.add(`${operation.key} answers ${status} to the owner of the row, so its 404 proves nothing: ${text}`)
}

/** What takes rows away comes last. */
function inControlOrder(operations: Operation[]): Operation[] {
  return operations.filter(namesRow).sort((a, b) => METHODS.indexOf(a.method) - METHODS.indexOf(b.method))
}

/** Calls as the other tenant, and looks at what comes back. */
async function send({ app, ours, found }: Ground, operation: Operation, address: string, call: Call): Promise<Answer> {
  const { key } = operation
  const { token, body, method = operation.method } = call
  const headers = { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...call.headers }
  const answer =
    method === 'HEAD'
      ? await fetch(app.url + address, { method, headers }).then(bare)
      : await app.request(method, address, { headers, ...(method !== 'GET' && { body }) })

  const whole = `${answer.text}\n${JSON.stringify([...answer.headers])}`
  for (const secret of ours.secrets) {
    if (whole.includes(secret)) found.add(`${key} shows another tenant's ${secret === ours.mark ? 'text' : 'id'}`)
  }
  if (answer.status >= 500) found.add(`${key} answers ${answer.status}`)
  const [, field] = NEVER_ANSWERED.exec(answer.text) ?? []
  if (field) found.add(`${key} answers with ${field}`)
  return answer
}

/** A head says that it has JSON, and has nothing. */
const bare = ({ status, headers }: Response): Answer => ({ status, headers, body: undefined, text: '' })

function bodyOf({ key, body }: Operation, { mark }: Tenancy, { idOf }: Tenancy): unknown {
  if (!body) return undefined
  const sample = sampleOf(body, mark, idOf)
  for (const name of LEFT_OUT[key] ?? []) delete (sample as Record<string, unknown>)[name]
  return sample
}

/** The address with the query that the operation cannot do without. */
function withQuery(address: string, { parameters }: Operation, { mark, idOf }: Tenancy): string {
  const query = new URLSearchParams()
  for (const { in: place, name, required, schema } of parameters) {
    if (place !== 'query' || !required || 'default' in schema) continue
    query.set(name, String(sampleOf(schema, mark, idOf, name)))
  }
  return query.size > 0 ? `${address}?${query}` : address
}

/** All of an answer that is not about this one request. */
function faceOf({ status, headers, text }: Answer): string {
  const lasting = [...headers].filter(([name]) => !OWN_HEADERS.test(name))
  return JSON.stringify([status, lasting, text.replace(/"(request_id|instance)":"[^"]*"/g, '"$1":""')])
}
