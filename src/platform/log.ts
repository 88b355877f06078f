/**
 * One JSON line per event. Lines are built from chosen fields; what slips in by name is redacted, and what slips in
 * through the words of an error is scrubbed.
 */
import { createRequire } from 'node:module'
import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino'
import type { Config } from './config.ts'

export type Logger = PinoLogger

type LogConfig = Pick<Config, 'env' | 'logLevel'>

const FLUSH_EVERY_MS = 100
const BUFFER_BYTES = 4096
// A reader of the log that stands still must not make the server wait or grow: beyond this, lines are dropped.
const MAX_WAITING_BYTES = 16 * 1024 * 1024

/**
 * Names under which secrets travel, and the objects that usually carry them. Each path is spelled out because a
 * wildcard makes every line ten times as dear (18 µs instead of 1.7), and lines are written from chosen fields anyway.
 */
const SECRET_NAMES = [
  'password',
  'current_password',
  'new_password',
  'token',
  'access_token',
  'refresh_token',
  'challenge_token',
  'secret',
  'recovery_code',
  'api_key',
  'authorization',
  'cookie',
]
const CARRIERS = ['body', 'data', 'headers', 'input', 'params', 'payload', 'query']

export function createLogger(config: LogConfig, destination: DestinationStream = standardOutput(config)): Logger {
  return pino(
    {
      level: config.logLevel,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError, error: describeError },
      redact: {
        paths: SECRET_NAMES.flatMap((name) => [name, ...CARRIERS.map((carrier) => `${carrier}.${name}`)]),
        censor: '[redacted]',
      },
    },
    destination,
  )
}

/** Only what helps to find the fault: a driver's error also carries the row it failed on, and a client's its request. */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error }
  const { code, constraint, table, status, cause } = error as Error & Record<string, unknown>
  return {
    type: error.name,
    message: scrub(error.message),
    stack: error.stack === undefined ? undefined : scrub(error.stack),
    code,
    status,
    constraint,
    table,
    cause: cause === undefined ? undefined : describeError(cause),
  }
}

const SECRET_SHAPES = [
  /\bey[\w-]{10,}\.[\w-]{10,}\.[\w-]*/g,
  /\b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}/gi,
  /\b(?:plk|sk|rk|whsec)_[\w-]{8,}/g,
  /(?<=:\/\/[^\s:@/]*:)[^\s@/]+(?=@)/g,
  /(?<=\/[^\s?]*\?)[^\s'"]+/g,
  /(?<![\w/.-])(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{40,}(?![\w/.-])/g,
]

/** Takes tokens, keys and passwords in URLs out of words that were written by others. */
export function scrub(text: string): string {
  return SECRET_SHAPES.reduce((scrubbed, shape) => scrubbed.replace(shape, '[redacted]'), text)
}

function standardOutput({ env }: LogConfig): DestinationStream {
  const pretty = env === 'development' && process.stdout.isTTY ? prettyOutput() : undefined
  if (pretty) return pretty
  if (env !== 'production') return pino.destination({ dest: 1, sync: true })

  // Many lines share one write; the rest of a quiet moment follows after FLUSH_EVERY_MS.
  const output = pino.destination({ dest: 1, sync: false, minLength: BUFFER_BYTES, maxLength: MAX_WAITING_BYTES })
  setInterval(() => output.flush(), FLUSH_EVERY_MS).unref()
  return output
}

/** pino-pretty is a development dependency: an installation without it simply logs JSON. */
function prettyOutput(): DestinationStream | undefined {
  try {
    const pretty = createRequire(import.meta.url)('pino-pretty') as (options: object) => DestinationStream
    return pretty({ ignore: 'pid', translateTime: 'SYS:HH:MM:ss', sync: true })
  } catch {
    return undefined
  }
}
