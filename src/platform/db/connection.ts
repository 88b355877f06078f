/**
 * Kysely's driver for our pool. It differs from Kysely's own in two ways that decide the speed of every request:
 * statements are named, so that each connection parses and plans them once (unnamed ones cost the database 2.9 times
 * the CPU), and connections are pipelined, so that statements which need no answer from each other share a round trip.
 */
import type { Duplex } from 'node:stream'
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult, TransactionSettings } from 'kysely'
import type pg from 'pg'
import { CompiledQuery as Compiled } from './kysely.ts'
import { Statement } from './statement.ts'

const uncork = (stream: Duplex) => stream.uncork()

/** A migration changed what a prepared statement returns; only a new connection forgets the old plan. */
const STALE_PLAN = '0A000'

export class Connection implements DatabaseConnection {
  readonly client: pg.PoolClient
  broken = false

  constructor(client: pg.PoolClient) {
    this.client = client
  }

  async query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<pg.QueryResult<Row>> {
    try {
      return await new Promise((resolve, reject) => {
        this.send(text, values, (error, result) => (error ? reject(error) : resolve(result)))
      })
    } catch (error) {
      const { code } = error as { code?: string }
      // An error without a code is not the database's: `pg` could not write the statement and lost track of its name.
      if (code === undefined || code === STALE_PLAN) this.broken = true
      // From where the statement was made, not from where its answer was read.
      if (error instanceof Error) Error.captureStackTrace(error)
      throw error
    }
  }

  /** Without a promise, for statements whose success shows in the next one. */
  send(text: string, values: readonly unknown[] | undefined, callback: Statement['callback']): void {
    this.#gather()
    this.client.query(new Statement(text, values, callback))
  }

  /**
   * What is sent in one turn of the event loop leaves in one write, because writes are the dearest part of a small
   * request. That includes the next transaction on this connection: it begins in the write that ends the one before.
   */
  #gather(): void {
    const { stream } = this.client.connection
    if (stream.writableCorked > 0) return
    stream.cork()
    process.nextTick(uncork, stream)
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { command, rows, rowCount } = await this.query(query.sql, query.parameters)
    if (command === 'SELECT') return { rows: rows as R[] }
    return { rows: rows as R[], numAffectedRows: BigInt(rowCount ?? 0) }
  }

  // biome-ignore lint/correctness/useYield: required by the interface; nothing here reads more than a page at a time
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('Streaming queries are not supported; read by pages instead.')
  }

  release(): void {
    this.client.release(this.broken)
  }
}

export class PooledDriver implements Driver {
  readonly pool: pg.Pool

  constructor(pool: pg.Pool) {
    this.pool = pool
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<Connection> {
    return new Connection(await this.pool.connect())
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const level = settings.isolationLevel ? ` isolation level ${settings.isolationLevel}` : ''
    await connection.executeQuery(Compiled.raw(`begin${level}`))
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(Compiled.raw('commit'))
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(Compiled.raw('rollback'))
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    ;(connection as Connection).release()
  }

  async destroy(): Promise<void> {
    await this.pool.end()
  }
}
