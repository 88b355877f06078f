/** `items[0][price]=p&expand[]=customer` as an object: how Stripe takes parameters, in bodies and in query strings. */
import { StripeFault } from '../world.ts'

/** `contract/parameters.ts` turns objects whose keys are numbers into arrays where the contract has an array. */
export type Form = { [key: string]: string | Form }

/** Keys that reach into the prototype of what they are put on. */
const DANGEROUS = new Set(['__proto__', 'constructor', 'prototype'])
const MAX_DEPTH = 12

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new StripeFault(400, { message: `Invalid parameters: ${text.slice(0, 40)} is not encoded as a form.` })
  }
}

function keysOf(name: string): string[] {
  const [first = ''] = name.split('[', 1)
  return [first, ...[...name.slice(first.length).matchAll(/\[([^\]]*)\]/g)].map(([, key]) => key as string)]
}

function put(form: Form, keys: readonly string[], value: string): void {
  let target = form
  for (const [at, written] of keys.entries()) {
    const key = written === '' && at > 0 ? String(Object.keys(target).length) : written
    if (at === keys.length - 1) {
      target[key] = value
      return
    }
    const inner = target[key]
    if (typeof inner === 'object') target = inner
    else target = target[key] = {}
  }
}

export function parseForm(text: string): Form {
  const form: Form = {}
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
    const keys = keysOf(decode(name))
    if (keys.length > MAX_DEPTH || keys.some((key) => DANGEROUS.has(key))) continue
    put(form, keys, decode(value))
  }
  return form
}
