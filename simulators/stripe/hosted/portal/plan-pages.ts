/** Choosing another plan, and seeing what it costs before it is confirmed. */

import { amountOf } from '../../engine/pricing.ts'
import type { Stored, World } from '../../world.ts'
import type { Change } from '../objects.ts'
import { type Html, html } from '../pages/html.ts'
import { alert, hidden } from '../pages/layout.ts'
import { priceText, productName } from '../pages/prices.ts'
import { dateText, moneyText } from '../pages/words.ts'
import { cardOf, type Portal, periodEnd } from './access.ts'
import { at, portalPage, wayOut } from './frame.ts'
import { type Offer, offersFor, onlyItem, preview, waitsForPeriodEnd } from './plan.ts'

type Subscription = Stored<'subscription'>

export function choosePage(world: World, portal: Portal, subscription: Subscription, notice?: string): string {
  const item = onlyItem(subscription)
  const offers = offersFor(world, portal, subscription)
  return portalPage(
    portal,
    'Change plan',
    html`<ul class="offers">${offers.map((offer) =>
      offerForm(world, portal, subscription, offer, offer.price.id === item?.price.id, item?.quantity ?? 1),
    )}</ul>
${offers.length === 0 && html`<p class="muted">There is no other plan to choose.</p>`}
<p><a class="back" href="${wayOut(portal)}">Leave it as it is</a></p>`,
    notice,
  )
}

function offerForm(
  world: World,
  portal: Portal,
  subscription: Subscription,
  { price, adjustable, minimum, maximum }: Offer,
  current: boolean,
  quantity: number,
): Html {
  const name = productName(world, price)
  const id = `quantity-${price.id}`
  return html`<li><form method="get" action="${at(portal, '/confirm')}" class="offer">
${hidden('subscription', subscription.id)}${hidden('price', price.id)}
<div><h2>${name}${current && html` <span class="badge neutral">Current plan</span>`}</h2><p class="muted">${priceText(price)}</p></div>
<div class="actions">${
    adjustable
      ? html`<label for="${id}">Quantity<span class="visually-hidden"> of ${name}</span></label><input id="${id}" class="number" name="quantity" type="number" value="${quantity}" min="${Math.max(minimum, 1)}" max="${maximum}" required>`
      : hidden('quantity', quantity)
  }<button aria-label="${current ? 'Change the quantity' : 'Choose'} of ${name}, ${priceText(price)}">${current ? 'Change quantity' : 'Choose'}</button></div>
</form></li>`
}

export function confirmPage(
  world: World,
  portal: Portal,
  subscription: Subscription,
  change: Change,
  token: string,
  fault: string | null = null,
): string {
  const price = world.need('price', change.price)
  const { currency } = subscription
  const body = waitsForPeriodEnd(world, portal, change)
    ? later(subscription, price, change)
    : bill(world, portal, subscription, change)
  const item = onlyItem(subscription)
  return portalPage(
    portal,
    'Confirm the change',
    html`${fault && alert(fault)}
<dl class="pairs change"><div><dt>Now</dt><dd>${item && `${productName(world, item.price)}, quantity ${item.quantity ?? 1}`}<span class="muted">${item && `${priceText(item.price)}`}</span></dd></div>
<div><dt>New</dt><dd>${productName(world, price)}, quantity ${change.quantity}<span class="muted">${priceText(price)}</span></dd></div></dl>
${body}
<form method="post" action="${at(portal, '/confirm')}" class="actions" data-once>
${hidden('token', token)}${hidden('subscription', subscription.id)}${hidden('price', change.price)}${hidden('quantity', change.quantity)}${hidden('at', change.at)}
<button class="primary" data-busy="Working…">${confirmLabel(world, portal, change, currency)}</button>
<a class="button quiet" href="${wayOut(portal)}">Leave it as it is</a>
</form>`,
  )
}

function confirmLabel(world: World, portal: Portal, change: Change, currency: string): string {
  if (waitsForPeriodEnd(world, portal, change)) return 'Schedule the change'
  const { proration_behavior } = portal.features.subscription_update
  const due = proration_behavior === 'always_invoice' ? preview(world, portal, change).amount_due : 0
  return due > 0 ? `Confirm and pay ${moneyText(due, currency)}` : 'Confirm the change'
}

const later = (subscription: Subscription, price: Stored<'price'>, { quantity }: Change): Html =>
  html`<p>Nothing is due now. The plan stays as it is until ${dateText(periodEnd(subscription))}, and costs ${moneyText(
    amountOf(price, quantity),
    price.currency,
  )} from then on.</p>`

/** Worked out by the same code that then charges it, for the same moment. */
function bill(world: World, portal: Portal, subscription: Subscription, change: Change): Html {
  const invoice = preview(world, portal, change)
  const now = portal.features.subscription_update.proration_behavior === 'always_invoice'
  const money = (amount: number) => moneyText(amount, invoice.currency)
  const card = cardOf(world, portal.customer, subscription)
  const credit = Math.max(-invoice.total, 0)
  return html`<table class="bill"><caption class="visually-hidden">What the change costs</caption>
<tbody>${invoice.lines.data.map(({ description, amount }) => html`<tr><td>${description}</td><td class="money">${money(amount)}</td></tr>`)}</tbody>
<tfoot>
${invoice.total !== invoice.amount_due && credit === 0 && html`<tr><th scope="row">Total</th><td class="money">${money(invoice.total)}</td></tr>`}
<tr class="due"><th scope="row">${now ? 'Due today' : `On the invoice of ${dateText(periodEnd(subscription))}`}</th><td class="money">${money(invoice.amount_due)}</td></tr>
</tfoot></table>
${credit > 0 && html`<p class="muted">${money(credit)} of what you paid is kept as credit for the next invoices.</p>`}
${now && invoice.amount_due > 0 && html`<p class="muted">${card ? `Paid with ${card.card ? `the card ending in ${card.card.last4}` : 'your saved card'}.` : 'There is no card to pay with. Add one first.'}</p>`}`
}
