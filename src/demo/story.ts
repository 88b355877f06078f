/** What the demo tells. Words only, so that it can be made yours without touching code. */
import type { Role } from '#access'

export interface Person {
  email: string
  fullName: string
  tenant?: 'acme' | 'globex'
  role?: Role
  staff?: boolean
  /** Days ago. */
  joined: number
}

export const people: readonly Person[] = [
  { email: 'owner@acme.test', fullName: 'Robin Owner', tenant: 'acme', role: 'owner', joined: 378 },
  { email: 'admin@acme.test', fullName: 'Alex Admin', tenant: 'acme', role: 'admin', joined: 340 },
  { email: 'member@acme.test', fullName: 'Morgan Member', tenant: 'acme', role: 'member', joined: 212 },
  { email: 'viewer@acme.test', fullName: 'Vic Viewer', tenant: 'acme', role: 'viewer', joined: 97 },
  { email: 'owner@globex.test', fullName: 'Gale Owner', tenant: 'globex', role: 'owner', joined: 41 },
  { email: 'staff@plinth.test', fullName: 'Sam Staff', staff: true, joined: 378 },
]

export const tenants = {
  acme: { name: 'Acme' },
  globex: { name: 'Globex' },
} as const

export interface Story {
  name: string
  description: string
  status: 'active' | 'paused' | 'archived'
  by: string
  /** Days ago. */
  started: number
  touched: number
}

const owner = 'owner@acme.test'
const admin = 'admin@acme.test'
const member = 'member@acme.test'

export const projects: Readonly<Record<'acme' | 'globex', readonly Story[]>> = {
  acme: [
    story('Company website', 'First public site: home, product, contact.', 'archived', owner, 360, 301),
    story('Brand guidelines', 'Type, colour and tone, on one page each.', 'archived', owner, 348, 290),
    story(
      'Customer interviews, spring',
      'Twelve conversations about how orders are placed today.',
      'archived',
      admin,
      331,
      262,
    ),
    story('Order form rework', 'Fewer fields, clearer errors, saved drafts.', 'archived', admin, 318, 240),
    story('Warehouse labels', 'Labels that the scanners read at the first try.', 'archived', admin, 297, 214),
    story('Supplier onboarding', 'One checklist from first call to first delivery.', 'active', owner, 283, 12),
    story('Price list 2', 'Prices per region, with dates from which they count.', 'archived', admin, 266, 170),
    story('Returns portal', 'Customers start a return without calling us.', 'active', admin, 251, 3),
    story('Packaging trial', 'Three kinds of boxes, measured by breakage.', 'archived', owner, 236, 133),
    story('Inventory count, summer', 'Full count of both halls over one weekend.', 'archived', member, 205, 161),
    story('Delivery tracking page', 'Where is my order, without signing in.', 'active', member, 196, 8),
    story('Carrier comparison', 'Cost and delay of four carriers over a quarter.', 'archived', member, 181, 92),
    story('Support macros', 'Good answers to the thirty questions we get most.', 'active', admin, 167, 20),
    story('Invoice layout', 'One page, readable when printed in grey.', 'archived', member, 152, 84),
    story('Showroom tablet', 'Catalogue that works without a network.', 'paused', member, 138, 60),
    story('Newsletter', 'Once a month, written by whoever shipped something.', 'active', admin, 121, 5),
    story('Accessibility review', 'Keyboard, contrast and names on every page.', 'active', owner, 106, 15),
    story('Autumn catalogue', 'Ninety-six pages, printed and online.', 'archived', member, 94, 31),
    story('Loading dock schedule', 'Slots for carriers, so that nobody waits.', 'paused', admin, 80, 44),
    story('Data retention', 'What we keep, why, and until when.', 'active', owner, 66, 18),
    story('Winter stock plan', 'What to order by when, from last year’s numbers.', 'active', member, 52, 2),
    story('Self-service quotes', 'A quote in a minute for standard sizes.', 'active', member, 33, 1),
    story('Mobile stock check', 'Shelf counts from a phone.', 'active', admin, 19, 1),
    story('Yearly review', 'What went well, what did not, what next.', 'active', owner, 6, 0),
  ],
  globex: [
    story('Pilot plant', 'Floor plan and permits.', 'active', 'owner@globex.test', 38, 4),
    story('Hiring', 'Two operators and a planner.', 'active', 'owner@globex.test', 25, 9),
    story('Safety manual', 'Short enough to be read.', 'paused', 'owner@globex.test', 11, 11),
  ],
}

function story(
  name: string,
  description: string,
  status: Story['status'],
  by: string,
  started: number,
  touched: number,
): Story {
  return { name, description, status, by, started, touched }
}

export interface UsageOfDay {
  metric: 'api_calls' | 'ai_credits'
  daysAgo: number
  quantity: number
}

/** Busy weeks and quiet weekends, growing slowly; the same at every start. */
function year(people: number, days: number): UsageOfDay[] {
  return Array.from({ length: days }, (_, index) => {
    const daysAgo = days - index
    const growth = 0.4 + (0.6 * index) / days
    const weekday = index % 7 < 5 ? 1 : 0.22
    const ripple = 1 + 0.25 * Math.sin(index / 4.3) + 0.1 * Math.sin(index * 1.9)
    const busy = people * growth * weekday * ripple
    return [
      { metric: 'api_calls' as const, daysAgo, quantity: Math.max(1, Math.round(310 * busy)) },
      { metric: 'ai_credits' as const, daysAgo, quantity: Math.max(1, Math.round(14 * busy)) },
    ]
  }).flat()
}

export const usage: Readonly<Record<keyof typeof tenants, readonly UsageOfDay[]>> = {
  acme: year(4, 364),
  globex: year(1, 40).filter(({ metric }) => metric === 'api_calls'),
}
