/** `npm run jobs -- dead | replay <id>`: what failed for good, and giving it another chance. */
import { listDeadLetters, replay } from '#jobs'
import { loadConfig, processEnvironment } from '#platform/config.ts'
import { closeDatabase, openDatabase } from '#platform/db/database.ts'
import { locateDatabase } from './database-url.ts'

const [command, id] = process.argv.slice(2)
if (command !== 'dead' && !(command === 'replay' && id)) {
  process.stderr.write('Usage: npm run jobs -- dead | replay <id>\n')
  process.exit(2)
}

const { DATABASE_URL, PLINTH_DATA_DIR } = processEnvironment()
const database = await locateDatabase(loadConfig({ DATABASE_URL, PLINTH_DATA_DIR }))
const db = openDatabase({ url: database.url, poolMax: 1, log: console, applicationName: 'plinth-jobs' })
try {
  if (command === 'dead') {
    const letters = await listDeadLetters(db)
    for (const letter of letters) process.stdout.write(`${JSON.stringify(letter)}\n`)
    process.stdout.write(letters.length === 0 ? 'No dead letters.\n' : `${letters.length} dead letters.\n`)
  } else if (await replay(db, id as string)) {
    process.stdout.write(`${id} is on the queue again.\n`)
  } else {
    process.stderr.write(`There is no dead letter ${id}.\n`)
    process.exitCode = 1
  }
} finally {
  await closeDatabase(db)
  await database.release()
}
