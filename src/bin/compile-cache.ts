import { enableCompileCache } from 'node:module'
import { join, resolve } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

/**
 * Keeps compiled code between starts, which makes the next one a third shorter and 20 MiB smaller. Only what is loaded
 * afterwards counts. Beside the data and not in the shared folder for temporary files, because who writes the cache
 * decides what runs. A folder that cannot be written is no fault: then all is compiled anew, as it is with
 * NODE_DISABLE_COMPILE_CACHE=1. NODE_COMPILE_CACHE names another folder.
 */
export function keepCompiledCode(): void {
  enableCompileCache(resolve(ROOT, process.env.PLINTH_DATA_DIR ?? '.data', 'compile-cache'))
}
