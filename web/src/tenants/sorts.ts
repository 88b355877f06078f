/** What the server sorts members by; a leading minus sorts downwards. */
export const memberSorts = ['name', '-name', 'role', '-role', 'joined_at', '-joined_at'] as const

export type MemberSort = (typeof memberSorts)[number]
