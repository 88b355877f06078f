/**
 * Loads test files into this process. `node:test` follows every promise from its making to its collection, to know which
 * test an error belongs to that nobody caught. That is a tenth of the work of a test that asks servers and databases, so it
 * ends once all tests are registered: such an error still fails the process, without the name of its test
 * (docs/decisions/0022).
 */
import hooks, { type AsyncHook } from 'node:async_hooks'

export interface TestFile {
  name: string
  path: string
}

/** Several become a suite each, so that their hooks stay their own. One that cannot be loaded fails as a test of it. */
export async function loadTestFiles(files: TestFile[]): Promise<void> {
  const following = keepNextHook()
  const { describe, test } = await import('node:test')
  let left = files.length
  const load = async ({ path }: TestFile) => {
    await import(path).catch((error) => {
      test('can be loaded', () => {
        throw error
      })
    })
    left -= 1
    if (left === 0) following()?.disable()
  }
  if (files.length === 1) return load(files[0] as TestFile)
  for (const file of files) describe(file.name, () => load(file))
}

/** Of the hooks that are made from now on, the first. */
function keepNextHook(): () => AsyncHook | undefined {
  const { createHook } = hooks
  let kept: AsyncHook | undefined
  hooks.createHook = (callbacks) => {
    hooks.createHook = createHook
    kept = createHook(callbacks)
    return kept
  }
  return () => kept
}
