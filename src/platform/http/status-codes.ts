/**
 * The names of statuses. `import` of node:http would read each of its exports, and with `WebSocket` load a whole HTTP
 * client: 29 ms and 14 MiB of every start.
 */
export const { STATUS_CODES } = process.getBuiltinModule('node:http')
