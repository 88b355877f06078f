/** Pages are written as tagged templates, in which every value is escaped unless it is HTML itself. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Content = Html | string | number | false | null | undefined | readonly Content[]

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] as string)

export function html(parts: TemplateStringsArray, ...values: Content[]): Html {
  const text = parts.reduce((before, part, index) => before + textOf(values[index - 1]) + part)
  return new Html(text)
}

function textOf(content: Content): string {
  if (content === false || content === null || content === undefined) return ''
  if (content instanceof Html) return content.text
  return Array.isArray(content) ? content.map(textOf).join('') : escapeHtml(String(content))
}
