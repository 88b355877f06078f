import createClient, { type Client } from 'openapi-fetch'
import type { paths, Tokens } from './contract.ts'
import { type ApiProblem, asksForPlan, problemOf, SignedOut, unreachable } from './problem.ts'
import { createSession, lastUsed, type SessionMessage } from './session.ts'

export type Api = Client<paths, 'application/json'>

const remembered = {
  signedIn: 'plinth.signed-in',
  tenant: 'plinth.tenant',
}

export const session = createSession({
  fetch: (input, init) => fetch(input, init),
  // Without a secure context there are no locks; then one refresh per tab is the best there is.
  locks: {
    async request<T>(name: string, work: () => Promise<T>): Promise<T> {
      return navigator.locks ? ((await navigator.locks.request(name, work)) as T) : work()
    },
  },
  channel: new BroadcastChannel('plinth-session') as unknown as {
    postMessage(message: SessionMessage): void
    onmessage: ((event: { data: SessionMessage }) => void) | null
  },
  now: () => Date.now(),
})

session.onChange((change) => {
  if (change !== 'signed-in-elsewhere') localStorage.removeItem(remembered.signedIn)
})

/** A hint only, so that visitors who never signed in do not ask for a refresh on every public page. */
export function mayBeSignedIn(): boolean {
  return localStorage.getItem(remembered.signedIn) !== null
}

export function signedIn(tokens: Tokens): void {
  localStorage.setItem(remembered.signedIn, '1')
  if (tokens.tenant) rememberTenant(tokens.tenant.slug)
  session.adopt(tokens)
}

export function rememberTenant(slug: string): void {
  localStorage.setItem(remembered.signedIn, '1')
  localStorage.setItem(remembered.tenant, slug)
}

export function rememberedTenant(): string | null {
  return localStorage.getItem(remembered.tenant)
}

export function forgetTenant(slug: string): void {
  if (rememberedTenant() === slug) localStorage.removeItem(remembered.tenant)
}

async function attempt(request: Request, token?: string): Promise<Response> {
  if (token) request.headers.set('authorization', `Bearer ${token}`)
  return fetch(request).catch((error) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw unreachable()
  })
}

async function settled(response: Response): Promise<Response> {
  if (response.ok) return response
  throw await problemOf(response)
}

function client(send: (request: Request) => Promise<Response>): Api {
  return createClient<paths, 'application/json'>({
    baseUrl: '/api/v1',
    fetch: (request) => {
      // One key for all tries of a request, so that a repeated one does not act twice.
      if (request.method !== 'GET') request.headers.set('idempotency-key', crypto.randomUUID())
      return send(request)
    },
  })
}

/** For what needs no credential: signing in and up, lost passwords, links from mails. */
export const publicApi: Api = client(async (request) => settled(await attempt(request)))

type PlanWatcher = (tenant: string, problem: ApiProblem) => void

const planWatchers = new Set<PlanWatcher>()

/** Called when something was not done because the plan does not allow it, whichever page tried. */
export function onPlanRefusal(watcher: PlanWatcher): () => void {
  planWatchers.add(watcher)
  return () => planWatchers.delete(watcher)
}

const clients = new Map<string, Api>()

/** The API as one tenant sees it; `lastUsed` for what belongs to the person alone. */
export function apiFor(tenant: string): Api {
  const known = clients.get(tenant)
  if (known) return known
  async function send(request: Request): Promise<Response> {
    const token = await session.token(tenant)
    const first = await attempt(request.clone(), token.value)
    if (first.status !== 401) return settled(first)
    const renewed = await session.renew(tenant, token.value)
    return settled(await attempt(request, renewed.value))
  }
  const made = client((request) =>
    send(request).catch((error) => {
      // A page that cannot be read says so in its own place.
      if (request.method !== 'GET' && asksForPlan(error)) for (const watcher of planWatchers) watcher(tenant, error)
      throw error
    }),
  )
  clients.set(tenant, made)
  return made
}

export const ownApi = apiFor(lastUsed)

/** The session's API when there is one, and the public one otherwise. */
export async function apiOfVisitor(): Promise<Api> {
  if (!mayBeSignedIn()) return publicApi
  try {
    await session.token(lastUsed)
    return ownApi
  } catch (error) {
    if (error instanceof SignedOut) return publicApi
    throw error
  }
}

/** The `data` of an answer. Refusals were already thrown as ApiProblem. */
export async function dataOf<A extends { data: unknown }>(call: Promise<{ data?: A | undefined }>): Promise<A['data']> {
  const { data } = await call
  return (data as A).data
}

/** The `data` of an answer and the ETag to send back as If-Match. */
export async function versionedDataOf<A extends { data: unknown }>(
  call: Promise<{ data?: A | undefined; response: Response }>,
): Promise<{ data: A['data']; etag: string | undefined }> {
  const { data, response } = await call
  return { data: (data as A).data, etag: response.headers.get('etag') ?? undefined }
}

export async function signOut(): Promise<void> {
  await publicApi.POST('/auth/logout', { body: {} }).catch(() => undefined)
  session.end()
}
