/** The HTTP server; with PLINTH_WORKER=inline the worker as well. */
import { keepCompiledCode } from './compile-cache.ts'

keepCompiledCode()
await import('./serve.ts')
