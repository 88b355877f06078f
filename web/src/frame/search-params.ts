/** What the URL says, when it makes sense; anything else is as if it were not there. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A name as plans have them. Whether there is such a plan is seen where it would be bought. */
export function planName(value: unknown): string | undefined {
  return typeof value === 'string' && /^[a-z][a-z0-9_]{0,39}$/.test(value) ? value : undefined
}

export function wholeNumber(value: unknown): number | undefined {
  const number = Number(value)
  return Number.isInteger(number) && number > 1 ? number : undefined
}

export function oneOf<T extends string>(value: unknown, known: readonly T[]): T | undefined {
  return known.find((each) => each === value)
}

export function flag(value: unknown): true | undefined {
  return value === true || value === 'true' || value === 1 ? true : undefined
}

/** Where to go after signing in: only ever a path of this app. */
export function ownPath(value: string | undefined): string | undefined {
  return value?.startsWith('/') && !/^\/[/\\]/.test(value) ? value : undefined
}

/** Links may leave out every one of these. */
export function optional<T extends object>(values: T): { [K in keyof T]?: T[K] } {
  return values
}
