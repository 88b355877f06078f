/** Products: what prices are for. */
import type { Operations, Stored, World } from '../world.ts'
import { changesOf, inRange, matches, metadataOf, notSimulated, type Params, refuse, text } from './fields.ts'
import { createPrice, type PriceParams } from './prices.ts'

type Product = Stored<'product'>

function fieldsOf(params: Params): Partial<Product> {
  return changesOf<Product>(params, {
    active: Boolean,
    description: text,
    images: (given: string[] | '') => given || [],
    marketing_features: (given: Product['marketing_features'] | '') => given || [],
    name: String,
    package_dimensions: (given: Product['package_dimensions'] | '') => given || null,
    shippable: Boolean,
    statement_descriptor: text,
    tax_code: text,
    unit_label: text,
    url: text,
  } as Parameters<typeof changesOf<Product>>[1])
}

export function createProduct(world: World, params: Params): Product {
  notSimulated(params, ['tax_details'])
  const id: string = params.id ?? world.newId('prod_')
  if (world.table('product').get(id)) {
    throw refuse(`Product already exists: ${id}`, 'id', 'resource_already_exists')
  }
  const now = world.now()
  const product = world.save('product', {
    id,
    object: 'product',
    active: true,
    created: now,
    default_price: null,
    description: null,
    images: [],
    livemode: false,
    marketing_features: [],
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: null,
    updated: now,
    url: null,
    ...fieldsOf(params),
    name: String(params.name),
    metadata: metadataOf(params.metadata),
  })
  world.emit('product.created', product)
  if (!params.default_price_data) return product
  const price = createPrice(world, { ...(params.default_price_data as object), product: id } as PriceParams)
  return world.update('product', id, { default_price: price.id }, 'product.updated')
}

function update(world: World, id: string, params: Params): Product {
  notSimulated(params, ['tax_details'])
  const product = world.need('product', id)
  const { default_price }: { default_price?: string } = params
  if (default_price && world.need('price', default_price, 'default_price').product !== id) {
    throw refuse(`The price ${default_price} is of another product.`, 'default_price')
  }
  const changes = {
    ...fieldsOf(params),
    ...(default_price !== undefined && { default_price: text(default_price) }),
    metadata: metadataOf(params.metadata, product.metadata),
    updated: world.now(),
  }
  return world.update('product', id, changes, 'product.updated')
}

function remove(world: World, id: string): object {
  const product = world.need('product', id)
  if (world.table('price').find((price) => price.product === id)) {
    throw refuse('This product cannot be deleted because it has one or more user-created prices.', 'id')
  }
  world.emit('product.deleted', product)
  world.remove('product', id)
  return { id, object: 'product', deleted: true }
}

/** A price may bring its product along. */
function priceWithProduct(world: World, params: PriceParams & { product_data?: object }): Stored<'price'> {
  const { product_data, ...own } = params
  const product = product_data ? createProduct(world, product_data).id : own.product
  if (!product) throw refuse('You must specify either product or product_data.', 'product', 'parameter_missing')
  return createPrice(world, { ...own, product })
}

export const productOperations: Operations = {
  'POST /v1/prices': ({ world, params }) => priceWithProduct(world, params),
  'POST /v1/products': ({ world, params }) => createProduct(world, params),
  'GET /v1/products/{id}': ({ world, path }) => world.need('product', path.id as string),
  'POST /v1/products/{id}': ({ world, params, path }) => update(world, path.id as string, params),
  'DELETE /v1/products/{id}': ({ world, path }) => remove(world, path.id as string),
  'GET /v1/products': ({ world, params }) =>
    world
      .table('product')
      .filter(
        (product) =>
          matches(product.active, params.active) &&
          matches(product.shippable, params.shippable) &&
          matches(product.type, params.type) &&
          matches(product.url, params.url) &&
          (params.ids === undefined || params.ids.includes(product.id)) &&
          inRange(product.created, params.created),
      )
      .reverse(),
}
