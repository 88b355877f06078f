/** What the server sorts by; a leading minus sorts downwards. */
export const projectSorts = ['name', '-name', 'created_at', '-created_at', 'updated_at', '-updated_at'] as const

export type ProjectSort = (typeof projectSorts)[number]

export const newestChange: ProjectSort = '-updated_at'
