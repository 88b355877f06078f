/**
 * Who is signed in, in this tab. Access tokens live in memory only, one for each tenant; the refresh cookie, which no
 * script can read, mints them. At most one refresh is in flight over all tabs, because each one rotates the cookie.
 * Only a 401 of the refresh itself ends a session: a lost connection or a busy server says nothing about it.
 */
import type { Tokens } from './contract.ts'
import { problemOf, SignedOut, unreachable } from './problem.ts'

export interface AccessToken {
  value: string
  /** Milliseconds since the epoch, by this machine's clock. */
  expiresAt: number
  /** The tenant that the server chose; null for a person who belongs to none. */
  tenant: string | null
}

export type SessionMessage =
  | { kind: 'token'; key: string; token: AccessToken; askedAt: number }
  | { kind: 'signed-in' }
  | { kind: 'signed-out' }
  | { kind: 'expired' }

export type SessionChange = 'signed-in-elsewhere' | 'signed-out' | 'expired'

export interface SessionEnvironment {
  fetch(input: string, init: RequestInit): Promise<Response>
  locks: { request<T>(name: string, work: () => Promise<T>): Promise<T> }
  channel: { postMessage(message: SessionMessage): void; onmessage: ((event: { data: SessionMessage }) => void) | null }
  now(): number
}

/** The key of a token for whichever tenant was used last. */
export const lastUsed = ''

const lock = 'plinth-refresh'
const refreshAheadMs = 60_000

export type Session = ReturnType<typeof createSession>

export function createSession(environment: SessionEnvironment) {
  const { locks, channel, now } = environment
  const tokens = new Map<string, AccessToken>()
  const inFlight = new Map<string, Promise<AccessToken>>()
  const listeners = new Set<(change: SessionChange) => void>()
  // Answers that were asked for before the person changed must not be stored for the next person. Tabs share a clock.
  let era = 0
  let since = Number.NEGATIVE_INFINITY

  function announce(change: SessionChange): void {
    for (const listener of listeners) listener(change)
  }

  function forget(): void {
    era += 1
    since = now()
    tokens.clear()
    inFlight.clear()
  }

  channel.onmessage = ({ data }) => {
    if (data.kind === 'token') {
      if (data.askedAt > since) keep(data.key, data.token)
      return
    }
    forget()
    announce(data.kind === 'signed-in' ? 'signed-in-elsewhere' : data.kind)
  }

  function keep(key: string, token: AccessToken): void {
    tokens.set(key, token)
    if (token.tenant) tokens.set(token.tenant, token)
  }

  function fresh(key: string, rejected: string | undefined): AccessToken | undefined {
    const token = tokens.get(key)
    if (!token || token.value === rejected) return undefined
    return token.expiresAt - now() > refreshAheadMs ? token : undefined
  }

  function accessTokenOf(answer: Tokens): AccessToken {
    return {
      value: answer.access_token,
      expiresAt: now() + answer.expires_in * 1000,
      tenant: answer.tenant?.slug ?? null,
    }
  }

  async function mint(key: string, startedIn: number): Promise<AccessToken> {
    const askedAt = now()
    const response = await environment
      .fetch('/api/v1/auth/refresh', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(key === lastUsed ? { session: 'cookie' } : { session: 'cookie', tenant_slug: key }),
        credentials: 'same-origin',
      })
      .catch(() => {
        throw unreachable()
      })
    if (response.status === 401) {
      if (startedIn === era) {
        forget()
        channel.postMessage({ kind: 'expired' })
        announce('expired')
      }
      throw new SignedOut()
    }
    if (!response.ok) throw await problemOf(response)
    const { data } = (await response.json()) as { data: Tokens }
    const token = accessTokenOf(data)
    if (startedIn === era) {
      keep(key, token)
      channel.postMessage({ kind: 'token', key, token, askedAt })
    }
    return token
  }

  function renew(key: string, rejected?: string): Promise<AccessToken> {
    const running = inFlight.get(key)
    if (running) return running
    // Now and not when the lock is had: the person may change while it is waited for.
    const startedIn = era
    const work = locks
      .request(lock, async () => {
        // Another tab may have refreshed while this one waited; its message is delivered in a task of its own.
        await new Promise((resolve) => setTimeout(resolve))
        return fresh(key, rejected) ?? (await mint(key, startedIn))
      })
      .finally(() => {
        if (inFlight.get(key) === work) inFlight.delete(key)
      })
    inFlight.set(key, work)
    return work
  }

  return {
    /** A token that is good for at least another minute. */
    async token(key: string): Promise<AccessToken> {
      return fresh(key, undefined) ?? (await renew(key))
    },

    /** After the server refused `rejected`: a different token, or SignedOut. */
    renew,

    /** After sign-in, sign-up, an accepted invitation or a changed password: the answer carries the first token. */
    adopt(answer: Tokens): void {
      forget()
      const token = accessTokenOf(answer)
      keep(lastUsed, token)
      channel.postMessage({ kind: 'signed-in' })
    },

    /** A new tenant or another name for one changes what the last used tenant is. */
    drop(key: string): void {
      tokens.delete(key)
      tokens.delete(lastUsed)
    },

    end(): void {
      forget()
      channel.postMessage({ kind: 'signed-out' })
      announce('signed-out')
    },

    onChange(listener: (change: SessionChange) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
