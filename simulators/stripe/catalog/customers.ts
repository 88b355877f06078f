/** Customers: whose subscriptions and cards everything else belongs to. */
import { randomText } from '../core/ids.ts'
import { attachPaymentMethod, customerDeleted } from '../engine/index.ts'
import { type Operations, type Stored, StripeFault, type World } from '../world.ts'
import {
  addressOf,
  changesOf,
  inRange,
  matches,
  metadataOf,
  notSimulated,
  type Params,
  refuse,
  text,
} from './fields.ts'

type Customer = Stored<'customer'>
type Shipping = NonNullable<Customer['shipping']>
type InvoiceSettings = Customer['invoice_settings']

const NOT_SIMULATED = ['cash_balance', 'default_source', 'source', 'tax', 'tax_id_data']
const NO_INVOICE_SETTINGS: InvoiceSettings = {
  custom_fields: null,
  default_payment_method: null,
  footer: null,
  rendering_options: null,
}

function shippingOf(given: (Pick<Shipping, 'name' | 'address'> & { phone?: string }) | '' | null): Shipping | null {
  if (!given) return null
  const { address, name, phone } = given
  return { address: addressOf(address) as NonNullable<Shipping['address']>, name, phone: text(phone) } as Shipping
}

type Rendering = InvoiceSettings['rendering_options']

function renderingOf(given: Partial<NonNullable<Rendering>> | '' | null | undefined, current: Rendering): Rendering {
  if (given === undefined) return current
  return given ? { amount_tax_display: text(given.amount_tax_display), template: text(given.template) } : null
}

/** The card that invoices are charged to has to be the customer's own. */
function settingsOf(world: World, id: string, given: Partial<InvoiceSettings>, current: InvoiceSettings) {
  const method = given.default_payment_method
  if (method && world.need('payment_method', method, 'invoice_settings[default_payment_method]').customer !== id) {
    throw refuse(
      `The customer does not have a payment method with the ID ${method}. The payment method must be attached to the customer.`,
      'invoice_settings[default_payment_method]',
      'resource_missing',
    )
  }
  return {
    custom_fields: given.custom_fields === undefined ? current.custom_fields : given.custom_fields || null,
    default_payment_method: method === undefined ? current.default_payment_method : text(method),
    footer: given.footer === undefined ? current.footer : text(given.footer),
    rendering_options: renderingOf(given.rendering_options, current.rendering_options),
  } as InvoiceSettings
}

function assertEmail(email: string | undefined): void {
  if (email && !/^\S+@\S+$/.test(email)) throw refuse(`Invalid email address: ${email}`, 'email', 'email_invalid')
}

function fieldsOf(params: Params): Partial<Customer> {
  notSimulated(params, NOT_SIMULATED)
  assertEmail(params.email as string | undefined)
  return changesOf<Customer>(params, {
    address: addressOf,
    balance: Number,
    business_name: text,
    description: text,
    email: text,
    individual_name: text,
    invoice_prefix: String,
    name: text,
    next_invoice_sequence: Number,
    phone: text,
    preferred_locales: (given: string[]) => given,
    shipping: shippingOf,
    tax_exempt: (given) => given || 'none',
  } as Parameters<typeof changesOf<Customer>>[1])
}

export function createCustomer(world: World, params: Params): Customer {
  const clock: string | undefined = params.test_clock
  if (clock) world.need('test_helpers.test_clock', clock, 'test_clock')
  const id = world.newId('cus_')
  world.save('customer', {
    id,
    object: 'customer',
    address: null,
    balance: 0,
    created: world.now({ test_clock: clock }),
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: randomText(8).toUpperCase(),
    invoice_settings: NO_INVOICE_SETTINGS,
    livemode: false,
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    ...fieldsOf(params),
    metadata: metadataOf(params.metadata),
    test_clock: clock ?? null,
  })
  if (params.payment_method) attachPaymentMethod(world, params.payment_method, id)
  const invoice_settings = settingsOf(world, id, params.invoice_settings ?? {}, NO_INVOICE_SETTINGS)
  const customer = world.update('customer', id, { invoice_settings })
  world.emit('customer.created', customer)
  return customer
}

function update(world: World, id: string, params: Params): Customer {
  const customer = world.need('customer', id)
  const changes = {
    ...fieldsOf(params),
    metadata: metadataOf(params.metadata, customer.metadata ?? {}),
    invoice_settings: settingsOf(world, id, params.invoice_settings ?? {}, customer.invoice_settings),
  }
  return world.update('customer', id, changes, 'customer.updated')
}

/** Its subscriptions end with it, its cards belong to nobody. */
export function deleteCustomer(world: World, id: string): object {
  world.need('customer', id)
  customerDeleted(world, id)
  for (const method of world.table('payment_method').filter(({ customer }) => customer === id)) {
    world.update('payment_method', method.id, { customer: null })
  }
  world.emit('customer.deleted', world.need('customer', id))
  world.remove('customer', id)
  return { id, object: 'customer', deleted: true }
}

function retrieve(world: World, id: string): object {
  if (world.wasRemoved('customer', id)) return { id, object: 'customer', deleted: true }
  return world.need('customer', id)
}

export const customerOperations: Operations = {
  'POST /v1/customers': ({ world, params }) => createCustomer(world, params),
  'GET /v1/customers/{id}': ({ world, path }) => retrieve(world, path.id as string),
  'POST /v1/customers/{id}': ({ world, params, path }) => update(world, path.id as string, params),
  'DELETE /v1/customers/{id}': ({ world, path }) => deleteCustomer(world, path.id as string),
  'GET /v1/customers': ({ world, params }) =>
    world
      .table('customer')
      .filter(
        (customer) =>
          matches(customer.email, params.email) &&
          matches(customer.test_clock, params.test_clock) &&
          inRange(customer.created, params.created),
      )
      .reverse(),
  'DELETE /v1/customers/{id}/discount': ({ world, path }) => {
    const { id, discount } = world.need('customer', path.id as string)
    if (!discount) throw new StripeFault(404, { code: 'resource_missing', message: 'No active discount', param: 'id' })
    world.update('customer', id, { discount: null }, 'customer.updated')
    return { ...discount, deleted: true }
  },
}
