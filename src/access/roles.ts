/** From weakest to strongest; the position is the rank. */
export const roles = ['viewer', 'member', 'admin', 'owner'] as const

export type Role = (typeof roles)[number]

export function rank(role: Role): number {
  return roles.indexOf(role)
}

/** Nobody hands out, takes away or acts on more than they hold. */
export function canGrant(granter: Role, granted: Role): boolean {
  return rank(granter) >= rank(granted)
}
