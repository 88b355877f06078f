/** What lists share where they meet SQL. */

export interface PageWindow {
  limit: number
  offset: number
}

/** Matches the text itself, wherever it stands: `%`, `_` and `\` mean themselves. */
export function likePattern(search: string): string {
  return `%${search.replace(/[\\%_]/g, '\\$&')}%`
}
