/**
 * Secrets that can be replaced without an outage: `v2:<new>,v1:<old>` signs with the first and accepts all. A bare value
 * is version 1, so that the first rotation of an old deployment only has to put `v1:` in front of what it had.
 */
import { createPrivateKey } from 'node:crypto'

export interface VersionedSecret {
  version: string
  value: string
}

const VERSIONED = /^v[1-9]\d{0,5}:/

/** Throws with words that never contain the value. */
export function versionedSecrets(text: string): VersionedSecret[] {
  if (!VERSIONED.test(text)) return [{ version: 'v1', value: text }]
  const secrets = text.split(',').map((part) => {
    const entry = part.trim()
    if (!VERSIONED.test(entry)) throw new Error('mixes versioned and bare values.')
    const at = entry.indexOf(':')
    return { version: entry.slice(0, at), value: entry.slice(at + 1) }
  })
  if (secrets.some(({ value }) => value === '')) throw new Error('has a version without a value.')
  if (new Set(secrets.map(({ version }) => version)).size < secrets.length) throw new Error('names a version twice.')
  if (new Set(secrets.map(({ value }) => value)).size < secrets.length) throw new Error('has the same value twice.')
  return secrets
}

export function privateKeys(text: string | undefined, algorithm: 'EdDSA' | 'RS256'): VersionedSecret[] {
  if (text === undefined) throw new Error(`is missing, and ${algorithm} needs it.`)
  return versionedSecrets(text).map(({ version, value }) => ({ version, value: signingKey(value, algorithm) }))
}

function signingKey(text: string, algorithm: 'EdDSA' | 'RS256'): string {
  // One line is all many secret stores allow: newlines arrive as \n, or the whole PEM in base64.
  const pem = text.includes('-----BEGIN') ? text.replaceAll('\\n', '\n') : Buffer.from(text, 'base64').toString('utf8')
  let key: ReturnType<typeof createPrivateKey>
  try {
    key = createPrivateKey(pem)
  } catch {
    throw new Error('is not a readable private key.')
  }
  const wanted = algorithm === 'EdDSA' ? 'ed25519' : 'rsa'
  if (key.asymmetricKeyType !== wanted) throw new Error(`is not the kind of key ${algorithm} uses.`)
  if (wanted === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) {
    throw new Error('is an RSA key of fewer than 2048 bits.')
  }
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** Why a secret can be guessed, or undefined when it looks random enough to be a root of keys. */
export function weakness(value: string): string | undefined {
  if (decodedBytes(value) < 32) return 'is shorter than 32 bytes.'
  if (/change.?me|secret|password|example|default|plinth|insecure|development/i.test(value)) {
    return 'looks like an example instead of a random value.'
  }
  const repeats = (value + value).indexOf(value, 1) < value.length
  if (repeats || entropyBits(value) < 128) return 'is too regular to be random.'
  return undefined
}

function decodedBytes(value: string): number {
  if (/^[0-9a-f]+$/i.test(value)) return value.length / 2
  if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(value)) return Math.floor((value.replace(/=+$/, '').length * 3) / 4)
  return Buffer.byteLength(value)
}

/** Shannon entropy of the letters as they occur, times the length: an upper bound that catches typed and copied text. */
function entropyBits(value: string): number {
  const counts = new Map<string, number>()
  for (const letter of value) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= count * Math.log2(count / value.length)
  return bits
}
