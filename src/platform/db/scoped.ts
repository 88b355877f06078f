/**
 * The three ways to rows. Each is one transaction under a role that row security binds:
 * `inTenant` sees one tenant, `inUser` one person, `asSystem` everything and is reviewed (tests/guards/system-access).
 *
 * Opening costs no round trip of its own: `begin` and the settings travel with the first statement.
 */
import type pg from 'pg'
import type { Connection } from './connection.ts'
import { type Database, givenUp, poolOf, type Tx } from './database.ts'

export interface TenantKey {
  readonly tenantId: string
  readonly userId?: string | null
}

type ScopeRole = 'plinth_tenant' | 'plinth_user' | 'plinth_system'

const SETTINGS =
  "select set_config('role', $1, true), set_config('app.tenant_id', $2, true), set_config('app.user_id', $3, true)"

const ROLE = "select set_config('role', $1, true)"
const CONSTRAINTS_NOW = 'set constraints all immediate'

const RETRIES = 3
/** serialization_failure, deadlock_detected: the whole transaction may simply be run again. */
const TRANSIENT = new Set(['40001', '40P01'])

/**
 * An open transaction. `commit` and `rollback` give the connection back. A client may hang up at any moment and end it
 * while its handler still works; from then on every statement of that handler is refused.
 */
export class ScopedTransaction {
  readonly tx: Tx
  readonly #connection: Connection
  readonly #readOnly: boolean
  readonly #role: ScopeRole
  #settled = false
  #opening: Error | undefined
  /** Set to keep the transaction open when work in it ends, because an answer is to be stored with it. */
  deferCommit = false
  inUse = false

  constructor(
    db: Database,
    connection: Connection,
    readOnly: boolean,
    role: ScopeRole,
    tenantId: string,
    userId: string,
  ) {
    this.#connection = connection
    this.#readOnly = readOnly
    this.#role = role
    this.tx = poolOf(db).transactionOn(connection, () => this.#settled)
    const note = (error: Error | null) => {
      this.#opening ??= error ?? undefined
    }
    connection.send(readOnly ? 'begin read only' : 'begin', undefined, note)
    connection.send(SETTINGS, [role, tenantId, userId], note)
  }

  get settled(): boolean {
    return this.#settled
  }

  /** Runs a statement that is not built by Kysely; used on the path of every request. */
  async query<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[]): Promise<Row[]> {
    if (this.#settled) throw givenUp()
    try {
      return (await this.#connection.query<Row>(text, values)).rows
    } catch (error) {
      // A failed opening makes every later statement fail with "transaction is aborted", which hides the cause.
      throw this.#opening ?? error
    }
  }

  /** Another role for the time of the work. Should the work fail, the whole transaction is rolled back anyway. */
  async as<T>(role: ScopeRole, work: (tx: Tx) => Promise<T>): Promise<T> {
    await this.query(ROLE, [role])
    const result = await work(this.tx)
    // What is checked at the end is checked with the eyes of the role that did it.
    await Promise.all([this.query(CONSTRAINTS_NOW, []), this.query(ROLE, [this.#role])])
    return result
  }

  async commit(): Promise<void> {
    if (this.#settled) throw givenUp()
    this.#settled = true
    if (this.#opening) {
      this.#discard()
      throw this.#opening
    }
    if (this.#readOnly) {
      // Nothing depends on the outcome, so nobody waits for it; the next user of the connection is queued behind it.
      this.#connection.send('commit', undefined, () => {})
      this.#connection.release()
      return
    }
    try {
      const { command } = await this.#connection.query('commit')
      // PostgreSQL answers a commit of an aborted transaction with ROLLBACK and no error.
      if (command !== 'COMMIT') throw new Error('The transaction was aborted by an earlier error that was swallowed.')
    } catch (error) {
      // Deferred constraints speak here. The connection itself is fine then; after a network error it is not.
      if (!(error as { code?: string }).code?.match(/^(23|40)/)) this.#connection.broken = true
      throw error
    } finally {
      this.#connection.release()
    }
  }

  async rollback(): Promise<void> {
    if (this.#settled) return
    this.#settled = true
    try {
      await this.#connection.query('rollback')
      this.#connection.release()
    } catch {
      this.#discard()
    }
  }

  #discard(): void {
    this.#connection.broken = true
    this.#connection.release()
  }
}

interface OpenOptions {
  /** Its end is not waited for, because nothing depends on it. */
  readOnly?: boolean
}

async function open(
  db: Database,
  role: ScopeRole,
  tenantId: string,
  userId: string,
  { readOnly = false }: OpenOptions = {},
) {
  const connection = await poolOf(db).driver.acquireConnection()
  return new ScopedTransaction(db, connection, readOnly, role, tenantId, userId)
}

export function openTenant(db: Database, scope: TenantKey, options?: OpenOptions): Promise<ScopedTransaction> {
  return open(db, 'plinth_tenant', scope.tenantId, scope.userId ?? '', options)
}

export function openUser(db: Database, scope: { userId: string }, options?: OpenOptions): Promise<ScopedTransaction> {
  return open(db, 'plinth_user', '', scope.userId, options)
}

/** Transactions that were opened ahead, with the check of the credential, for the scope they belong to. */
const openedAhead = new WeakMap<object, ScopedTransaction>()

/** Lets the next `inTenant` or `inUser` of this very scope join the transaction in which its credential was checked. */
export function offerTransaction(scope: object, transaction: ScopedTransaction): void {
  openedAhead.set(scope, transaction)
}

async function run<T>(
  start: () => Promise<ScopedTransaction>,
  ahead: ScopedTransaction | undefined,
  work: (tx: Tx) => Promise<T>,
  role?: ScopeRole,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const joined = attempt === 0 && ahead && !ahead.settled && !ahead.inUse ? ahead : undefined
    const transaction = joined ?? (await start())
    transaction.inUse = true
    try {
      const result = await (joined && role ? joined.as(role, work) : work(transaction.tx))
      if (transaction.deferCommit) {
        // Whoever called can still answer for a broken rule; at the commit, after the answer is made, nobody could.
        await transaction.query(CONSTRAINTS_NOW, [])
        transaction.inUse = false
      } else {
        await transaction.commit()
      }
      return result
    } catch (error) {
      await transaction.rollback()
      const code = (error as { code?: string }).code
      if (attempt < RETRIES && code && TRANSIENT.has(code) && !transaction.deferCommit) continue
      throw error
    }
  }
}

/** One transaction that sees the rows of one tenant. Retried when PostgreSQL asks for it, so `work` must only use `tx`. */
export function inTenant<T>(db: Database, scope: TenantKey, work: (tx: Tx) => Promise<T>): Promise<T> {
  return run(() => openTenant(db, scope), openedAhead.get(scope), work)
}

/** One transaction that sees what belongs to one person. */
export function inUser<T>(db: Database, scope: { userId: string }, work: (tx: Tx) => Promise<T>): Promise<T> {
  return run(() => openUser(db, scope), openedAhead.get(scope), work)
}

/**
 * One transaction that sees every tenant. `reason` says why the narrow ways do not do; a guard keeps the list of all
 * reasons, so that a new one is a decision and not an accident.
 *
 * With `within`, a scope, it joins the transaction that was opened for that scope, so that both commit together.
 */
export function asSystem<T>(
  db: Database,
  reason: string,
  work: (tx: Tx) => Promise<T>,
  { within, ...options }: OpenOptions & { within?: object } = {},
): Promise<T> {
  if (reason === '') throw new TypeError('asSystem needs a reason.')
  const ahead = within && openedAhead.get(within)
  return run(() => open(db, 'plinth_system', '', '', options), ahead, work, 'plinth_system')
}
