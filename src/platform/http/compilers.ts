/**
 * What checks and writes the parts of a request, compiled when a route is first asked for. All of them at once are a
 * sixth of the start, and most processes never need most of them.
 *
 * Not in development, where a fault in a schema is to be seen at once; tests/guards/schemas.test.ts starts that way.
 */
import { createRequire } from 'node:module'
import type { FastifyServerOptions } from 'fastify'
import { ajvOptions } from './validation.ts'

type Check = ((data: unknown) => unknown) & { errors?: unknown }
type Write = (data: unknown) => string
type Factory<Compiled> = () => (schemas: unknown, options: unknown) => (part: object) => Compiled

export function compileOnDemand(): Pick<FastifyServerOptions, 'ajv' | 'schemaController'> {
  // Fastify's own, which it does not load when it is given others.
  const load = createRequire(createRequire(import.meta.url).resolve('fastify'))
  const validators = once(() => (load('@fastify/ajv-compiler') as Factory<Check>)())
  const serializers = once(() => (load('@fastify/fast-json-stringify-compiler') as Factory<Write>)())

  const buildValidator = (schemas: unknown, options: unknown) => {
    const compile = once(() => validators()(schemas, options))
    return (part: object): Check => {
      const compiled = once(() => compile()(part))
      const check: Check = (data) => {
        const isValid = compiled()(data)
        check.errors = compiled().errors
        return isValid
      }
      return check
    }
  }
  const buildSerializer = (schemas: unknown, options: unknown) => {
    const compile = once(() => serializers()(schemas, options))
    return (part: object): Write => {
      const compiled = once(() => compile()(part))
      return (data) => compiled()(data)
    }
  }
  return {
    ajv: { ...ajvOptions, customOptions: { ...ajvOptions.customOptions, validateSchema: false } },
    schemaController: { compilersFactory: { buildValidator, buildSerializer } } as never,
  }
}

function once<Result>(make: () => Result): () => Result {
  let made: { result: Result } | undefined
  return () => {
    made ??= { result: make() }
    return made.result
  }
}
