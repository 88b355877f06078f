/**
 * Kysely by its CommonJS files: they load in little more than half the time of its ES modules, and every process loads
 * them (`npm run bench -- start`). Types come from the package as usual.
 */
import { createRequire } from 'node:module'
import type * as Package from 'kysely'

export const {
  CompiledQuery,
  DefaultQueryExecutor,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
  Transaction,
} = createRequire(import.meta.url)('kysely') as typeof Package

export type Kysely<Tables> = Package.Kysely<Tables>
export type Transaction<Tables> = Package.Transaction<Tables>
