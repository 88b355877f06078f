/**
 * Passwords: argon2id with the parameters OWASP asks for (19 MiB, 2 passes, 1 lane), hashed a few at a time so that a
 * crowd at the sign-in page leaves the processor to everybody else. Hashes of older systems (bcrypt) verify and are
 * replaced at the next sign-in.
 */
import { randomBytes } from 'node:crypto'
import { hash as argon2Hash, verify as argon2Verify, parseOptions } from '@node-rs/argon2'
import { Refusal } from '#platform/errors.ts'

const MEMORY_KIB = 19_456
const PASSES = 2
const LANES = 1
const PARAMETERS = { memoryCost: MEMORY_KIB, timeCost: PASSES, parallelism: LANES }

/** bcrypt ignores what comes after, so two long passwords would be one. */
const BCRYPT_MAX_BYTES = 72

/** At about 9 ms a hash, the last in the queue waits a second. */
const MAX_WAITING = 100

export interface Passwords {
  hash(password: string): Promise<string>
  /** With no stored hash it does the same work and answers `false`, so that timing tells nothing about an account. */
  verify(stored: string | null | undefined, password: string): Promise<boolean>
  needsUpgrade(stored: string): boolean
}

export function createPasswords({ concurrency }: { concurrency: number }): Passwords {
  const limit = gate(concurrency)
  const decoy = decoyHash()

  return {
    hash: (password) => limit(() => argon2Hash(canonical(password), PARAMETERS)),

    verify: (stored, password) =>
      limit(async () => {
        const secret = canonical(password)
        if (!stored) {
          await argon2Verify(decoy, secret)
          return false
        }
        if (isBcrypt(stored)) {
          if (Buffer.byteLength(secret) > BCRYPT_MAX_BYTES) return false
          const bcrypt = await import('@node-rs/bcrypt')
          return bcrypt.verify(secret, stored)
        }
        return argon2Verify(stored, secret)
      }),

    needsUpgrade(stored) {
      if (isBcrypt(stored)) return true
      const used = parseOptions(stored)
      return used.memoryCost !== MEMORY_KIB || used.timeCost !== PASSES || used.parallelism !== LANES
    },
  }
}

/** The hash of nothing that anybody could type: verifying a password against it is the same work as against a real one. */
function decoyHash(): string {
  const part = (bytes: number) => randomBytes(bytes).toString('base64').replaceAll('=', '')
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${part(16)}$${part(32)}`
}

/** The same password typed on two keyboards may differ in how its letters are composed; NFKC makes them one. */
function canonical(password: string): string {
  return password.normalize('NFKC')
}

function isBcrypt(stored: string): boolean {
  return /^\$2[aby]\$/.test(stored)
}

/** Runs a few at a time, in the order asked; refuses with 503 when too many wait. */
function gate(concurrency: number) {
  let running = 0
  const waiting: (() => void)[] = []
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= concurrency) {
      if (waiting.length >= MAX_WAITING) {
        throw new Refusal(503, 'OVERLOADED', 'Too many people are signing in right now. Try again in a moment.', {
          headers: { 'retry-after': '2' },
        })
      }
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    running++
    try {
      return await work()
    } finally {
      running--
      waiting.shift()?.()
    }
  }
}
