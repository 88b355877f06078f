import type { Role } from '../api/contract.ts'

/** From weakest to strongest, in the words that people read when they choose one. */
export const roleChoices: readonly { value: Role; label: string; hint: string }[] = [
  { value: 'viewer', label: 'Viewer', hint: 'Reads everything, changes nothing' },
  { value: 'member', label: 'Member', hint: 'Creates and edits projects' },
  { value: 'admin', label: 'Admin', hint: 'Also manages people and settings' },
  { value: 'owner', label: 'Owner', hint: 'Everything, including other owners' },
]

const rank = (role: Role) => roleChoices.findIndex((choice) => choice.value === role)

export function roleLabel(role: Role): string {
  return roleChoices[rank(role)]?.label ?? role
}

/** Nobody hands out or acts on more than they hold. */
export function outranks(mine: Role | null, other: Role): boolean {
  return mine !== null && rank(mine) >= rank(other)
}

export function grantable(mine: Role | null) {
  return roleChoices.filter((choice) => outranks(mine, choice.value))
}
