/**
 * Turns the text of the environment into values of the declared types, collecting what is wrong instead of stopping at
 * the first fault.
 */
import { isIP } from 'node:net'
import { Environment, type EnvironmentName, type Form, TEST_PREFIX, type VariableNotes } from './environment.ts'

export interface Fault {
  variable: string
  problem: string
  remedy: string
}

type Defaulted =
  | 'NODE_ENV'
  | 'PORT'
  | 'HOST'
  | 'PLINTH_DOCS'
  | 'PLINTH_SHUTDOWN_DELAY_SECONDS'
  | 'PLINTH_MAX_EVENT_LOOP_DELAY_MS'
  | 'PLINTH_DATA_DIR'
  | 'PLINTH_JWT_ALGORITHM'
  | 'PLINTH_EMAIL_VERIFICATION'
  | 'PLINTH_ACCESS_TOKEN_MINUTES'
  | 'PLINTH_REFRESH_TOKEN_DAYS'
  | 'PLINTH_REFRESH_ABSOLUTE_DAYS'
  | 'PLINTH_REFRESH_GRACE_SECONDS'
  | 'PLINTH_PASSWORD_MIN_LENGTH'
  | 'PLINTH_LOGIN_RATE_PER_MINUTE'
  | 'PLINTH_RATE_PER_MINUTE'
  | 'PLINTH_WORKER'
  | 'PLINTH_SEED'
  | 'LOG_LEVEL'
type Values = Environment & Required<Pick<Environment, Defaulted>>

type Variable = VariableNotes & { type?: string; enum?: readonly string[]; minimum?: number; maximum?: number }
const variables = Environment.properties as unknown as Record<string, Variable>

export function readVariables(env: Record<string, string | undefined>, faults: Fault[]): Values {
  const environment = environmentName(env.NODE_ENV)
  const values: Record<string, unknown> = {}
  for (const [name, variable] of Object.entries(variables)) {
    const given = env[name]?.trim()
    const fallback = variable.defaults?.[environment] ?? variable.default
    // Compose files and shells pass on unset variables as empty text.
    values[name] = given ? (parsed(name, faults, () => read(given, variable)) ?? fallback) : fallback
  }
  reportUnknown(env, faults)
  return values as Values
}

/** Runs a reader; what it throws becomes a fault of the variable, so the reader's words must not contain the value. */
export function parsed<T>(name: string, faults: Fault[], read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    faults.push({ variable: name, problem: (error as Error).message, remedy: remedyOf(name) })
    return undefined
  }
}

export function remedyOf(name: string): string {
  const variable = variables[name]
  if (variable?.remedy) return variable.remedy
  if (variable?.enum) return `Set it to ${variable.enum.join(', ')}.`
  if (variable?.type === 'boolean') return 'Set it to true or false.'
  if (variable?.type === 'integer') return `Set it to a whole number from ${variable.minimum} to ${variable.maximum}.`
  return variable?.example ? `For example ${variable.example}.` : 'See .env.example.'
}

function environmentName(given: string | undefined): EnvironmentName {
  const name = given?.trim()
  // An unknown name is reported as a fault of its own; the strictest rules apply to the rest.
  return name === 'development' || !name ? 'development' : name === 'test' ? 'test' : 'production'
}

function read(text: string, variable: Variable): unknown {
  if (variable.enum) return oneOf(text, variable.enum)
  switch (variable.type) {
    case 'integer':
      return integer(text, variable.minimum as number, variable.maximum as number)
    case 'boolean':
      return oneOf(text.toLowerCase(), ['true', 'false', '1', '0']) === 'true' || text === '1'
    case 'array':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '')
        .map((item) => shaped(item, variable.form))
    default:
      return shaped(text, variable.form)
  }
}

function oneOf(text: string, allowed: readonly string[]): string {
  if (!allowed.includes(text)) throw new Error('has an unknown value.')
  return text
}

function integer(text: string, minimum: number, maximum: number): number {
  const value = Number(text)
  if (!/^-?\d+$/.test(text)) throw new Error('is not a whole number.')
  if (value < minimum || value > maximum) throw new Error('is out of range.')
  return value
}

function shaped(text: string, form: Form | undefined): string {
  if (form !== undefined) {
    const result = SHAPES[form](text)
    if (result === false) throw new Error('is not well formed.')
    if (typeof result === 'string') return result
  }
  return text
}

/** Each answers whether a text has the form; a text in return is the normal way to write it. */
const SHAPES: Record<Form, (text: string) => boolean | string> = {
  origin: (text) => {
    const url = URL.parse(text)
    if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return false
    // Browsers send no such origin, so it would never match, and whoever wrote it believes that it does.
    if (url.hostname.includes('*')) return false
    return url.pathname === '/' && !url.search && !url.hash ? url.origin : false
  },
  network: (text) => {
    if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true
    const [address = '', prefix, ...rest] = text.split('/')
    const family = isIP(address)
    if (family === 0 || rest.length > 0) return false
    return prefix === undefined || (/^\d+$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128))
  },
  'postgres-url': (text) => {
    const url = URL.parse(text)
    if (!url || !/^postgres(ql)?:$/.test(url.protocol)) return false
    const mode = url.searchParams.get('sslmode')
    const modes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']
    return mode === null || modes.includes(mode)
  },
  'redis-url': (text) => /^rediss?:$/.test(URL.parse(text)?.protocol ?? ''),
  'smtp-url': (text) => /^smtps?:$/.test(URL.parse(text)?.protocol ?? ''),
  'http-url': (text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''),
  mailbox: (text) => /^(?:[^<>"\r\n]+<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/.test(text),
  'stripe-key': (text) => /^(?:sk|rk)_\w+$/.test(text),
  'stripe-price': (text) => /^(?:price|plan)_\w+$/.test(text),
  'stripe-webhook-secret': (text) => text.split(',').every((secret) => /^whsec_\S+$/.test(secret.trim())),
}

/** A misspelt name would silently leave its setting at the default, so our own prefix is closed. */
function reportUnknown(env: Record<string, string | undefined>, faults: Fault[]): void {
  for (const name of Object.keys(env)) {
    if (!name.startsWith('PLINTH_') || name.startsWith(TEST_PREFIX) || name in variables) continue
    const near = Object.keys(variables).find((known) => distance(known, name) <= 3)
    faults.push({
      variable: name,
      problem: 'is not a setting of Plinth.',
      remedy: near ? `Did you mean ${near}?` : 'Remove it, or see .env.example for the names.',
    })
  }
}

/** Levenshtein distance: how many letters to change until one name is the other. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i++) {
    const next = [i]
    for (let j = 1; j <= right.length; j++) {
      const change = (row[j - 1] as number) + (left[i - 1] === right[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[right.length] as number
}
