import { PageQuery } from '#platform/http/page-query.ts'
import { Type } from '#platform/schema.ts'
import { Id } from '#tenants'

const closed = { additionalProperties: false } as const
const Time = Type.String({ format: 'date-time' })
const Name = Type.String({ minLength: 1, maxLength: 120, pattern: '\\S' })
const Description = Type.String({ maxLength: 4000 })
export const Status = Type.Enum(['active', 'paused', 'archived'])

export const ProjectView = Type.Object({
  id: Id,
  name: Type.String(),
  description: Type.String(),
  status: Status,
  created_by: Id,
  created_at: Time,
  updated_at: Time,
  version: Type.Integer(),
})

export const NewProject = Type.Object(
  { name: Name, description: Type.Optional(Description), status: Type.Optional(Status) },
  closed,
)

export const ProjectChanges = Type.Object(
  { name: Type.Optional(Name), description: Type.Optional(Description), status: Type.Optional(Status) },
  { ...closed, minProperties: 1 },
)

export const ProjectsQuery = Type.Object(
  {
    ...PageQuery.properties,
    search: Type.Optional(Type.String({ maxLength: 200 })),
    status: Type.Optional(Status),
    sort: Type.Optional(
      Type.Enum(['name', '-name', 'created_at', '-created_at', 'updated_at', '-updated_at'], {
        description: 'A leading minus sorts downwards.',
      }),
    ),
  },
  closed,
)
