/** `npm run audit -- verify [tenant]`: proves that no event of the audit log was changed, taken out, moved or cut off. */
import { parseArgs } from 'node:util'
import { chainOwners, verifyChain } from '#audit'
import { loadConfig, processEnvironment } from '#platform/config.ts'
import { closeDatabase, type Database, openDatabase } from '#platform/db/database.ts'
import { asSystem, inTenant } from '#platform/db/scoped.ts'
import { createLogger } from '#platform/log.ts'
import { locateDatabase } from './database-url.ts'

const USAGE = `npm run audit -- verify [tenant]

  verify            checks the chain of every tenant, or of the one with this id or slug

Ends with 0 when all are whole, with 1 when one is broken, and names the first broken event. The hash after "head" stands
for all events so far: keep it elsewhere, and it proves later that even the owner of the database changed none of them.
`

async function verify(db: Database, tenant: string | undefined): Promise<number> {
  const owners = await asSystem(db, 'verify the audit chains of all tenants', (tx) => chainOwners(tx, tenant))
  if (owners.length === 0) {
    console.log(tenant ? `No events of a tenant ${tenant}.` : 'No events.')
    return tenant ? 1 : 0
  }
  let broken = 0
  for (const { tenantId, slug } of owners) {
    const result = await inTenant(db, { tenantId }, (tx) => verifyChain(tx, { tenantId }))
    const name = `${slug ?? '(no tenant any more)'} ${tenantId}`
    if (result.valid) console.log(`${name}: whole, ${result.checked} events, head ${result.head}`)
    else {
      broken++
      const { seq, id, reason } = result.broken
      console.log(
        `${name}: BROKEN at event ${seq}${id ? ` (${id})` : ''}: ${reason}. ${result.checked} events before it are whole.`,
      )
    }
  }
  return broken > 0 ? 1 : 0
}

async function main(): Promise<number> {
  const { positionals } = parseArgs({ allowPositionals: true })
  const [command, tenant, ...rest] = positionals
  if (command !== 'verify' || rest.length > 0) {
    console.error(USAGE)
    return 2
  }
  // The database is all it needs; the application's secrets may stay away from it.
  const { DATABASE_URL, PLINTH_DATA_DIR } = processEnvironment()
  const config = loadConfig({ DATABASE_URL, PLINTH_DATA_DIR })
  const database = await locateDatabase(config)
  const db = openDatabase({
    url: database.url,
    poolMax: 1,
    log: createLogger({ ...config, logLevel: 'error' }),
    applicationName: 'plinth audit',
  })
  try {
    return await verify(db, tenant)
  } finally {
    await closeDatabase(db)
    await database.release()
  }
}

process.exitCode = await main()
