/** The page on which a checkout session is paid. */
import { amountOf } from '../../engine/pricing.ts'
import type { Stored, World } from '../../world.ts'
import type { CheckoutCart, CheckoutItem, CheckoutSession } from '../objects.ts'
import { cardFields, fillForm } from '../pages/card-fields.ts'
import { type FormFault, type FormState, field } from '../pages/fields.ts'
import { type Content, type Html, html } from '../pages/html.ts'
import { alert, backLink, hidden, layout } from '../pages/layout.ts'
import { couponText, priceText } from '../pages/prices.ts'
import { dateText, everyText, hostOf, moneyText, plural } from '../pages/words.ts'
import { wantsCard } from './complete.ts'
import { couponOf, hasTrial, quote } from './quote.ts'

export interface CheckoutView {
  session: CheckoutSession
  cart: CheckoutCart
  token: string
  state: FormState
  notice: string | null
  promotion: { typed: string; fault: FormFault | null }
}

export function checkoutPage(world: World, view: CheckoutView): string {
  const { session, state } = view
  return layout({
    title: `${state.fault ? 'Error: ' : ''}${titleOf(world, view)}`,
    shape: 'halves',
    body: html`<section class="summary" id="summary" aria-labelledby="title">${summary(world, view)}</section>
<section class="payment" aria-label="Payment">${paymentForm(world, view)}
${session.cancel_url && html`<p class="leave">${backLink(session.cancel_url, `Cancel and go back to ${hostOf(session.cancel_url)}`)}</p>`}
</section>`,
  })
}

const path = ({ id }: CheckoutSession, rest = '') => `/c/pay/${id}${rest}`

function titleOf(world: World, { session, cart }: CheckoutView): string {
  const name = cart.items[0]?.description ?? 'this'
  if (session.mode === 'setup') return 'Save a card'
  if (session.mode === 'payment') return `Pay for ${name}`
  return trialEnd(world, session, cart) ? `Try ${name}` : `Subscribe to ${name}`
}

/** On the clock of the customer. */
function trialEnd(world: World, session: CheckoutSession, { subscription_data }: CheckoutCart): number | null {
  const customer = session.customer ? world.table('customer').get(session.customer) : null
  if (subscription_data?.trial_end) return subscription_data.trial_end
  const days = subscription_data?.trial_period_days
  return days ? world.now(customer) + days * 86_400 : null
}

function summary(world: World, view: CheckoutView): Html {
  const { session, cart } = view
  const currency = session.currency ?? 'usd'
  const back = session.cancel_url && backLink(session.cancel_url, hostOf(session.cancel_url))
  if (session.mode === 'setup')
    return html`${back}<h1 id="title">Save a card</h1><p class="muted">For later payments. Nothing is due today.</p>`
  const trial = trialEnd(world, session, cart)
  const total = moneyText(session.amount_total ?? 0, currency)
  const then = later(world, view, trial)
  const days = cart.subscription_data?.trial_period_days
  const discount = session.total_details?.amount_discount ?? 0
  const coupon = couponOf(world, session.discounts)
  return html`${back}
<h1 id="title">${titleOf(world, view)}</h1>
<p class="amount">${trial ? (days ? `${plural(days, 'day')} free` : `Free until ${dateText(trial)}`) : total}${
    !trial && !then && commonInterval(cart.items) && html` <span class="per">${commonInterval(cart.items)}</span>`
  }</p>
${then && html`<p class="muted">${then}</p>`}
<ul class="lines">${cart.items.map((item) => line(view, item))}</ul>
<dl class="totals">
<div class="line"><dt>Subtotal</dt><dd>${moneyText(session.amount_subtotal ?? 0, currency)}</dd></div>
${coupon && html`<div class="line discount"><dt>${discountLabel(world, view, coupon)}</dt><dd>${moneyText(-discount, currency)}</dd></div>`}
<div class="line due"><dt>Due today</dt><dd>${total}</dd></div>
</dl>
${session.allow_promotion_codes && !coupon && promotionForm(view)}`
}

/** "per month", where all that recurs does so together. */
function commonInterval(items: readonly CheckoutItem[]): string | null {
  const intervals = new Set(items.map(({ price }) => (price?.recurring ? everyText(price.recurring) : null)))
  return intervals.size === 1 ? ([...intervals][0] ?? null) : null
}

/** What follows the first payment, where that is something else. */
function later(world: World, { session, cart }: CheckoutView, trial: number | null): string | null {
  const recurring = cart.items.filter(({ price }) => price?.recurring)
  const coupon = couponOf(world, session.discounts)
  const interval = commonInterval(recurring)
  const { total } = quote(recurring, coupon?.duration === 'forever' ? coupon : undefined, false)
  if (total === 0 || interval === null || (!trial && total === session.amount_total)) return null
  const amount = `Then ${moneyText(total, session.currency ?? 'usd')} ${interval}`
  if (trial) return `${amount} from ${dateText(trial)}.`
  return coupon && coupon.duration !== 'forever' ? `${amount} when the discount ends.` : `${amount}.`
}

function line({ session, cart, token }: CheckoutView, item: CheckoutItem): Html {
  const { price, quantity, adjustable_quantity: adjustable } = item
  const free = price?.recurring && hasTrial(cart.subscription_data)
  const whole = price && quantity !== null ? moneyText(amountOf(price, quantity), item.currency) : null
  return html`<li>
<div class="line"><span class="name">${item.description}</span><span class="amount-of">${free ? 'Free' : whole}</span></div>
<p class="muted">${price && priceText(price)}${
    !adjustable && quantity !== null && quantity > 1 ? `, ${quantity} of them` : ''
  }</p>
${adjustable?.enabled && quantity !== null && stepper(session, token, item, quantity)}
</li>`
}

/** The first button of a form is what the Enter key presses, so it takes the number as typed. */
function stepper(session: CheckoutSession, token: string, item: CheckoutItem, quantity: number): Html {
  const { minimum, maximum } = item.adjustable_quantity ?? {}
  const [least, most] = [Math.max(minimum ?? 1, 1), maximum ?? 999_999]
  return html`<form method="post" action="${path(session, '/quantity')}" class="stepper" data-swap="summary">
${hidden('token', token)}${hidden('item', item.id)}
<button class="visually-hidden" tabindex="-1">Update</button>
<button name="step" value="-1" aria-label="One ${item.description} less"${quantity <= least ? html` disabled` : ''}>−</button>
<label class="visually-hidden" for="quantity-${item.id}">Quantity of ${item.description}</label>
<input id="quantity-${item.id}" name="quantity" type="number" value="${quantity}" min="${least}" max="${most}" autocomplete="off">
<button name="step" value="1" aria-label="One ${item.description} more"${quantity >= most ? html` disabled` : ''}>+</button>
</form>`
}

function discountLabel(world: World, { session, token }: CheckoutView, coupon: Stored<'coupon'>): Content {
  const [discount] = session.discounts ?? []
  const code = discount?.promotion_code ? world.table('promotion_code').get(discount.promotion_code)?.code : null
  const text = html`<span class="tag">${code ?? coupon.name ?? coupon.id}</span> <span class="muted">${couponText(coupon)}</span>`
  if (!session.allow_promotion_codes) return text
  return html`${text}
<form method="post" action="${path(session, '/promotion')}" data-swap="summary" class="inline">
${hidden('token', token)}<button class="link" name="remove" value="yes">Remove</button></form>`
}

function promotionForm({ session, token, promotion: { typed, fault } }: CheckoutView): Html {
  return html`<form method="post" action="${path(session, '/promotion')}" class="promotion" data-swap="summary">
${hidden('token', token)}
<label for="code">Promotion code</label>
<div class="joined"><input id="code" name="code" value="${typed}" autocomplete="off" spellcheck="false" maxlength="100"${
    fault ? html` aria-invalid="true" aria-describedby="code-note" autofocus` : ''
  }><button>Apply</button></div>
${fault && html`<p class="error" id="code-note" role="alert">${fault.message}</p>`}
</form>`
}

function paymentForm(world: World, view: CheckoutView): Html {
  const { session, cart, token, state, notice } = view
  const customer = session.customer ? world.table('customer').get(session.customer) : undefined
  const email = customer?.email ?? session.customer_email
  const card = wantsCard(session)
  const general = state.fault && state.fault.field === null ? state.fault.message : notice
  return html`${card && fillForm(path(session))}
<form method="post" action="${path(session)}" class="stack" data-once>
${hidden('token', token)}
${general && alert(general)}
<h2>Contact</h2>
${email ? html`<p class="given"><span class="muted">Email</span> ${email}</p>` : field(state, { name: 'email', label: 'Email', type: 'email', placeholder: 'you@example.com' })}
${card && html`<h2>Card</h2>${cardFields(world, state)}`}
${session.custom_text.submit && html`<p class="muted">${session.custom_text.submit.message}</p>`}
<button class="primary wide" id="pay" data-busy="Working…">${buttonText(world, session, cart)}</button>
<p class="small">${smallPrint(world, session, cart, card)}</p>
</form>`
}

function buttonText(world: World, session: CheckoutSession, cart: CheckoutCart): string {
  if (session.mode === 'setup') return 'Save the card'
  if (trialEnd(world, session, cart)) return 'Start the trial'
  const amount = moneyText(session.amount_total ?? 0, session.currency ?? 'usd')
  return session.mode === 'payment' ? `Pay ${amount}` : `Subscribe and pay ${amount}`
}

function smallPrint(world: World, session: CheckoutSession, cart: CheckoutCart, card: boolean): string {
  const trial = trialEnd(world, session, cart)
  if (trial && !card) return `No card is needed. The trial ends on ${dateText(trial)}.`
  if (trial) return `Nothing is due today. The first payment would follow on ${dateText(trial)}; cancel before then.`
  return 'A simulation: whichever card you choose, nothing leaves this machine.'
}
