/**
 * `npm run check`: exactly what CI runs, in this order, two steps at a time. It goes on after a failure and says at the
 * end what failed. `npm run check -- floors names` runs only the steps whose names begin so.
 */
import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { ROOT } from './source.ts'

interface Step {
  name: string
  command: string
  /** Turns a failure that is not ours into the reason why the step was skipped. */
  excuse?: (output: string) => string | undefined
}

const steps: Step[] = [
  { name: 'format and lint', command: 'biome check --error-on-warnings --colors=off' },
  { name: 'circles', command: 'node scripts/check-circles.ts' },
  { name: 'floors', command: 'node scripts/check-floors.ts' },
  { name: 'names', command: 'node scripts/check-names.ts' },
  { name: 'sql place', command: 'node scripts/check-sql-place.ts' },
  { name: 'environment readers', command: 'node scripts/check-environment.ts' },
  { name: 'words', command: 'node scripts/check-words.ts' },
  { name: 'types of the server', command: 'tsc --noEmit -p .' },
  { name: 'types of the web app', command: 'tsc --noEmit -p web' },
  { name: 'example of the environment', command: 'node scripts/check-env-example.ts' },
  { name: 'schema is generated', command: 'node src/bin/migrate.ts check' },
  { name: 'openapi and client are generated', command: 'node scripts/check-generated.ts' },
  { name: 'web build', command: 'vite build web --outDir ../.data/check/web --emptyOutDir --logLevel warn' },
  {
    name: 'audit of dependencies',
    command: 'npm audit --omit=dev --audit-level=high --fetch-retries=0 --fetch-timeout=10000 --json',
    excuse: unanswered,
  },
]

/** The check of the code must not fail because a registry is away; findings of one that answers do count. */
function unanswered(output: string): string | undefined {
  const json = /^\{[\s\S]*^\}/m.exec(output)?.[0]
  const answer = JSON.parse(json ?? '{}') as { auditReportVersion?: number; message?: string }
  if (answer.auditReportVersion !== undefined) return undefined
  return `the registry did not answer the question: ${answer.message ?? output.trim()}`
}

type Outcome = 'passed' | 'failed' | 'skipped'

interface Result {
  outcome: Outcome
  seconds: number
  output: string
}

function run({ command, excuse }: Step): Promise<Result> {
  const started = performance.now()
  const [program = '', ...options] = command.split(' ')
  const path = `${join(ROOT, 'node_modules/.bin')}${delimiter}${process.env.PATH}`
  return new Promise((resolve) => {
    const child = spawn(program, options, { cwd: ROOT, env: { ...process.env, PATH: path, NO_COLOR: '1' } })
    let output = ''
    const finish = (outcome: Outcome, text = output) =>
      resolve({ outcome, seconds: (performance.now() - started) / 1000, output: text.trimEnd() })
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    child.on('error', (error) => finish('failed', error.message))
    child.on('close', (code) => {
      const reason = code === 0 ? undefined : excuse?.(output)
      if (code === 0) finish('passed')
      else if (reason === undefined) finish('failed')
      else finish('skipped', reason)
    })
  })
}

const MARKS: Record<Outcome, string> = { passed: 'ok', failed: 'FAILED', skipped: 'skipped' }
const MAX_LINES = 60

function print({ name }: Step, { outcome, seconds, output }: Result): void {
  console.log(`${MARKS[outcome].padEnd(8)}${name.padEnd(34)}${seconds.toFixed(1).padStart(6)} s`)
  const lines = output.split('\n')
  if (outcome === 'skipped') console.log(`        ${lines[0]}`)
  if (outcome !== 'failed') return
  for (const line of lines.slice(0, MAX_LINES)) console.log(`        ${line}`)
  if (lines.length > MAX_LINES) console.log(`        ... and ${lines.length - MAX_LINES} more lines`)
}

async function main(chosen: Step[]): Promise<void> {
  const started = performance.now()
  const waiting = chosen.values()
  const results = new Map<Step, Result>()
  let printed = 0
  const worker = async () => {
    for (const step of waiting) {
      results.set(step, await run(step))
      // In the order of the list, whichever ends first.
      for (let next = chosen[printed]; next && results.has(next); next = chosen[++printed]) {
        print(next, results.get(next) as Result)
      }
    }
  }
  await Promise.all([worker(), worker()])
  const failed = chosen.filter((step) => results.get(step)?.outcome === 'failed')
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`\n${chosen.length - failed.length} of ${chosen.length} steps are fine, ${seconds} s.`)
  if (failed.length === 0) return
  console.log(`Failed: ${failed.map(({ name }) => name).join(', ')}.`)
  process.exitCode = 1
}

const names = process.argv.slice(2)
const chosen = steps.filter(({ name }) => names.length === 0 || names.some((beginning) => name.startsWith(beginning)))
if (chosen.length === 0) {
  console.error(`There is no such step. The steps are: ${steps.map(({ name }) => name).join(', ')}.`)
  process.exitCode = 2
} else {
  await main(chosen)
}
