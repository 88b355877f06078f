/** The customer's name and email, as far as the configuration lets them be changed. */
import type { World } from '../../world.ts'
import { FormFault } from '../pages/fields.ts'
import type { Form } from '../pages/serve.ts'
import type { Portal } from './access.ts'

export function changeDetails(world: World, { customer, features }: Portal, form: Form): void {
  const allowed = features.customer_update.allowed_updates
  const [name, email] = [(form.name ?? '').trim(), (form.email ?? '').trim()]
  if (allowed.includes('name') && !name) throw new FormFault('Type a name.', 'name')
  if (allowed.includes('email') && !/^[^\s@]+@[^\s@]+$/.test(email))
    throw new FormFault('Type an email address.', 'email')
  const changes = { ...(allowed.includes('name') ? { name } : {}), ...(allowed.includes('email') ? { email } : {}) }
  world.update('customer', customer.id, changes, 'customer.updated')
}
