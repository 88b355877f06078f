import { PLAIN_NAME, RoleName, UserView } from '#auth'
import { PageQuery } from '#platform/http/page-query.ts'
import { Type } from '#platform/schema.ts'

const closed = { additionalProperties: false } as const

export const Id = Type.String({ format: 'uuid' })
export const IdParams = Type.Object({ id: Id }, closed)

const Time = Type.String({ format: 'date-time' })
const Slug = Type.String({ minLength: 1, maxLength: 60 })
const Name = Type.String({ minLength: 1, maxLength: 100, pattern: PLAIN_NAME })
export const MemberStatus = Type.Enum(['active', 'deactivated'])

export const TenantView = Type.Object({
  id: Id,
  slug: Type.String(),
  name: Type.String(),
  settings: Type.Record(Type.String(), Type.Unknown()),
  role: RoleName,
  version: Type.Integer(),
  created_at: Time,
  updated_at: Time,
})

export const TenantOfMine = Type.Object({
  id: Id,
  slug: Type.String(),
  name: Type.String(),
  role: RoleName,
  status: MemberStatus,
})
export const NewTenantView = Type.Object({ id: Id, slug: Type.String(), name: Type.String(), role: RoleName })
export const NewTenantBody = Type.Object({ name: Name, slug: Type.Optional(Slug) }, closed)
export const TenantChanges = Type.Object(
  {
    name: Type.Optional(Name),
    slug: Type.Optional(Slug),
    settings: Type.Optional(Type.Record(Type.String({ maxLength: 100 }), Type.Unknown(), { maxProperties: 100 })),
  },
  { ...closed, minProperties: 1 },
)

const TenantSummary = Type.Object({ id: Id, slug: Type.String(), name: Type.String() })

export const MeView = Type.Object({
  user: UserView,
  tenant: Type.Union([TenantSummary, Type.Null()]),
  role: Type.Union([RoleName, Type.Null()]),
  permissions: Type.Array(Type.String()),
  memberships: Type.Array(Type.Object({ tenant: TenantSummary, role: RoleName, status: MemberStatus })),
})

export const MatrixRow = Type.Object({ role: RoleName, permissions: Type.Array(Type.String()) })
export const RolesView = Type.Object({ roles: Type.Array(MatrixRow), permissions: Type.Array(Type.String()) })

export const MemberView = Type.Object({
  id: Id,
  email: Type.String(),
  full_name: Type.String(),
  role: RoleName,
  status: MemberStatus,
  joined_at: Time,
  last_active_at: Type.Union([Time, Type.Null()]),
})

export const MembersQuery = Type.Object(
  {
    ...PageQuery.properties,
    search: Type.Optional(Type.String({ maxLength: 200 })),
    role: Type.Optional(RoleName),
    status: Type.Optional(MemberStatus),
    sort: Type.Optional(
      Type.Enum(['name', '-name', 'email', '-email', 'role', '-role', 'joined_at', '-joined_at'], {
        description: 'A leading minus sorts downwards.',
      }),
    ),
  },
  closed,
)

export const RoleBody = Type.Object({ role: RoleName }, closed)
