/** An invoice that can be read, printed, and paid while it is open. */
import type { Stored, World } from '../../world.ts'
import { cardFields, fillForm } from '../pages/card-fields.ts'
import type { FormState } from '../pages/fields.ts'
import { type Html, html } from '../pages/html.ts'
import { alert, hidden, layout } from '../pages/layout.ts'
import { isRefusal, noticeText } from '../pages/notices.ts'
import { cardText } from '../pages/prices.ts'
import { dateText, moneyText, shortDate } from '../pages/words.ts'
import { newestCard, subscriptionBehind } from '../portal/access.ts'
import { badge } from '../portal/frame.ts'

type Invoice = Stored<'invoice'>

export function invoicePage(
  world: World,
  invoice: Invoice,
  { token, state, notice }: { token: string; state: FormState; notice?: string | undefined },
): string {
  const said = noticeText(notice)
  return layout({
    title: `Invoice ${invoice.number ?? ''}`.trim(),
    shape: 'narrow',
    body: html`${said && alert(said, isRefusal(notice) ? 'danger' : 'success')}
<article class="sheet invoice">${paper(invoice)}</article>
${invoice.status === 'open' && invoice.amount_remaining > 0 ? payment(world, invoice, token, state) : html`<p class="print-only-hint"><button type="button" data-print hidden>Print</button></p>`}`,
  })
}

function paper(invoice: Invoice): Html {
  const { currency, customer_name, customer_email, account_name } = invoice
  const money = (amount: number) => moneyText(amount, currency)
  const discount = (invoice.total_discount_amounts ?? []).reduce((sum, { amount }) => sum + amount, 0)
  const carried = invoice.total - invoice.amount_due
  return html`<header class="line"><div><h1>Invoice</h1><p class="muted">${invoice.number ?? 'Without a number yet'}</p></div>${badge(invoice.status)}</header>
<dl class="pairs">
<div><dt>From</dt><dd>${account_name ?? 'Simulated account'}</dd></div>
<div><dt>Billed to</dt><dd>${customer_name ?? customer_email ?? 'Customer'}${customer_name && customer_email && html`<span class="muted">${customer_email}</span>`}</dd></div>
<div><dt>Issued</dt><dd>${dateText(invoice.effective_at ?? invoice.created)}</dd></div>
<div><dt>${invoice.status === 'paid' ? 'Paid' : 'Due'}</dt><dd>${dateText(
    (invoice.status === 'paid' ? invoice.status_transitions.paid_at : invoice.due_date) ?? invoice.created,
  )}</dd></div>
</dl>
<div class="scroll" tabindex="0" role="region" aria-label="Lines of the invoice"><table class="bill">
<thead><tr><th scope="col">Description</th><th scope="col" class="money">Amount</th></tr></thead>
<tbody>${invoice.lines.data.map(
    ({ description, amount, period }) =>
      html`<tr><td>${description}<span class="muted">${shortDate(period.start)} – ${shortDate(period.end)}</span></td><td class="money">${money(amount)}</td></tr>`,
  )}</tbody>
<tfoot>
<tr><th scope="row">Subtotal</th><td class="money">${money(invoice.subtotal)}</td></tr>
${discount > 0 && html`<tr><th scope="row">Discount</th><td class="money">${money(-discount)}</td></tr>`}
<tr><th scope="row">Total</th><td class="money">${money(invoice.total)}</td></tr>
${carried !== 0 && html`<tr><th scope="row">${carried > 0 ? 'Paid from credit' : 'Carried over'}</th><td class="money">${money(-carried)}</td></tr>`}
<tr class="due"><th scope="row">${invoice.status === 'paid' ? 'Paid' : 'Due'}</th><td class="money">${money(
    invoice.status === 'paid' ? invoice.amount_paid : invoice.amount_remaining,
  )}</td></tr>
</tfoot></table></div>
<p class="small">A simulated invoice. No payment is owed and none was made.</p>`
}

function payment(world: World, invoice: Invoice, token: string, state: FormState): Html {
  const path = `/invoice/${invoice.id}`
  const customer = invoice.customer ? world.table('customer').get(invoice.customer) : undefined
  const saved = customer && newestCard(world, customer, subscriptionBehind(world, invoice))
  const amount = moneyText(invoice.amount_remaining, invoice.currency)
  return html`<section class="sheet" aria-labelledby="pay-title"><h2 id="pay-title">Pay ${amount}</h2>
${saved && html`<form method="post" action="${path}" class="actions" data-once>${hidden('token', token)}${hidden('saved', 'yes')}<button class="primary wide" data-busy="Working…">Pay with ${cardText(saved)}</button></form><p class="or"><span>or with another card</span></p>`}
${state.fault?.field === null && alert(state.fault.message)}
${fillForm(path)}
<form method="post" action="${path}" class="stack" data-once>
${hidden('token', token)}
${cardFields(world, state)}
<button class="${saved ? '' : 'primary'} wide" data-busy="Working…">Pay ${amount}</button>
</form></section>`
}
