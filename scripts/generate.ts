/** `npm run generate`: writes every generated file again, each from what the one before it made. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './source.ts'

for (const script of ['generate-schema.ts', 'generate-openapi.ts', 'generate-client.ts']) {
  const { status, error } = spawnSync(process.execPath, [join(ROOT, 'scripts', script)], {
    cwd: ROOT,
    stdio: 'inherit',
  })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}
