/**
 * Loaded into the server by `dev`: tells it when the server listens, and ends the server when `dev` is gone, also when
 * that was killed with -9.
 */
import { subscribe } from 'node:diagnostics_channel'
import type { Server } from 'node:net'

process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
// The listener alone would keep the process from ending by itself.
process.channel?.unref()

subscribe('tracing:net.server.listen:asyncEnd', (message) => {
  const address = (message as { server: Server }).server.address()
  if (process.connected && typeof address === 'object') process.send?.({ listensOn: address?.port })
})
