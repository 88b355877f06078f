/** What every page of the portal has in common: the rail with the way back, and a column. */
import { type Content, type Html, html } from '../pages/html.ts'
import { alert, backLink, layout } from '../pages/layout.ts'
import { isRefusal, noticeText } from '../pages/notices.ts'
import { hostOf } from '../pages/words.ts'
import type { Portal } from './access.ts'

export const at = ({ session }: Portal, rest = '') => `/p/session/${session.id}${rest}`

/** Where a step is left without finishing it: a deep link leads back to the application, not into the portal. */
export const wayOut = (portal: Portal): string =>
  portal.session.flow && portal.session.return_url ? portal.session.return_url : at(portal, '/home')

export function portalPage(portal: Portal, title: string, body: Content, notice?: string): string {
  const { session, customer, configuration } = portal
  const said = noticeText(notice)
  const { headline, privacy_policy_url, terms_of_service_url } = configuration.business_profile
  const links = [
    [privacy_policy_url, 'Privacy'],
    [terms_of_service_url, 'Terms'],
  ].filter((link): link is [string, string] => /^https?:/.test(link[0] ?? ''))
  return layout({
    title,
    shape: 'rail',
    body: html`<section class="about" aria-label="Account">
${session.return_url && backLink(session.return_url, `Back to ${hostOf(session.return_url)}`)}
<p class="whose">${customer.name ?? customer.email ?? 'Customer'}</p>
${customer.name && customer.email && html`<p class="muted">${customer.email}</p>`}
${headline && html`<p class="muted">${headline}</p>`}
${links.length > 0 && html`<p class="small">${links.map(([href, label]) => html`<a href="${href}">${label}</a> `)}</p>`}
</section>
<div class="column">
${said && alert(said, isRefusal(notice) ? 'danger' : 'success')}
<h1>${title}</h1>
${body}
</div>`,
  })
}

export const section = (title: string, body: Content): Html =>
  html`<section class="block"><h2>${title}</h2>${body}</section>`

const STATUS: Readonly<Record<string, [text: string, kind: string]>> = {
  active: ['Active', 'success'],
  trialing: ['Trial', 'info'],
  past_due: ['Payment failed', 'danger'],
  unpaid: ['Unpaid', 'danger'],
  paused: ['Paused', 'warning'],
  paid: ['Paid', 'success'],
  open: ['Open', 'warning'],
  void: ['Void', 'neutral'],
  uncollectible: ['Uncollectible', 'neutral'],
}

export function badge(status: string | null): Html {
  const [text, kind] = STATUS[status ?? ''] ?? [status ?? 'Draft', 'neutral']
  return html`<span class="badge ${kind}">${text}</span>`
}
