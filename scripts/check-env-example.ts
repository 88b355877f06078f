/**
 * Checks that .env.example lists exactly the variables Plinth reads, with their current words; `--write` writes it.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { VARIABLE_GROUPS, type VariableNotes } from '#platform/environment.ts'

type Variable = VariableNotes & { type?: string; enum?: string[]; minimum?: number; maximum?: number }

const HEAD = `# Every setting of Plinth. In development all of them may be left out; production says what it misses.
# Copy this file to .env, or set the variables where the process is started.
# Written by: node scripts/check-env-example.ts --write
`

export function renderExample(): string {
  const groups = Object.entries(VARIABLE_GROUPS).map(([title, group]) => {
    const variables = Object.entries(group.properties as unknown as Record<string, Variable>)
    return `\n# ${title}\n\n${variables.map(([name, variable]) => renderVariable(name, variable)).join('\n')}`
  })
  return HEAD + groups.join('')
}

function renderVariable(name: string, variable: Variable): string {
  const value = variable.default ?? variable.defaults?.development ?? variable.example ?? ''
  return `# ${variable.description}${rangeOf(variable)}${defaultsOf(variable)}\n# ${name}=${value}\n`
}

function rangeOf({ enum: values, minimum, maximum }: Variable): string {
  if (values) return ` One of: ${values.join(', ')}.`
  return minimum === undefined ? '' : ` From ${minimum} to ${maximum}.`
}

function defaultsOf({ defaults }: Variable): string {
  if (!defaults) return ''
  const { development, test, production } = defaults
  if (development === test) return ` Default: ${production} in production, otherwise ${development}.`
  return ` Default: ${development} in development, ${test} in tests, ${production} in production.`
}

/** What is wrong with the text of an example file, in sentences; empty when it is right. */
export function faultsOf(example: string): string[] {
  const named = new Set([...example.matchAll(/^#?\s*([A-Z][A-Z0-9_]*)=/gm)].map((match) => match[1] as string))
  const known = new Set(Object.values(VARIABLE_GROUPS).flatMap((group) => Object.keys(group.properties)))
  const faults = [
    ...[...known].filter((name) => !named.has(name)).map((name) => `.env.example does not list ${name}.`),
    ...[...named].filter((name) => !known.has(name)).map((name) => `.env.example lists ${name}, which nothing reads.`),
  ]
  if (faults.length === 0 && example !== renderExample()) faults.push('.env.example has other words than the schema.')
  return faults
}

if (import.meta.main) {
  const file = fileURLToPath(new URL('../.env.example', import.meta.url))
  if (process.argv.includes('--write')) writeFileSync(file, renderExample())
  const faults = faultsOf(readFileSync(file, 'utf8'))
  for (const fault of faults) console.error(fault)
  if (faults.length > 0) console.error('Write it again with: node scripts/check-env-example.ts --write')
  process.exitCode = faults.length > 0 ? 1 : 0
}
