/**
 * The part of the measurements that a check can rely on: processor time relative to FULL in the same run, which says the
 * same on a slow machine as on a fast one. Fails when a request costs more than its aim. About twenty seconds.
 */
import { AIMS, httpTable, measureHttp, type Row } from './http.ts'

/** One more round for a machine that was busy with something else while a row was measured. */
const ATTEMPTS = 2

export async function runGate(): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const rows = await measureHttp({
      rounds: 7,
      seconds: 0.5,
      warmUpSeconds: 1.5,
      rows: ['FULL', 'one project', 'list of 20'],
    })
    console.log(httpTable(rows))
    const dear = rows.filter(isTooDear)
    if (dear.length === 0) return true
    for (const { name, ratio } of dear) {
      console.error(`${name} takes ${ratio.toFixed(2)} times the processor time of FULL; the aim is ${AIMS[name]}.`)
    }
    if (attempt === ATTEMPTS) return false
  }
}

function isTooDear({ name, ratio }: Row): boolean {
  const aim = AIMS[name]
  return aim !== undefined && ratio > aim
}

if (import.meta.main && !(await runGate())) process.exitCode = 1
