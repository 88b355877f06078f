/** Fields of a form: the label above, the error in the place of the hint, both told to screen readers. */
import { type Content, type Html, html } from './html.ts'

/** What is wrong with a form: at a field, or with the whole of it. */
export class FormFault extends Error {
  readonly field: string | null
  readonly status: number
  constructor(message: string, field: string | null = null, status = 422) {
    super(message)
    this.name = 'FormFault'
    this.field = field
    this.status = status
  }
}

export interface FormState {
  values: Readonly<Record<string, string>>
  fault: FormFault | null
}

export const EMPTY: FormState = { values: {}, fault: null }

interface FieldOptions {
  name: string
  label: string
  hint?: string
  type?: string
  inputmode?: string
  placeholder?: string
  autocomplete?: string
  maxlength?: number
}

export function field({ values, fault }: FormState, options: FieldOptions): Html {
  const { name, label, hint, type = 'text', inputmode, placeholder, autocomplete = 'off', maxlength = 200 } = options
  const wrong = fault?.field === name
  const note: Content = wrong
    ? html`<p class="error" id="${name}-note">${fault.message}</p>`
    : hint && html`<p class="hint" id="${name}-note">${hint}</p>`
  return html`<div class="field">
<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}" value="${values[name] ?? ''}" autocomplete="${autocomplete}"
 maxlength="${maxlength}" required spellcheck="false"${attribute('inputmode', inputmode)}${attribute('placeholder', placeholder)}${
   note ? html` aria-describedby="${name}-note"` : ''
 }${wrong ? html` aria-invalid="true" autofocus` : ''}>
${note}
</div>`
}

const attribute = (name: string, value: string | undefined): Content =>
  value === undefined ? '' : html` ${name}="${value}"`
