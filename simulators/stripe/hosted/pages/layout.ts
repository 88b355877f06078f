/** The frame of every page: what it is, that no money moves, and nothing from anywhere else. */
import { type Content, type Html, html } from './html.ts'

export const STYLE_PATH = '/_hosted/style.css'
export const SCRIPT_PATH = '/_hosted/enhance.js'

export interface Page {
  title: string
  /** The shape of the page: two halves, a rail and a column, or one narrow column. */
  shape: 'halves' | 'rail' | 'narrow'
  body: Html
}

export const layout = ({ title, shape, body }: Page): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${STYLE_PATH}">
<script src="${SCRIPT_PATH}" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="simulated"><p><strong>Simulated Stripe.</strong> No card is charged and no real money moves.</p></header>
<main id="main" class="${shape}">
${body}
</main>
</body>
</html>
`.text

/** A page that says one thing and leads on. */
export const message = (title: string, text: Content, action?: { href: string; label: string }): string =>
  layout({
    title,
    shape: 'narrow',
    body: html`<section class="sheet">
<h1>${title}</h1>
<p class="muted">${text}</p>
${action && html`<p><a class="button primary" href="${action.href}">${action.label}</a></p>`}
</section>`,
  })

/** Read out as soon as the page stands. */
export const alert = (text: Content, kind: 'danger' | 'success' | 'info' = 'danger'): Html =>
  html`<p class="alert ${kind}" role="${kind === 'danger' ? 'alert' : 'status'}">${text}</p>`

export const hidden = (name: string, value: string | number): Html =>
  html`<input type="hidden" name="${name}" value="${value}">`

export const backLink = (href: string, label: Content): Html =>
  html`<a class="back" href="${href}"><span aria-hidden="true">←</span> ${label}</a>`
