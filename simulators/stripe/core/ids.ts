/** Ids as Stripe makes them: what it is, then letters and digits that nobody can guess. */
import { randomInt } from 'node:crypto'

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

export const randomText = (length: number): string =>
  Array.from({ length }, () => BASE62[randomInt(BASE62.length)]).join('')

export const newId = (prefix: string): string => prefix + randomText(24)
