/** The worker: jobs and schedules, without HTTP. Any number of them may run. */
import { keepCompiledCode } from './compile-cache.ts'

keepCompiledCode()
await import('./work.ts')
