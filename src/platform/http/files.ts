/**
 * Files of a built folder, served from a list that is read once: what is not on the list does not exist, so no path can
 * lead out of the folder, to a dot file or to a source map.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}
const COMPRESSIBLE = /^(?:text|image\/svg|application\/(?:json|manifest))/
const WORTH_COMPRESSING_BYTES = 1024
/** Nearly as small as the highest quality, in a tenth of its time. */
const BROTLI_QUALITY = 6

export interface ServedFile {
  type: string
  etag: string
  /** By content encoding; `identity` is always there. */
  bodies: Partial<Record<'identity' | 'gzip' | 'br', Buffer>> & { identity: Buffer }
}

/** Paths below a folder, with `/` between their parts; none when it does not exist. */
export async function servablePaths(folder: string): Promise<Set<string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
  return new Set(paths.filter(isServable))
}

function isServable(path: string): boolean {
  return extname(path) in TYPES && !path.split('/').some((part) => part.startsWith('.'))
}

/** Compressing pays for what is kept, not for a file that is read anew for each request. */
export async function readServedFile(folder: string, path: string, compress: boolean): Promise<ServedFile> {
  return servedFile(path, await readFile(join(folder, path)), compress)
}

export async function servedFile(path: string, identity: Buffer, compress: boolean): Promise<ServedFile> {
  const type = TYPES[extname(path)] as string
  const etag = `"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`
  if (!compress || !COMPRESSIBLE.test(type) || identity.length < WORTH_COMPRESSING_BYTES) {
    return { type, etag, bodies: { identity } }
  }
  const [zipped, brotli] = await Promise.all([
    promisify(gzip)(identity),
    promisify(brotliCompress)(identity, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
  ])
  return { type, etag, bodies: { identity, gzip: zipped, br: brotli } }
}

/** The best encoding the client says it understands. */
function encodingFor(file: ServedFile, accepted: string | undefined): 'identity' | 'gzip' | 'br' {
  if (accepted === undefined || file.bodies.br === undefined) return 'identity'
  const names = accepted.split(',').map((part) => part.trim())
  // A weight of 0 refuses an encoding; other weights are not worth obeying for three choices.
  const accepts = (name: string) =>
    names.some((given) => given === name || (given.startsWith(`${name};`) && !/q=0(?:\.0*)?$/.test(given)))
  return accepts('br') ? 'br' : accepts('gzip') ? 'gzip' : 'identity'
}

export function sendFile(request: FastifyRequest, reply: FastifyReply, file: ServedFile, caching: string): void {
  const encoding = encodingFor(file, request.headers['accept-encoding'])
  reply.header('cache-control', caching).header('etag', file.etag).header('vary', 'Accept-Encoding, Origin')
  if (request.headers['if-none-match'] === file.etag) {
    reply.code(304).send()
    return
  }
  if (encoding !== 'identity') reply.header('content-encoding', encoding)
  reply.type(file.type).send(file.bodies[encoding])
}
