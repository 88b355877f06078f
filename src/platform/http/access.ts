/**
 * Deny by default: a route says who may call it, or the server does not start. This file knows that there is a guard,
 * and nothing of users, tenants or roles.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler, RouteOptions } from 'fastify'

export type RouteAccess = 'public' | 'user' | { permission: string; feature?: string }

export interface Principal {
  tenantId?: string
  userId?: string
}

export interface Guard {
  /** Before the body is read, on routes that are not public: 401 without a valid credential. Cheap, no database. */
  authenticate(request: FastifyRequest): void | Promise<void>
  /** After validation, on routes that are not public: reads session, membership, role and plan; 401, 402, 403 or 404. */
  authorize(request: FastifyRequest, access: Exclude<RouteAccess, 'public'>): void | Promise<void>
  /** At the end of every request, also of an aborted one: releases what was opened for it. `sent`: the answer left whole. */
  finish(request: FastifyRequest, outcome: 'sent' | 'failed'): void | Promise<void>
  /** Whom logs and limits are about; undefined until `authenticate` has succeeded. */
  principal(request: FastifyRequest): Principal | undefined
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess
    /** Waits for somebody outside, and holds no connection meanwhile: its work begins transactions of its own. */
    detached?: boolean
    /** Probes of operations: never limited and never shed. */
    vital?: boolean
    /** False for files, which a page asks for by the dozen. */
    limited?: boolean
    /** False for a route that answers secrets, which must not be stored: it takes no notice of an Idempotency-Key. */
    repeatable?: false
    /** A route's own refusals by status, in words, for the description of the API; the usual ones are known. */
    problems?: Record<number, string>
  }
}

/** Counts a request against the general limit of whoever sends it; undefined when it could be decided at once. */
export type CountRequest = (request: FastifyRequest, reply: FastifyReply) => void | Promise<void>

export function guardRoutes(app: FastifyInstance, guard: Guard, count: CountRequest): void {
  app.addHook('onRoute', (route) => {
    const access = declaredAccess(route)
    const hooks: onRequestHookHandler[] = []
    if (access !== 'public') hooks.push(authenticateFirst(guard, count))
    else if (!route.config?.vital && route.config?.limited !== false) hooks.push(countOnly(count))
    if (hooks.length > 0) route.onRequest = [...hooks, ...listOf(route.onRequest)]
    if (access !== 'public') {
      const authorize = (request: FastifyRequest) => guard.authorize(request, access)
      route.preHandler = [
        (request, _reply, done) => settle(() => authorize(request), done),
        ...listOf(route.preHandler),
      ]
    }
  })
}

function declaredAccess(route: RouteOptions): RouteAccess {
  const access = route.config?.access
  if (access === 'public' || access === 'user') return access
  if (typeof access === 'object' && isName(access?.permission) && (!('feature' in access) || isName(access.feature))) {
    return access
  }
  throw new Error(
    `${String(route.method)} ${route.url} does not declare its access. ` +
      "Add config: { access: 'public' | 'user' | { permission, feature? } } to the route.",
  )
}

const isName = (value: unknown): boolean => typeof value === 'string' && value !== ''

/** A bad credential is counted against the address it came from, or guessing tokens would be free. */
function authenticateFirst(guard: Guard, count: CountRequest): onRequestHookHandler {
  return (request, reply, done) => {
    settle(
      () => guard.authenticate(request),
      (refused?: Error) =>
        settle(
          () => count(request, reply),
          (limited?: Error) => done(limited ?? refused),
        ),
    )
  }
}

function countOnly(count: CountRequest): onRequestHookHandler {
  return (request, reply, done) => settle(() => count(request, reply), done)
}

/** Calls back at once when there is nothing to wait for: most requests are decided without a turn of the event loop. */
function settle(work: () => void | Promise<void>, done: (error?: Error) => void): void {
  let pending: void | Promise<void>
  try {
    pending = work()
  } catch (error) {
    done(error as Error)
    return
  }
  if (pending === undefined) done()
  else pending.then(() => done(), done)
}

function listOf<T>(hooks: T | T[] | undefined): T[] {
  if (hooks === undefined) return []
  return Array.isArray(hooks) ? hooks : [hooks]
}
