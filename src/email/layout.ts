/**
 * The one design of all mails: a single column built of tables with inline styles, because mail readers know little
 * else; a text twin with the same words; legible in the dark and by a screen reader. Everything given to it is text.
 */
import { brand } from './brand.ts'
import { escapeHtml } from './escape.ts'

export interface LayoutOptions {
  /** Shown beside the subject in the list of mails. */
  preheader: string
  heading: string
  paragraphs: readonly string[]
  /** Particulars, such as where and when somebody signed in. */
  facts?: readonly { label: string; value: string }[]
  action?: { label: string; url: string }
  /** What to do when the mail was not expected. */
  footnote?: string
}

export function layout(options: LayoutOptions): { html: string; text: string } {
  if (options.action && !/^https?:\/\//.test(options.action.url)) throw new TypeError('The link of a mail is absolute.')
  return { html: htmlOf(options), text: textOf(options) }
}

function textOf({ heading, paragraphs, facts = [], action, footnote }: LayoutOptions): string {
  const width = Math.max(0, ...facts.map(({ label }) => label.length))
  const parts = [
    heading,
    ...paragraphs,
    facts.map(({ label, value }) => `${`${label}:`.padEnd(width + 2)}${value}`).join('\n'),
    action ? `${action.label}:\n${action.url}` : '',
    footnote ?? '',
    `-- \n${brand.name}`,
  ]
  return `${parts.filter(Boolean).join('\n\n')}\n`
}

const FONT = "font-family:ui-sans-serif,system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
const { light, dark } = brand

/** Readers that honour it repaint by class; all others show the inline colours. */
const DARK = `
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){
.ground{background:${dark.ground}!important}
.paper{background:${dark.paper}!important;border-color:${dark.line}!important}
.ink{color:${dark.ink}!important}
.muted{color:${dark.muted}!important}
.link{color:${dark.accent}!important}
.button{background:${dark.accent}!important;border-color:${dark.accent}!important;color:${dark.onAccent}!important}
.line{border-color:${dark.line}!important}
}
@media (max-width:480px){.cell{padding:28px 22px!important}}`

function htmlOf({ preheader, heading, paragraphs, facts = [], action, footnote }: LayoutOptions): string {
  const text = (size: number, color: string) =>
    `${FONT};font-size:${size}px;line-height:1.6;color:${color};margin:0 0 16px`
  const body = [
    `<h1 class="ink" style="${FONT};font-size:22px;line-height:1.3;font-weight:600;letter-spacing:-0.01em;color:${light.ink};margin:0 0 16px">${escapeHtml(heading)}</h1>`,
    ...paragraphs.map((paragraph) => `<p class="ink" style="${text(15, light.ink)}">${escapeHtml(paragraph)}</p>`),
    facts.length > 0 ? factsTable(facts) : '',
    action ? button(action) : '',
    footnote ? `<p class="muted" style="${text(13, light.muted)}">${escapeHtml(footnote)}</p>` : '',
  ]
  return `<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no">
<title>${escapeHtml(heading)}</title>
<style>${DARK}
</style>
</head>
<body class="ground" style="margin:0;padding:0;background:${light.ground};-webkit-text-size-adjust:100%">
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${escapeHtml(preheader)}${'&#847;&zwnj;&nbsp;'.repeat(60)}</div>
<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:${light.ground}">
<tr><td align="center" style="padding:40px 16px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:560px">
<tr><td class="ink" style="${FONT};font-size:15px;font-weight:600;color:${light.ink};padding:0 4px 16px">${escapeHtml(brand.name)}</td></tr>
<tr><td class="paper cell" style="background:${light.paper};border:1px solid ${light.line};border-radius:10px;padding:36px 40px 20px">
${body.filter(Boolean).join('\n')}
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`
}

/** The address stands below the button in words as well, for readers that show no buttons. */
function button({ label, url }: { label: string; url: string }): string {
  const address = escapeHtml(url)
  return `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:8px 0 20px"><tr><td>
<a class="button" href="${address}" style="${FONT};display:inline-block;font-size:15px;line-height:1.2;font-weight:600;color:${light.onAccent};background:${light.accent};border:1px solid ${light.accent};border-radius:6px;padding:13px 22px;text-decoration:none">${escapeHtml(label)}</a>
</td></tr></table>
<p class="muted" style="${FONT};font-size:13px;line-height:1.6;color:${light.muted};margin:0 0 16px;word-break:break-all">Or copy this address into your browser:<br><a class="link" href="${address}" style="color:${light.accent}">${address}</a></p>`
}

function factsTable(facts: readonly { label: string; value: string }[]): string {
  const rows = facts.map(
    ({ label, value }) =>
      `<tr><th class="muted line" scope="row" align="left" style="${FONT};font-size:13px;font-weight:400;color:${light.muted};border-bottom:1px solid ${light.line};padding:8px 16px 8px 0;white-space:nowrap">${escapeHtml(label)}</th><td class="ink line" style="${FONT};font-size:14px;color:${light.ink};border-bottom:1px solid ${light.line};padding:8px 0;word-break:break-word">${escapeHtml(value)}</td></tr>`,
  )
  return `<table width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:4px 0 20px">${rows.join('')}</table>`
}
