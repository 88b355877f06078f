import { watch } from 'node:fs'
import { join } from 'node:path'

/** Editors write a file in several steps, and a checkout changes many at once. */
const QUIET_MS = 150

/**
 * Calls back when files below a folder have changed and it has been quiet since; the calls for one callback never
 * overlap, and what changes meanwhile is not lost.
 */
export function onChange(
  root: string,
  folders: string[],
  isOfInterest: (path: string) => boolean,
  callback: (path: string) => Promise<void>,
): () => void {
  let timer: NodeJS.Timeout | undefined
  let busy = false
  let changed: string | undefined
  let closed = false

  const run = async () => {
    if (busy || changed === undefined || closed) return
    const path = changed
    changed = undefined
    busy = true
    try {
      await callback(path)
    } finally {
      busy = false
      if (changed !== undefined) schedule()
    }
  }
  const schedule = () => {
    clearTimeout(timer)
    timer = setTimeout(() => void run(), QUIET_MS)
  }
  const watchers = folders.map((folder) => {
    const watcher = watch(join(root, folder), { recursive: true }, (_, name) => {
      const path = join(folder, name ?? '')
      if (!isOfInterest(path)) return
      changed = path
      schedule()
    })
    watcher.on('error', (error) => console.error(`  Changes below ${folder} are no longer noticed: ${error.message}`))
    return watcher
  })
  return () => {
    closed = true
    clearTimeout(timer)
    for (const watcher of watchers) watcher.close()
  }
}
