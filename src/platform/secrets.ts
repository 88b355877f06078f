/**
 * Secrets we hand out have 256 bits, so their plain SHA-256 is safe to store: there is nothing to guess. Keys we use
 * ourselves are derived from one root, one per purpose, so that no key ever serves two.
 */
import { createHash, hkdfSync, randomBytes } from 'node:crypto'

const SECRET_BYTES = 32

export function newSecret(prefix = ''): { secret: string; hash: Buffer } {
  const secret = prefix + randomBytes(SECRET_BYTES).toString('base64url')
  return { secret, hash: hashSecret(secret) }
}

export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

/** 32 bytes by HKDF-SHA256 (RFC 5869); the purpose names the use and its version, for example `access-token:v1`. */
export function deriveKey(root: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', root, 'plinth', purpose, 32))
}
