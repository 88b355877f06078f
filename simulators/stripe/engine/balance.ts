/** How a customer stands: the balance (below zero is credit, above zero comes with the next invoice), delinquent or not. */
import type { Stored, World } from '../world.ts'
import type { BalanceTransaction } from './objects.ts'

interface Adjustment {
  amount: number
  currency: string
  type: BalanceTransaction['type']
  description?: string | null
  metadata?: Record<string, string>
  invoice?: string
  credit_note?: string
}

export function adjustBalance(
  world: World,
  customerId: string,
  { amount, currency, type, description = null, metadata = {}, invoice, credit_note }: Adjustment,
): Stored<'customer_balance_transaction'> {
  const customer = world.need('customer', customerId, 'customer')
  const ending_balance = customer.balance + amount
  const transaction = world.save('customer_balance_transaction', {
    id: world.newId('cbtxn_'),
    object: 'customer_balance_transaction',
    amount,
    checkout_session: null,
    created: world.now(customer),
    credit_note: credit_note ?? null,
    currency,
    customer: customerId,
    customer_account: null,
    description,
    ending_balance,
    invoice: invoice ?? null,
    livemode: false,
    metadata,
    type,
  })
  world.update('customer', customerId, { balance: ending_balance }, 'customer.updated')
  return transaction
}

/** By the last thing that became of any invoice of the customer's; a deleted one is nothing any more. */
export function setDelinquent(world: World, { customer }: { customer: string | null }, delinquent: boolean): void {
  if (!customer || !world.table('customer').get(customer)) return
  world.update('customer', customer, { delinquent }, 'customer.updated')
}
