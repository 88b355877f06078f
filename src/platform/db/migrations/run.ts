import { performance } from 'node:perf_hooks'
import type pg from 'pg'
import type { Script } from './files.ts'
import type { MigrationSession } from './session.ts'
import { lineAt, type Statement } from './statements.ts'

type OnStatement = ((path: string, index: number) => void) | undefined

/**
 * Runs the file and then `record`, which notes in the ledger what was done: in one transaction, so that killed anywhere
 * either both are there or neither, unless the file says that it cannot be.
 */
export function runScript(
  { client, retry, lockTimeoutMs }: MigrationSession,
  script: Script,
  record: (durationMs: number) => Promise<unknown>,
  onStatement: OnStatement,
): Promise<void> {
  return retry(script.path, async () => {
    const started = performance.now()
    if (script.transactional) await client.query('begin')
    try {
      for (const [index, statement] of script.statements.entries()) {
        onStatement?.(script.path, index)
        if (!script.transactional) await prepareAlone(client, statement.text, lockTimeoutMs)
        await runStatement(client, script, statement)
      }
      await record(Math.round(performance.now() - started))
      if (script.transactional) await client.query('commit')
    } catch (error) {
      if (script.transactional) await client.query('rollback').catch(() => {})
      throw error
    } finally {
      if (!script.transactional) await client.query(`set lock_timeout = ${lockTimeoutMs}`).catch(() => {})
    }
  })
}

/**
 * Building an index concurrently waits for old transactions without being in anybody's way, so it may wait for long.
 * When it is interrupted, it leaves an invalid index, which IF NOT EXISTS would take for the real one.
 */
async function prepareAlone(client: pg.ClientBase, statement: string, lockTimeoutMs: number): Promise<void> {
  const concurrent = /^(?:create\s+(?:unique\s+)?|drop\s+)index\s+concurrently\b/i.test(statement)
  await client.query(`set lock_timeout = ${concurrent ? 0 : lockTimeoutMs}`)
  const index = /^create\b.*?\bconcurrently\s+if\s+not\s+exists\s+("(?:[^"]|"")+"|[\w.]+)/is.exec(statement)?.[1]
  if (!index) return
  const { rows } = await client.query<{ invalid: boolean }>(
    'select not indisvalid as invalid from pg_index where indexrelid = to_regclass($1)',
    [index],
  )
  if (rows[0]?.invalid) await client.query(`drop index concurrently ${index}`)
}

/** An error names the line of the file that it is about. */
async function runStatement(client: pg.ClientBase, script: Script, statement: Statement): Promise<void> {
  try {
    await client.query(statement.text)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const { position, detail, hint } = error as Error & { position?: string; detail?: string; hint?: string }
    const line = statement.line + (position ? lineAt(statement.text, Number(position) - 1) - 1 : 0)
    error.message = [`${script.path}, line ${line}: ${error.message}`, detail, hint].filter(Boolean).join('\n  ')
    throw error
  }
}
