/** Webhook endpoints and the event log that they listen to. */
import type { Operations, Stored, World } from '../world.ts'
import { inRange, matches, metadataOf, notSimulated, type Params, refuse, text } from './fields.ts'

type Endpoint = Stored<'webhook_endpoint'>

/** The secret is shown once, in the answer that made it. */
function withoutSecret({ secret: _, ...shown }: Endpoint): Omit<Endpoint, 'secret'> {
  return shown
}

function assertAddress(url: string): void {
  const protocol = URL.parse(url)?.protocol
  if (protocol === 'http:' || protocol === 'https:') return
  throw refuse('Invalid URL: An explicit scheme (such as https) must be provided.', 'url', 'url_invalid')
}

function create(world: World, params: Params): Endpoint {
  notSimulated(params, ['connect'])
  assertAddress(params.url)
  return world.save('webhook_endpoint', {
    id: world.newId('we_'),
    object: 'webhook_endpoint',
    api_version: params.api_version ?? null,
    application: null,
    created: world.now(),
    description: text(params.description),
    enabled_events: params.enabled_events,
    livemode: false,
    metadata: metadataOf(params.metadata),
    secret: world.settings.webhookSecret ?? world.newId('whsec_'),
    status: 'enabled',
    url: params.url,
  })
}

function update(world: World, id: string, params: Params): object {
  const endpoint = world.need('webhook_endpoint', id)
  if (params.url !== undefined) assertAddress(params.url)
  const changes = {
    description: params.description === undefined ? endpoint.description : text(params.description),
    enabled_events: params.enabled_events ?? endpoint.enabled_events,
    metadata: metadataOf(params.metadata, endpoint.metadata),
    ...(params.disabled !== undefined && { status: params.disabled ? 'disabled' : 'enabled' }),
    url: params.url ?? endpoint.url,
  }
  return withoutSecret(world.update('webhook_endpoint', id, changes))
}

function remove(world: World, id: string): object {
  world.need('webhook_endpoint', id)
  world.remove('webhook_endpoint', id)
  return { id, object: 'webhook_endpoint', deleted: true }
}

export const webhookOperations: Operations = {
  'POST /v1/webhook_endpoints': ({ world, params }) => create(world, params),
  'GET /v1/webhook_endpoints/{id}': ({ world, path }) =>
    withoutSecret(world.need('webhook_endpoint', path.id as string)),
  'POST /v1/webhook_endpoints/{id}': ({ world, params, path }) => update(world, path.id as string, params),
  'DELETE /v1/webhook_endpoints/{id}': ({ world, path }) => remove(world, path.id as string),
  'GET /v1/webhook_endpoints': ({ world }) => [...world.table('webhook_endpoint').all()].reverse().map(withoutSecret),
  'GET /v1/events/{id}': ({ world, path }) => world.need('event', path.id as string),
  'GET /v1/events': ({ world, params }) => {
    if (params.type !== undefined && params.types !== undefined) {
      throw refuse('You may pass either type or types, but not both.', 'type')
    }
    return world
      .table('event')
      .filter(
        (event) =>
          isOfType(event.type, params.type) &&
          (params.types === undefined || params.types.includes(event.type)) &&
          matches(event.pending_webhooks === 0, params.delivery_success) &&
          inRange(event.created, params.created),
      )
      .reverse()
  },
}

/** `customer.*` stands for all that begin so. */
const isOfType = (type: string, asked: string | undefined): boolean =>
  asked === undefined || (asked.endsWith('*') ? type.startsWith(asked.slice(0, -1)) : type === asked)
