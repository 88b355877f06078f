/**
 * Each request has an id that its answer and its log line carry. A trusted proxy may bring one along, so that a trace
 * spans both; from anybody else the header is ignored, or strangers could make their lines look like another's.
 */
import type { IncomingMessage } from 'node:http'
import { newId } from '../ids.ts'

const WELL_FORMED = /^[\w.-]{8,64}$/

export function requestIdsFor(trusts: (address: string | undefined) => boolean): (raw: IncomingMessage) => string {
  return (raw) => {
    const given = raw.headers['x-request-id']
    if (given === undefined) return newId()
    const id = String(given)
    return trusts(raw.socket.remoteAddress) && WELL_FORMED.test(id) ? id : newId()
  }
}
