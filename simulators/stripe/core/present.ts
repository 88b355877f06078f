/** Objects as they leave the store: copies, without what is shown only when it is expanded. */

const LINES_SHOWN = 10

/** Kept with the object, because the engine works with it. */
const SHOWN_WHEN_EXPANDED: Readonly<Record<string, readonly string[]>> = {
  price: ['tiers', 'currency_options'],
  coupon: ['applies_to', 'currency_options'],
}

type Fields = Record<string, unknown>

function trim(value: unknown): void {
  if (value === null || typeof value !== 'object') return
  const fields = value as Fields
  for (const field of SHOWN_WHEN_EXPANDED[String(fields.object)] ?? []) delete fields[field]
  const lines = fields.object === 'invoice' ? (fields.lines as { data: unknown[]; has_more: boolean }) : undefined
  if (lines && lines.data.length > LINES_SHOWN) {
    lines.data.length = LINES_SHOWN
    lines.has_more = true
  }
  for (const inner of Object.values(fields)) trim(inner)
}

export function present<T extends object>(object: T): T {
  const copy = structuredClone(object)
  trim(copy)
  return copy
}

/** What `present` leaves out, for `expand` to bring back. */
export const hiddenFields: readonly { kind: string; field: string }[] = Object.entries(SHOWN_WHEN_EXPANDED).flatMap(
  ([kind, fields]) => fields.map((field) => ({ kind, field })),
)
