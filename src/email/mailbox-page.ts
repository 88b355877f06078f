/** The pages of the development mailbox: plain HTML without a script. */
import { brand } from './brand.ts'
import { escapeHtml as e } from './escape.ts'
import { linksIn } from './links.ts'
import type { Email } from './queries.ts'

const { light, dark } = brand
const variables = (colours: Record<string, string>) =>
  Object.entries(colours)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';')

const STYLE = `
:root{color-scheme:light dark;${variables(light)}}
@media (prefers-color-scheme:dark){:root{${variables(dark)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:14px/1.5 ui-sans-serif,system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;-webkit-font-smoothing:antialiased}
main{max-width:880px;margin:0 auto;padding:40px 20px 64px}
a{color:inherit}
a:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:4px}
h1{font-size:20px;line-height:1.2;font-weight:600;letter-spacing:-.01em;margin:0}
.purpose{color:var(--muted);margin:4px 0 24px}
.filters{display:flex;flex-wrap:wrap;gap:8px;margin:0 0 16px;padding:0;list-style:none}
.filters a{display:block;padding:4px 12px;border:1px solid var(--line);border-radius:999px;text-decoration:none;color:var(--muted);font-size:13px}
.filters a:hover{color:var(--ink)}
.filters a[aria-current]{background:var(--ink);border-color:var(--ink);color:var(--paper)}
.mails{margin:0;padding:0;list-style:none;border:1px solid var(--line);border-radius:10px;overflow:hidden}
.mails li+li{border-top:1px solid var(--line)}
.mails a{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:0 16px;padding:12px 16px;text-decoration:none}
.mails a:hover{background:var(--ground)}
.mails a:focus-visible{outline-offset:-2px}
.subject{font-weight:550;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.to,.when,.kind{color:var(--muted);font-size:13px}
.when,.state{text-align:right;font-variant-numeric:tabular-nums}
.state{font-size:12px;color:var(--accent)}
.state.failed{color:#b3261e}
@media (prefers-color-scheme:dark){.state.failed{color:#f2b8b5}}
.empty{border:1px dashed var(--line);border-radius:10px;padding:56px 24px;text-align:center;color:var(--muted)}
.empty strong{display:block;color:var(--ink);font-weight:600;margin-bottom:4px}
.back{display:inline-block;margin-bottom:20px;color:var(--muted);text-decoration:none}
.back:hover{color:var(--ink)}
dl{display:grid;grid-template-columns:auto minmax(0,1fr);gap:4px 16px;margin:16px 0 24px;font-size:13px}
dt{color:var(--muted)}
dd{margin:0;overflow-wrap:anywhere}
.links{margin:0 0 24px;padding:0;list-style:none;display:grid;gap:8px}
.links a{display:block;padding:8px 12px;border:1px solid var(--line);border-radius:6px;color:var(--accent);font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere;text-decoration:none}
.links a:hover{border-color:var(--accent)}
h2{font-size:13px;font-weight:600;color:var(--muted);margin:0 0 8px}
iframe{display:block;width:100%;height:520px;border:1px solid var(--line);border-radius:10px;background:var(--ground)}
details{margin-top:24px}
summary{cursor:pointer;color:var(--muted);font-size:13px;font-weight:600}
pre{margin:8px 0 0;padding:16px;border:1px solid var(--line);border-radius:10px;background:var(--ground);font:13px/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
@media (max-width:560px){main{padding:24px 16px 48px}.mails a{grid-template-columns:minmax(0,1fr)}.when,.state{text-align:left}}`

const MOST_RECIPIENTS = 12

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">
<link rel="icon" href="/favicon.svg">
<title>${e(title)}</title>
<style>${STYLE}
</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`
}

export function listPage(
  emails: readonly Email[],
  { recipient, now }: { recipient: string | undefined; now: Date },
): string {
  const recipients = [...new Set([...(recipient ? [recipient] : []), ...emails.map((email) => email.recipient)])].slice(
    0,
    MOST_RECIPIENTS,
  )
  const filter = (name: string, to?: string) =>
    `<li><a href="/dev/mailbox${to ? `?to=${encodeURIComponent(to)}` : ''}"${to === recipient ? ' aria-current="true"' : ''}>${e(name)}</a></li>`
  const content = `<a class="back" href="/">← ${e(brand.name)}</a>
<h1>Mailbox</h1>
<p class="purpose">Every mail that ${e(brand.name)} wrote. This page exists in development only. <a href="">Look again</a></p>
<ul class="filters" aria-label="Recipient">${filter('Everybody')}${recipients.map((to) => filter(to, to)).join('')}</ul>
${emails.length > 0 ? `<ol class="mails">${emails.map((email) => row(email, now)).join('')}</ol>` : EMPTY}`
  return page('Mailbox', content)
}

const EMPTY = `<p class="empty"><strong>No mail yet</strong>Sign up, invite somebody or ask for a new password: the mail appears here within a second.</p>`

function row(email: Email, now: Date): string {
  return `<li><a href="/dev/mailbox/${email.id}"><span class="subject">${e(email.subject)}</span>${time(email, ago(email.created_at, now))}<span class="to">${e(email.recipient)}</span>${state(email)}</a></li>`
}

export function mailPage(email: Email): string {
  const links = linksIn(email.text_body)
  const parts = [
    `<a class="back" href="/dev/mailbox">← Mailbox</a>`,
    `<h1>${e(email.subject)}</h1>`,
    `<dl><dt>To</dt><dd>${e(email.recipient)}</dd><dt>Written</dt><dd>${time(email, `${email.created_at.toISOString().replace('T', ' ').slice(0, 19)} UTC`)}</dd><dt>State</dt><dd>${e(stateOf(email))}${email.error ? `: ${e(email.error)}` : ''}</dd><dt>Kind</dt><dd>${e(email.kind)}</dd></dl>`,
    links.length > 0
      ? `<h2>Links</h2><ul class="links">${links.map((link) => `<li><a href="${e(link)}">${e(link)}</a></li>`).join('')}</ul>`
      : '',
    email.html_body
      ? `<h2>As it looks</h2><iframe title="The mail" src="/dev/mailbox/${email.id}/html" sandbox="allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"></iframe>
<details><summary>As text</summary><pre>${e(email.text_body)}</pre></details>`
      : `<p class="empty"><strong>The contents are gone</strong>They are forgotten once a mail has left through SMTP, or failed.</p>`,
  ]
  return page(email.subject, parts.filter(Boolean).join('\n'))
}

function time(email: Email, words: string): string {
  return `<time class="when" datetime="${email.created_at.toISOString()}" title="${email.created_at.toUTCString()}">${e(words)}</time>`
}

function stateOf({ sent_at, failed_at }: Email): string {
  if (failed_at) return 'Not sent'
  return sent_at ? 'Delivered' : 'Waiting to be sent'
}

function state(email: Email): string {
  if (email.sent_at) return `<span class="kind when">${e(email.kind)}</span>`
  return `<span class="state${email.failed_at ? ' failed' : ''}">${stateOf(email)}</span>`
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

function ago(moment: Date, now: Date): string {
  const seconds = Math.round((moment.getTime() - now.getTime()) / 1000)
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit)
  }
  return 'just now'
}
