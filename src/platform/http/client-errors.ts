/**
 * Answers to what never becomes a request: broken HTTP, headers that are too large, senders that are too slow, CONNECT.
 * Written to the socket by hand, with the same headers and the same kind of body as everything else.
 */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Logger } from '../log.ts'
import { problemDocument, problemHeaders } from './problem.ts'
import { STATUS_CODES } from './status-codes.ts'

const LINGER_MS = 500

export interface RawAnswers {
  onClientError(error: Error & { code?: string }, socket: Socket): void
  onConnect(request: IncomingMessage, socket: Duplex): void
}

export function rawAnswers(log: Logger, headers: Record<string, string>, appUrl: string): RawAnswers {
  function answer(socket: Duplex, refusal: Refusal, method: string | null): void {
    const id = newId()
    const body = problemDocument(refusal, id, appUrl)
    const lines = Object.entries({
      ...headers,
      ...problemHeaders(refusal),
      'x-request-id': id,
      'content-length': String(body.length),
      connection: 'close',
    }).map(([name, value]) => `${name}: ${value}\r\n`)
    const head = `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\n${lines.join('')}\r\n`
    socket.end(Buffer.concat([Buffer.from(head, 'latin1'), body]))
    // Closing at once would reset the connection while the sender still writes, and the answer would be lost with it.
    setTimeout(() => socket.destroy(), LINGER_MS).unref()
    const ip = (socket as Partial<Socket>).remoteAddress
    log.info({ request_id: id, method, route: null, status: refusal.status, duration_ms: 0, ip }, 'request')
  }

  return {
    onClientError(error, socket) {
      if (error.code === 'ECONNRESET' || !socket.writable || answerHasBegun(socket)) {
        socket.destroy()
        return
      }
      answer(socket, refusalFor(error.code), null)
    },
    onConnect(_request, socket) {
      answer(socket, new Refusal(405, 'METHOD_NOT_ALLOWED', 'This is not a proxy.'), 'CONNECT')
    },
  }
}

function refusalFor(code: string | undefined): Refusal {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Refusal(431, 'HEADERS_TOO_LARGE', 'The headers are larger than 16 KB.')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Refusal(408, 'REQUEST_TIMEOUT', 'The request did not arrive in time.')
    default:
      return new Refusal(400, 'MALFORMED_REQUEST', 'This is not well-formed HTTP.')
  }
}

/** Bytes between two halves of an answer would be read as part of it. */
function answerHasBegun(socket: Socket): boolean {
  const { _httpMessage: message } = socket as Socket & { _httpMessage?: { headersSent: boolean } }
  return message?.headersSent === true
}
