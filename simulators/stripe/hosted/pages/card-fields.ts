/** The card form: the test cards as buttons that fill it, the fields, and what becomes of what was typed. */
import { cardTable } from '../../engine/index.ts'
import { StripeFault, type World } from '../../world.ts'
import { FormFault, type FormState, field } from './fields.ts'
import { type Html, html } from './html.ts'

type TestCard = (typeof cardTable)[number]

/** The three that show the most stand first; the others wait behind a disclosure. */
const FIRST = ['4242424242424242', '4000002760003184', '4000000000009995']

const OUTCOMES: Readonly<Record<TestCard['outcome'], string>> = {
  succeeds: 'Pays',
  authenticates_always: 'Pays after 3D Secure',
  authenticates_on_setup: 'Pays after 3D Secure, asked once only',
  fails_after_attach: 'Is saved, then every charge fails',
  generic_decline: 'Declined',
  insufficient_funds: 'Declined: insufficient funds',
  expired_card: 'Declined: expired card',
  incorrect_cvc: 'Declined: wrong security code',
  processing_error: 'Declined: processing error',
  disputed: 'Pays, then is disputed',
}

const BRANDS: Readonly<Record<string, string>> = { 3: 'American Express', 4: 'Visa', 5: 'Mastercard' }

const grouped = (number: string): string =>
  number.startsWith('3') ? number.replace(/^(.{4})(.{6})/, '$1 $2 ') : number.replace(/(.{4})(?=.)/g, '$1 ')

const digitsOf = (text: string | undefined): string => (text ?? '').replace(/\D/g, '')

const isTestCard = (number: string): boolean => cardTable.some((card) => card.number === number)

function testCards(world: World, cards: readonly TestCard[]): Html[] {
  const expiry = expiryFor(world)
  return cards.map(
    ({ number, outcome }) => html`<li><button type="submit" form="fill" name="card" value="${number}" class="test-card"
 data-number="${grouped(number)}" data-expiry="${expiry}">
<span class="outcome">${OUTCOMES[outcome]}</span>
<span class="digits">${BRANDS[number[0] ?? ''] ?? 'Card'} ${number.slice(-4)}</span>
</button></li>`,
  )
}

const expiryFor = (world: World): string =>
  `12 / ${String((new Date(world.now() * 1000).getUTCFullYear() + 3) % 100).padStart(2, '0')}`

/** What the fields hold when a test card was chosen without a script. */
export function chosenCard(world: World, card: string | undefined, name: string | null): Record<string, string> {
  if (!card || !isTestCard(card)) return {}
  return { number: grouped(card), expiry: expiryFor(world), cvc: '123', name: name ?? 'Test Person' }
}

/** Goes beside the form: a button of one form cannot send another without losing what was typed. */
export const fillForm = (action: string): Html => html`<form id="fill" method="get" action="${action}"></form>`

export function cardFields(world: World, state: FormState): Html {
  const first = FIRST.flatMap((number) => cardTable.filter((card) => card.number === number))
  const others = cardTable.filter(({ number }) => !FIRST.includes(number))
  return html`<fieldset class="test-cards">
<legend>Fill in a test card</legend>
<ul>${testCards(world, first)}</ul>
<details><summary>${others.length} more test cards</summary><ul>${testCards(world, others)}</ul></details>
<p class="visually-hidden" role="status" id="filled"></p>
</fieldset>
${field(state, {
  name: 'number',
  label: 'Card number',
  hint: 'Only test cards work here. Never type a real one.',
  inputmode: 'numeric',
  placeholder: '4242 4242 4242 4242',
  maxlength: 23,
})}
<div class="pair">
${field(state, { name: 'expiry', label: 'Expiry', inputmode: 'numeric', placeholder: 'MM / YY', maxlength: 7 })}
${field(state, { name: 'cvc', label: 'CVC', inputmode: 'numeric', placeholder: '123', maxlength: 4 })}
</div>
${field(state, { name: 'name', label: 'Name on card', maxlength: 120 })}`
}

export interface TypedCard {
  number: string
  exp_month: number
  exp_year: number
  name: string
}

export function readCard(world: World, form: Readonly<Record<string, string>>): TypedCard {
  const number = digitsOf(form.number)
  if (!number) throw new FormFault('Type a card number, or choose a test card.', 'number')
  const [, month, year] = /^\s*(\d{1,2})\s*\/?\s*(\d{2}|\d{4})\s*$/.exec(form.expiry ?? '') ?? []
  const [exp_month, exp_year] = [Number(month), Number(year) + (year?.length === 2 ? 2000 : 0)]
  if (!(exp_month >= 1 && exp_month <= 12)) throw new FormFault('Type month and year, as in 12 / 29.', 'expiry')
  const now = new Date(world.now() * 1000)
  if (exp_year * 12 + exp_month < now.getUTCFullYear() * 12 + now.getUTCMonth() + 1)
    throw new FormFault('This date is in the past.', 'expiry')
  if (!/^\d{3,4}$/.test((form.cvc ?? '').trim())) throw new FormFault('Type the 3 or 4 digits.', 'cvc')
  const name = (form.name ?? '').trim()
  if (!name) throw new FormFault('Type the name on the card.', 'name')
  return { number, exp_month, exp_year, name }
}

/** What the page shows again after a fault: never the code, and never a number that may be somebody's card. */
export function keptFields(form: Readonly<Record<string, string>>): Record<string, string> {
  const { cvc: _cvc, number, token: _token, ...rest } = form
  return { ...rest, ...(isTestCard(digitsOf(number)) ? { number: grouped(digitsOf(number)) } : {}) }
}

const FIELDS: Readonly<Record<string, string>> = {
  incorrect_number: 'number',
  card_declined: 'number',
  processing_error: 'number',
  authentication_required: 'number',
  expired_card: 'expiry',
  invalid_expiry_year: 'expiry',
  incorrect_cvc: 'cvc',
}

/** A refusal of the engine at the field that it is about; anything else is thrown on. */
export function faultOf(error: unknown): FormFault {
  if (error instanceof FormFault) return error
  if (!(error instanceof StripeFault)) throw error
  const { code, decline_code, message } = error.body
  if (decline_code === 'test_mode_live_card')
    return new FormFault('This is not a test card. Nothing was stored; choose one of the test cards above.', 'number')
  return new FormFault(message, FIELDS[code ?? ''] ?? null, error.status)
}
