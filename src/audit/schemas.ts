import { CursorQuery } from '#platform/http/page-query.ts'
import { type Static, Type } from '#platform/schema.ts'

const Nullable = Type.Union([Type.String(), Type.Null()])

export const AuditEventView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  seq: Type.Integer({ description: 'Place in the chain of the tenant, from 1.' }),
  action: Type.String({ examples: ['project.create'] }),
  result: Type.String({ description: 'success or failure' }),
  actor: Type.Object({
    type: Type.String({ description: 'user, api_key, system or staff' }),
    id: Nullable,
    name: Nullable,
    impersonator_id: Nullable,
  }),
  target: Type.Union([Type.Object({ type: Type.String(), id: Type.String() }), Type.Null()]),
  details: Type.Object({}, { additionalProperties: true }),
  ip: Type.String(),
  user_agent: Type.String(),
  request_id: Type.String(),
  at: Type.String({ format: 'date-time' }),
})
export type AuditEventView = Static<typeof AuditEventView>

export const AuditQuery = Type.Object({
  ...CursorQuery.properties,
  action: Type.Optional(Type.String({ maxLength: 100, pattern: '^[a-z_]+(\\.[a-z_]+)+$' })),
  actor: Type.Optional(Type.String({ format: 'uuid', description: 'Id of a person or an API key.' })),
  from: Type.Optional(Type.String({ format: 'date-time' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Not included.' })),
})
export type AuditQuery = Static<typeof AuditQuery>

export const VerificationView = Type.Object({
  valid: Type.Boolean(),
  checked: Type.Integer({ description: 'Events that were found intact.' }),
  head: Type.Optional(Type.Union([Type.String(), Type.Null()], { description: 'Hash of the last event.' })),
  broken: Type.Optional(
    Type.Object({
      seq: Type.Integer(),
      id: Nullable,
      reason: Type.String({ description: 'changed, missing, moved, truncated or added' }),
    }),
  ),
})
