import { chownSync, statSync } from 'node:fs'

/** What root makes in somebody's folder is theirs. */
export function giveToOwnerOf(folder: string, path: string): void {
  const { uid, gid } = statSync(folder)
  if (process.getuid?.() === 0 && uid !== 0) chownSync(path, uid, gid)
}
