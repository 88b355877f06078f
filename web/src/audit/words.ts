/** "project.created" as a person would say it. Actions that are not listed are told from their name. */
import type { AuditEvent } from '../api/contract.ts'

const sentences: Record<string, string> = {
  'tenant.created': 'created the organisation',
  'tenant.updated': 'changed the settings',
  'member.joined': 'joined',
  'member.role_changed': 'changed a role',
  'member.deactivated': 'deactivated a member',
  'member.reactivated': 'reactivated a member',
  'invitation.created': 'invited somebody',
  'invitation.resent': 'sent an invitation again',
  'invitation.revoked': 'withdrew an invitation',
  'invitation.accepted': 'accepted an invitation',
  'project.created': 'created a project',
  'project.updated': 'changed a project',
  'project.deleted': 'deleted a project',
  'billing.checkout_started': 'began to buy a plan',
  'billing.subscription_changed': 'changed the subscription',
  'billing.cancellation_scheduled': 'canceled the subscription',
  'billing.resumed': 'kept the subscription',
  'billing.plan_changed': 'changed the plan',
  'billing.seats_changed': 'changed the number of seats',
  'billing.customer_lost': 'lost the customer at Stripe',
}

export function actionWords(action: string): string {
  const known = sentences[action]
  if (known) return known
  const [subject = '', ...verb] = action.split('.')
  return `${verb.join(' ').replaceAll('_', ' ')} ${subject.replaceAll('_', ' ').replace(/s$/, '')}`.trim()
}

export const knownActions = Object.keys(sentences)

export function actorName({ actor }: AuditEvent): string {
  if (actor.name) return actor.id ? actor.name : capitalized(actor.name)
  return actor.id ? 'A former member' : 'The system'
}

// What acts by itself is named as the code names it: "stripe".
const capitalized = (name: string) => name.charAt(0).toUpperCase() + name.slice(1)

function isChange(value: unknown): value is { from: string; to: string } {
  const { from, to } = (value ?? {}) as Record<string, unknown>
  return typeof from === 'string' && typeof to === 'string'
}

/** What it was done to, when the entry carries a name for it. */
export function subjectOf(event: AuditEvent): string | undefined {
  const { details } = event
  for (const key of ['name', 'email', 'full_name']) {
    const value = details[key]
    if (typeof value === 'string' && value) return value
  }
  const { plan } = details
  if (isChange(plan) && plan.from !== plan.to) return `${capitalized(plan.from)} to ${capitalized(plan.to)}`
  return undefined
}
