/**
 * What a password must be: long enough, not on the lists that attackers try first, and more than the person's own name.
 * No rules about kinds of characters (NIST SP 800-63B): they make passwords worse.
 */
import { createRequire } from 'node:module'
import { Refusal } from '#platform/errors.ts'

const MAX_CHARACTERS = 1024
/** What must remain after everything that is known about the person is taken out. */
const OWN_CHARACTERS = 8
const PRODUCT_WORDS = ['plinth']

/** 18,000 of 49,000 words, unpacked when somebody first chooses a password: neither time nor memory is spent before. */
let listed: ReadonlySet<string> | undefined

function isListed(password: string): boolean {
  listed ??= new Set(commonPasswords().filter((common) => common.length >= 8))
  return listed.has(password)
}

function commonPasswords(): readonly string[] {
  const load = createRequire(import.meta.url)
  const { dictionary } = load('@zxcvbn-ts/language-common') as typeof import('@zxcvbn-ts/language-common')
  return (dictionary['passwords-common'] ?? []) as readonly string[]
}

export function assertAcceptablePassword(
  password: string,
  about: { minLength: number; email?: string; names?: readonly string[]; field?: string },
): void {
  const refuse = (code: string, message: string): never => {
    throw new Refusal(400, code, message, { details: [{ field: about.field ?? 'password', message }] })
  }
  const characters = [...password].length
  if (characters < about.minLength) {
    refuse(
      'PASSWORD_TOO_SHORT',
      `Use at least ${about.minLength} characters. A few unrelated words are easy to remember.`,
    )
  }
  if (characters > MAX_CHARACTERS) refuse('PASSWORD_TOO_LONG', `Use at most ${MAX_CHARACTERS} characters.`)

  const folded = password.normalize('NFKC').toLowerCase()
  if (isListed(folded) || isRepetition(folded) || isSequence(folded)) {
    refuse('PASSWORD_BREACHED', 'This password is on the lists that attackers try first. Choose another one.')
  }

  const context = [...PRODUCT_WORDS, about.email?.split('@')[0] ?? '', ...(about.names ?? [])]
    .flatMap((name) => [name, ...name.split(/[^\p{L}\p{N}]+/u)])
    .map((word) => word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, ''))
    .filter((word) => word.length >= 3)
  let rest = folded.replace(/[^\p{L}\p{N}]/gu, '')
  const before = rest
  for (const word of context.sort((a, b) => b.length - a.length)) rest = rest.replaceAll(word, '')
  if (rest !== before && rest.length < OWN_CHARACTERS) {
    refuse('PASSWORD_CONTAINS_CONTEXT', 'This password is made of your own name or address. Choose another one.')
  }
}

/** `abcabcabcabc`, `aaaaaaaaaaaa`, `passwordpassword`. */
function isRepetition(text: string): boolean {
  for (let period = 1; period <= text.length / 2; period++) {
    if (text.length % period === 0 && text.slice(0, period).repeat(text.length / period) === text) {
      return period <= 4 || isListed(text.slice(0, period))
    }
  }
  return false
}

/** `123456789012`, `abcdefghijkl` and their reverses. */
function isSequence(text: string): boolean {
  const keys = ['01234567890123456789', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiopasdfghjklzxcvbnm']
  return keys.some((row) => row.includes(text) || [...row].reverse().join('').includes(text))
}
