/** The first page of the portal: the plan, the card, the invoices. */
import type { Stored, World } from '../../world.ts'
import { type Content, type Html, html } from '../pages/html.ts'
import { hidden } from '../pages/layout.ts'
import { cardText, priceText, productName } from '../pages/prices.ts'
import { dateText, moneyText, shortDate } from '../pages/words.ts'
import { cardOf, invoicesOf, isEnding, newestCard, type Portal, periodEnd, subscriptionsOf } from './access.ts'
import { at, badge, portalPage, section } from './frame.ts'
import { offersFor, onlyItem } from './plan.ts'
import { scheduledChange } from './schedule.ts'

type Subscription = Stored<'subscription'>

export function homePage(world: World, portal: Portal, token: string, notice?: string): string {
  const { features } = portal
  const subscriptions = subscriptionsOf(world, portal)
  return portalPage(
    portal,
    'Billing',
    html`${
      subscriptions.length > 0
        ? section(
            subscriptions.length === 1 ? 'Current plan' : 'Current plans',
            subscriptions.map((subscription) => plan(world, portal, subscription, token)),
          )
        : section('Current plan', html`<p class="muted">There is no plan at the moment.</p>`)
    }
${section('Default card', defaultCard(world, portal))}
${features.customer_update.enabled && section('Billing details', details(portal))}
${features.invoice_history.enabled && section('Invoices', invoices(invoicesOf(world, portal)))}`,
    notice,
  )
}

function plan(world: World, portal: Portal, subscription: Subscription, token: string): Html {
  const { features, customer } = portal
  const query = `?subscription=${subscription.id}`
  const ending = isEnding(subscription)
  const scheduled = scheduledChange(world, subscription)
  const own = subscription.default_payment_method ? cardOf(world, customer, subscription) : undefined
  return html`<article class="plan">
${subscription.items.data.map(
  ({ price, quantity }) => html`<div class="line"><div><h3>${productName(world, price)}</h3>
<p class="muted">${priceText(price)}${quantity !== undefined && quantity > 1 ? `, quantity ${quantity}` : ''}</p></div>
${badge(subscription.status)}</div>`,
)}
<p>${nextDate(subscription)}</p>
${scheduled && html`<p>Changes to ${productName(world, scheduled.price)}, quantity ${scheduled.quantity}, on ${dateText(scheduled.at)}.</p>`}
${unpaid(world, portal, subscription, token)}
${own && html`<p class="muted">Paid with its own card, ${cardText(own)}.</p>`}
<div class="actions">
${scheduled && action(at(portal, '/schedule'), token, subscription.id, 'Keep the current plan')}
${!ending && offersFor(world, portal, subscription).length > 0 && html`<a class="button" href="${at(portal, `/plan${query}`)}">Change plan</a>`}
${own && features.payment_method_update.enabled && html`<a class="button" href="${at(portal, `/card${query}`)}">Change card</a>`}
${ending && action(at(portal, '/keep'), token, subscription.id, 'Keep the plan')}
${!ending && features.subscription_cancel.enabled && html`<a class="button quiet" href="${at(portal, `/cancel${query}`)}">Cancel plan</a>`}
</div>
${!onlyItem(subscription) && features.subscription_update.enabled && html`<p class="small">A plan of several prices, or by usage, can only be changed in the application.</p>`}
</article>`
}

const action = (path: string, token: string, subscription: string, label: string): Html =>
  html`<form method="post" action="${path}">${hidden('token', token)}${hidden('subscription', subscription)}<button>${label}</button></form>`

function nextDate(subscription: Subscription): string {
  const { status, cancel_at, cancel_at_period_end, trial_end } = subscription
  if (cancel_at !== null) return `Ends on ${dateText(cancel_at)}.`
  if (cancel_at_period_end) return `Ends on ${dateText(periodEnd(subscription))}.`
  if (status === 'trialing' && trial_end !== null) return `Free until ${dateText(trial_end)}, then paid.`
  return `Renews on ${dateText(periodEnd(subscription))}.`
}

/** Saving a card does not pay what is open; this does. */
function unpaid(world: World, portal: Portal, subscription: Subscription, token: string): Content {
  const { latest_invoice } = subscription
  const invoice = latest_invoice ? world.table('invoice').get(latest_invoice) : undefined
  if (invoice?.status !== 'open' || invoice.amount_remaining === 0) return null
  const amount = moneyText(invoice.amount_remaining, invoice.currency)
  const card = newestCard(world, portal.customer, subscription)
  return html`<div class="alert danger"><p>The payment of ${amount} failed. The invoice is still open.</p>
<div class="actions">${
    card &&
    html`<form method="post" action="${at(portal, '/pay')}" data-once>${hidden('token', token)}${hidden('invoice', invoice.id)}<button class="primary">Pay ${amount} with ${cardText(card)}</button></form>`
  }<a class="button" href="/invoice/${invoice.id}">See the invoice</a></div></div>`
}

function defaultCard(world: World, portal: Portal): Html {
  const card = cardOf(world, portal.customer)
  const { exp_month, exp_year } = card?.card ?? {}
  return html`<div class="line"><p>${card ? cardText(card) : 'None is set.'}${
    card && html` <span class="muted">valid until ${String(exp_month).padStart(2, '0')}/${exp_year}</span>`
  }</p>
${portal.features.payment_method_update.enabled && html`<a class="button" href="${at(portal, '/card')}">${card ? 'Replace the card' : 'Set a card'}</a>`}</div>`
}

function details(portal: Portal): Html {
  const { name, email } = portal.customer
  return html`<div class="line"><dl class="pairs"><div><dt>Name</dt><dd>${name ?? 'None'}</dd></div><div><dt>Email</dt><dd>${email ?? 'None'}</dd></div></dl>
<a class="button" href="${at(portal, '/details')}">Change details</a></div>`
}

function invoices(all: readonly Stored<'invoice'>[]): Html {
  if (all.length === 0) return html`<p class="muted">There are no invoices yet.</p>`
  const rows = all.map(
    ({ id, number, created, total, currency, status }) => html`<tr>
<td><a href="/invoice/${id}">${number ?? 'Invoice'}</a></td><td>${shortDate(created)}</td>
<td class="money">${moneyText(total, currency)}</td><td>${badge(status)}</td></tr>`,
  )
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Invoices"><table class="list">
<thead><tr><th scope="col">Number</th><th scope="col">Date</th><th scope="col" class="money">Amount</th><th scope="col">Status</th></tr></thead>
<tbody>${rows}</tbody></table></div>`
}
