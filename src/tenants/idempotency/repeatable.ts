import type { FastifyContextConfig, FastifyRequest } from 'fastify'

/** Whether answers of a route are kept for a repeated request. Public routes know nobody to keep them for. */
export function isRepeatable(method: unknown, config: FastifyContextConfig | undefined): boolean {
  if (method === 'GET' || method === 'HEAD') return false
  return config?.access !== undefined && config.access !== 'public' && config.repeatable !== false
}

/** Whether the answer to this very request will be kept. */
export function isToBeKept({ method, headers, routeOptions }: FastifyRequest): boolean {
  return headers['idempotency-key'] !== undefined && isRepeatable(method, routeOptions.config)
}
