/** Development only: reading and moving the application's clock, so that expiry and renewal can be seen today. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AdjustableClock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { Type } from '../schema.ts'

const ClockView = Type.Object({ now: Type.String({ format: 'date-time' }) })
const Move = Type.Object(
  {
    advance: Type.Optional(Type.String({ maxLength: 40, description: 'ISO 8601 duration, for example P1D or PT11S.' })),
    to: Type.Optional(Type.String({ format: 'date-time', description: 'A moment that is not past.' })),
  },
  { additionalProperties: false, minProperties: 1, maxProperties: 1 },
)

export interface ClockRoutesOptions {
  clock: AdjustableClock
  /** Takes along whatever else lives by this clock; the answer waits for it. */
  onMove?: ((now: Date) => Promise<void>) | undefined
}

/** All that falls due on the way happens while the caller waits: in ten years, 120 renewals of each subscription. */
const LONGEST_MOVE = 'P10Y'

const DURATION = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/

export const clockRoutes: FastifyPluginAsyncTypebox<ClockRoutesOptions> = async (app, { clock, onMove }) => {
  const view = () => ({ now: clock.now().toISOString() })
  const common = { config: { access: 'public' as const }, schema: { hide: true, response: { 200: ClockView } } }

  app.get('/dev/clock', common, async () => view())

  app.post('/dev/clock', { ...common, schema: { ...common.schema, body: Move } }, async (request) => {
    const { advance = '', to } = request.body
    const from = clock.now()
    const target = to === undefined ? after(from, advance) : new Date(to)
    if (target < from) throw invalid('to', 'must not be past: time only goes forward')
    // Written so that a date beyond what Date can hold, which compares as neither, is refused too.
    if (!(target <= after(from, LONGEST_MOVE))) {
      throw invalid(to === undefined ? 'advance' : 'to', 'must not lead further than ten years at once')
    }
    clock.advance(target.getTime() - from.getTime())
    await onMove?.(clock.now())
    return view()
  })
}

function invalid(field: string, message: string): Refusal {
  return new Refusal(400, 'VALIDATION_ERROR', 'The request is not valid.', { details: [{ field, message }] })
}

/** Months and years by the calendar (UTC), the rest by the second. */
function after(from: Date, duration: string): Date {
  const parts = DURATION.exec(duration)
  if (!parts || duration.endsWith('P') || duration.endsWith('T')) {
    throw invalid('advance', 'must be an ISO 8601 duration such as P1D or PT11S')
  }
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0))
  const to = new Date(from)
  to.setUTCFullYear(to.getUTCFullYear() + years, to.getUTCMonth() + months, to.getUTCDate() + weeks * 7 + days)
  return new Date(to.getTime() + ((hours * 60 + minutes) * 60 + seconds) * 1000)
}
