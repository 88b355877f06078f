import { FullName, Password, RoleName, SessionKind } from '#auth'
import { PageQuery } from '#platform/http/page-query.ts'
import { Type } from '#platform/schema.ts'

const closed = { additionalProperties: false } as const
const Time = Type.String({ format: 'date-time' })

export const InviteBody = Type.Object(
  {
    email: Type.String({ minLength: 1, maxLength: 320 }),
    role: RoleName,
    full_name: Type.Optional(FullName),
  },
  closed,
)

export const InvitationView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  email: Type.String(),
  role: RoleName,
  status: Type.Enum(['pending', 'expired', 'accepted', 'revoked']),
  created_at: Time,
  expires_at: Time,
})

export const InvitationsQuery = Type.Object(
  { ...PageQuery.properties, search: Type.Optional(Type.String({ maxLength: 200 })) },
  closed,
)

const Token = Type.String({ minLength: 1, maxLength: 200 })

export const LookupQuery = Type.Object({ token: Token }, closed)

export const LookupView = Type.Object({
  tenant: Type.Object({ name: Type.String() }),
  email: Type.String(),
  role: RoleName,
  state: Type.Enum(['new_account', 'sign_in', 'ready', 'wrong_account']),
})

export const AcceptBody = Type.Object(
  {
    token: Token,
    password: Type.Optional(Password),
    full_name: Type.Optional(FullName),
    session: Type.Optional(SessionKind),
  },
  closed,
)
