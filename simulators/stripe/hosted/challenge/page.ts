/** The page of the cardholder's bank, which asks before it lets a payment through. */
import type { World } from '../../world.ts'
import type { Challenge } from '../objects.ts'
import { html } from '../pages/html.ts'
import { hidden, layout } from '../pages/layout.ts'
import { cardText } from '../pages/prices.ts'
import { moneyText } from '../pages/words.ts'

export function challengePage(
  world: World,
  { id, payment_method, amount, currency }: Challenge,
  token: string,
): string {
  const card = cardText(world.need('payment_method', payment_method))
  const title = amount === null ? 'Confirm your card' : 'Confirm your payment'
  return layout({
    title,
    shape: 'narrow',
    body: html`<section class="sheet bank">
<p class="small">3D Secure, played by the simulation</p>
<h1>${title}</h1>
${amount !== null && html`<p class="amount">${moneyText(amount, currency ?? 'usd')}</p>`}
<p class="muted">${card}. Your bank would ask here whether it is you.</p>
<form method="post" action="/3ds/${id}" class="actions" data-once>
${hidden('token', token)}
<button class="primary" name="answer" value="approve" data-busy="Working…">${amount === null ? 'Approve' : 'Approve the payment'}</button>
<button name="answer" value="fail">Fail</button>
</form>
</section>`,
  })
}
