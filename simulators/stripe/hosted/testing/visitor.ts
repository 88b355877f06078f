/** Somebody at the hosted pages without a browser and without scripts: reads HTML, sends forms, follows redirects. */
export interface Seen {
  status: number
  /** Where the page led; redirects to other servers are not followed. */
  url: string
  left: boolean
  html: string
  headers: Headers
  /** What stands on the page, without its markup. */
  text: string
}

export class Visitor {
  readonly #base: string
  constructor(base: string) {
    this.#base = base
  }

  get = (address: string): Promise<Seen> => this.#follow(address, { method: 'GET' })

  /** Sends the form of a page that posts to `action` (a path, or the end of one), with fields typed in. */
  async submit(page: Seen, action: string, typed: Record<string, string> = {}): Promise<Seen> {
    const form = formOf(page.html, action)
    return this.post(form.action, { ...form.fields, ...typed })
  }

  post = (address: string, fields: Record<string, string>): Promise<Seen> =>
    this.#follow(address, { method: 'POST', body: new URLSearchParams(fields) })

  async #follow(address: string, request: RequestInit): Promise<Seen> {
    const url = new URL(address, this.#base)
    const answer = await fetch(url, { ...request, redirect: 'manual' })
    const location = answer.headers.get('location')
    if (answer.status !== 303 || location === null) {
      const html = await answer.text()
      return { status: answer.status, url: url.href, left: false, html, headers: answer.headers, text: textOf(html) }
    }
    if (new URL(location, url).origin === url.origin) return this.get(new URL(location, url).href)
    return { status: 303, url: location, left: true, html: '', headers: answer.headers, text: '' }
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
}
const decoded = (text: string) => text.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] as string)

const textOf = (html: string): string =>
  decoded(
    html
      .replace(/^[\s\S]*<body>/, '')
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' '),
  )

const attribute = (tag: string, name: string): string | undefined => {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  return found === undefined ? undefined : decoded(found)
}

export function formOf(html: string, action: string): { action: string; fields: Record<string, string> } {
  for (const [, head = '', body = ''] of html.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)) {
    const where = attribute(head, 'action') ?? ''
    if (attribute(head, 'method') !== 'post' || !where.replace(/\?.*/, '').endsWith(action)) continue
    const fields: Record<string, string> = {}
    for (const [input] of body.matchAll(/<input[^>]*>/g)) {
      const name = attribute(input, 'name')
      if (name && attribute(input, 'type') !== 'radio') fields[name] = attribute(input, 'value') ?? ''
    }
    return { action: where, fields }
  }
  throw new Error(`the page has no form that posts to ${action}`)
}
