/** The question of a cardholder's bank, kept until it is answered. */
import { randomBytes } from 'node:crypto'
import { StripeFault, type World } from '../../world.ts'
import type { Challenge } from '../objects.ts'

export function ask(world: World, about: Omit<Challenge, 'id' | 'object' | 'created' | 'answered'>): string {
  const id = randomBytes(24).toString('base64url')
  world.save('challenge', { ...about, id, object: 'challenge', created: world.now(), answered: false })
  return `/3ds/${id}`
}

/** A question by its address: one of a page, or of an intent that the API made and that waits for its cardholder. */
export function challengeAt(world: World, id: string): Challenge {
  const kind = id.startsWith('pi_') ? 'payment_intent' : id.startsWith('seti_') ? 'setup_intent' : undefined
  if (!kind) return world.need('challenge', id)
  const intent = world.need(kind, id)
  return {
    id,
    object: 'challenge',
    created: intent.created,
    payment_method: intent.payment_method ?? '',
    amount: 'amount' in intent ? intent.amount : null,
    currency: 'currency' in intent ? intent.currency : null,
    confirmed: { kind, intent: id },
    answered: intent.status !== 'requires_action',
  }
}

/** Answers it, once. */
export function answer(world: World, id: string): Challenge {
  const challenge = challengeAt(world, id)
  if (challenge.answered) throw new StripeFault(400, { message: 'This has been answered.', code: 'challenge_answered' })
  return world.table('challenge').get(id) ? world.update('challenge', id, { answered: true }) : challenge
}
