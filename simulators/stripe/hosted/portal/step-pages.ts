/** The short pages of the portal: ending the plan, a new card, the billing details. */
import type { Stored, World } from '../../world.ts'
import { cardFields, fillForm } from '../pages/card-fields.ts'
import { type FormState, field } from '../pages/fields.ts'
import { html } from '../pages/html.ts'
import { alert, hidden } from '../pages/layout.ts'
import { productName } from '../pages/prices.ts'
import { dateText } from '../pages/words.ts'
import { type Portal, periodEnd } from './access.ts'
import { REASONS } from './cancel.ts'
import { at, portalPage, wayOut } from './frame.ts'

type Subscription = Stored<'subscription'>

export function cancelPage(world: World, portal: Portal, subscription: Subscription, token: string): string {
  const { mode, cancellation_reason: reason } = portal.features.subscription_cancel
  const [item] = subscription.items.data
  const name = item ? productName(world, item.price) : 'The plan'
  return portalPage(
    portal,
    'Cancel the plan',
    html`<p>${
      mode === 'immediately'
        ? `${name} ends now.`
        : `${name} stays available until ${dateText(periodEnd(subscription))} and then ends. You can change your mind until then.`
    }</p>
<form method="post" action="${at(portal, '/cancel')}" class="stack" data-once>
${hidden('token', token)}${hidden('subscription', subscription.id)}
${
  reason.enabled &&
  html`<fieldset class="choices"><legend>Why? (optional)</legend>
${reason.options.map(
  (option) => html`<label><input type="radio" name="feedback" value="${option}"> ${REASONS[option] ?? option}</label>`,
)}</fieldset>
<div class="field"><label for="comment">Anything else (optional)</label><textarea id="comment" name="comment" rows="3" maxlength="500"></textarea></div>`
}
<div class="actions"><button class="danger" data-busy="Working…">Cancel ${name}</button><a class="button quiet" href="${wayOut(portal)}">Keep the plan</a></div>
</form>`,
  )
}

export function cardPage(
  world: World,
  portal: Portal,
  subscription: string | null,
  token: string,
  state: FormState,
  notice?: string,
): string {
  const query = subscription ? `?subscription=${subscription}` : ''
  return portalPage(
    portal,
    subscription ? 'Change the card of this plan' : 'Set the default card',
    html`${fillForm(at(portal, '/card'))}
${state.fault?.field === null && alert(state.fault.message)}
<form method="post" action="${at(portal, `/card${query}`)}" class="stack" data-once>
${hidden('token', token)}
${cardFields(world, state)}
<div class="actions"><button class="primary" data-busy="Working…">Save the card</button><a class="button quiet" href="${wayOut(portal)}">Leave it as it is</a></div>
</form>`,
    notice,
  )
}

export const detailsPage = (portal: Portal, token: string, state: FormState): string =>
  portalPage(
    portal,
    'Billing details',
    html`<form method="post" action="${at(portal, '/details')}" class="stack" data-once>
${hidden('token', token)}
${portal.features.customer_update.allowed_updates.includes('name') && field(state, { name: 'name', label: 'Name' })}
${portal.features.customer_update.allowed_updates.includes('email') && field(state, { name: 'email', label: 'Email', type: 'email' })}
<div class="actions"><button class="primary">Save the details</button><a class="button quiet" href="${wayOut(portal)}">Leave them as they are</a></div>
</form>`,
  )
