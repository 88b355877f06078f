import { Type } from '#platform/schema.ts'

const Day = Type.String({ format: 'date', description: 'A day of UTC; of a month, the first.' })
const Count = Type.Integer({ minimum: 0 })

export const DashboardView = Type.Object({
  period: Type.Object({ from: Day, to: Day }),
  totals: Type.Object({
    projects: Count,
    active_projects: Count,
    active_members: Count,
    people_at_work: Type.Integer({ minimum: 0, description: 'Members who did something in the last thirty days.' }),
  }),
  series: Type.Array(
    Type.Object({
      key: Type.String(),
      name: Type.String({ description: 'For people.' }),
      unit: Type.String(),
      interval: Type.Enum(['month', 'day'], { description: 'How far apart the points are.' }),
      points: Type.Array(Type.Object({ date: Day, value: Count }), { description: 'Oldest first, without gaps.' }),
    }),
  ),
})
