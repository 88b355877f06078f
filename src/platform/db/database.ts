/**
 * The connection to PostgreSQL. Whatever login the application was given, every connection drops to the role
 * `plinth_app` when it opens: it owns nothing, cannot bypass row security and sees no tenant. Rows are reached through
 * `inTenant`, `inUser` and `asSystem` (scoped.ts) only.
 */
import type { Dialect, QueryExecutor } from 'kysely'
import pg from 'pg'
import { type Refusal, unavailable } from '../errors.ts'
import type { Logger } from '../log.ts'
import { type Connection, PooledDriver } from './connection.ts'
import {
  DefaultQueryExecutor,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
  Transaction,
} from './kysely.ts'
import type { Schema } from './schema.ts'

export type Database = Kysely<Schema>
/** Distinct from `Database`, so that what must commit with the caller's change cannot be given a bare connection. */
export type Tx = Transaction<Schema>

export interface DatabaseOptions {
  /** `postgres://` or `postgresql://`, with `sslmode` where needed. */
  url: string
  poolMax: number
  log: Pick<Logger, 'error'>
  applicationName?: string
  /** After so long without an answer to a statement its connection is given up. */
  answerSeconds?: number
}

const INT8 = 20
const TIMESTAMPTZ = 1184

/** Counts and sizes as numbers; a value that a number cannot hold is an error rather than a wrong number. */
function parseInt8(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} does not fit a JavaScript number`)
  return value
}

const parseAnyTimestamp = pg.types.getTypeParser(TIMESTAMPTZ)
const DOT = 46
const ZERO = 48

/**
 * `2026-01-02 03:04:05.678901+00`, as connections that speak UTC write it, five times as fast as the general parser: a
 * page of a list has forty of them. Anything else (distant years, infinity) is left to that one.
 */
function parseTimestamp(text: string): Date {
  if (text[10] !== ' ' || text[0] === '0' || !text.endsWith('+00')) return parseAnyTimestamp(text)
  // Zeros at the end of a fraction are not written: where they would be stand the sign and zeros of the zone.
  const digit = (at: number) => Math.max(0, text.charCodeAt(at) - ZERO)
  const two = (at: number) => digit(at) * 10 + digit(at + 1)
  const milliseconds = text.charCodeAt(19) === DOT ? digit(20) * 100 + digit(21) * 10 + digit(22) : 0
  return new Date(Date.UTC(two(0) * 100 + two(2), two(5) - 1, two(8), two(11), two(14), two(17), milliseconds))
}

const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8) return parseInt8
    return oid === TIMESTAMPTZ ? parseTimestamp : pg.types.getTypeParser(oid, format as 'text')
  },
} as pg.CustomTypesConfig

/** Nothing of ours runs longer; a lock storm on one table then stays the problem of that table's routes. */
const STATEMENT_TIMEOUT_SECONDS = 5
const IDLE_IN_TRANSACTION_SECONDS = 10
const CONNECT_TIMEOUT_MILLISECONDS = 2_000
/**
 * The database ends a statement before this. Without an answer the way to it is gone and nobody said so (a firewall that
 * forgot us, a machine that lost its power); TCP alone would wait for a quarter of an hour, and the pool with it.
 */
const ANSWER_SECONDS = 8
/** The same for connections that idle, on which nothing waits for an answer: the kernel asks whether the other end lives. */
const KEEP_ALIVE_MILLISECONDS = 5_000

interface OpenPool {
  driver: PooledDriver
  /** `isOver` ends it: whoever goes on with it is refused, because the connection serves somebody else by then. */
  transactionOn(connection: Connection, isOver: () => boolean): Tx
}

const pools = new WeakMap<object, OpenPool>()

export function openDatabase({
  url,
  poolMax,
  log,
  applicationName = 'plinth',
  answerSeconds = ANSWER_SECONDS,
}: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolMax,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MILLISECONDS,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MILLISECONDS,
    query_timeout: answerSeconds * 1000,
    pipeline: true,
    types,
    onConnect: (client) =>
      client.query(
        `set role plinth_app; set timezone = 'UTC'; set statement_timeout = '${STATEMENT_TIMEOUT_SECONDS}s'; ` +
          `set idle_in_transaction_session_timeout = '${IDLE_IN_TRANSACTION_SECONDS}s'`,
      ) as unknown as undefined,
  })
  // Without a listener a restart of PostgreSQL while connections idle would end this process.
  pool.on('error', (error) => log.error({ err: error }, 'idle database connection lost'))
  // Nor may it while they are lent out: whoever waits for an answer gets the error from the statement.
  pool.on('connect', (client) => client.on('error', () => {}))

  const driver = new PooledDriver(pool)
  const adapter = new PostgresAdapter()
  const compiler = new PostgresQueryCompiler()
  const dialect: Dialect = {
    createAdapter: () => adapter,
    createDriver: () => driver,
    createQueryCompiler: () => compiler,
    createIntrospector: (db) => new PostgresIntrospector(db),
  }
  const config = { dialect }
  const executor: QueryExecutor = new DefaultQueryExecutor(compiler, adapter, {
    async provideConnection(consumer) {
      const connection = await driver.acquireConnection()
      try {
        return await consumer(connection)
      } finally {
        connection.release()
      }
    },
  })
  const db: Database = new Kysely<Schema>({ config, dialect, driver, executor })
  pools.set(db, {
    driver,
    transactionOn(connection, isOver) {
      // A transaction has one connection and its statements are sent in the order they are made, so Kysely's queue
      // in front of a single connection would only add promises.
      const own = executor.withConnectionProvider({
        async provideConnection(consumer) {
          if (isOver()) throw givenUp()
          return consumer(connection)
        },
      })
      return new Transaction<Schema>({ config, dialect, driver, executor: own })
    },
  })
  return db
}

/** For whoever goes on with a transaction that was ended under their hands. */
export function givenUp(): Refusal {
  return unavailable('The request was given up before its work was done.')
}

export function poolOf(db: Database) {
  const pool = pools.get(db)
  if (!pool) throw new TypeError('This database was not opened by openDatabase.')
  return pool
}

export function closeDatabase(db: Database): Promise<void> {
  return poolOf(db).driver.destroy()
}

/** Answers when the database does; used by health checks. */
export async function ping(db: Database): Promise<void> {
  await sql`select 1`.execute(db)
}

/**
 * What the login could do if it were not confined, by itself or as a role it may become. Production refuses a login that
 * row security does not bind even after an injected `reset role`.
 */
export async function loginPrivileges(db: Database): Promise<{ superuser: boolean; bypassesRowSecurity: boolean }> {
  const { rows } = await sql<{ superuser: boolean; bypasses_row_security: boolean }>`
    select bool_or(rolsuper) as superuser, bool_or(rolbypassrls) as bypasses_row_security
    from pg_roles where pg_has_role(session_user, oid, 'member')
  `.execute(db)
  const row = rows[0]
  return { superuser: row?.superuser ?? false, bypassesRowSecurity: row?.bypasses_row_security ?? false }
}
