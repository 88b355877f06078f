/** Who may open which page, decided before anything of it is loaded. */
import { redirect } from '@tanstack/react-router'
import { mayBeSignedIn, rememberedTenant, session } from '../api/client.ts'
import { SignedOut } from '../api/problem.ts'
import { lastUsed } from '../api/session.ts'

interface Wanted {
  plan?: string | undefined
  interval?: 'month' | 'year' | undefined
}

export async function onlySignedIn(tenant: string, here: string): Promise<void> {
  try {
    await session.token(tenant)
  } catch (error) {
    if (error instanceof SignedOut) throw redirect({ to: '/sign-in', search: { return_to: here }, replace: true })
    throw error
  }
}

/** True only when the server says so; a visitor is never sent to an error because it could not be asked. */
async function isSignedIn(): Promise<boolean> {
  if (!mayBeSignedIn()) return false
  return session.token(lastUsed).then(
    () => true,
    () => false,
  )
}

/** Whoever is signed in already goes on to the plan that they chose. */
export async function onlyVisitors({ plan, interval }: Wanted): Promise<void> {
  if (!(await isSignedIn())) return
  if (plan) await lastTenant('/t/$tenant/billing/plans', { plan, interval })
  throw redirect({ to: '/', replace: true })
}

/** The signed-in land where they worked last; everybody else sees the public page. */
export async function startingPlace(): Promise<void> {
  if (await isSignedIn()) await lastTenant('/t/$tenant')
}

/** Leads the signed-in to a page of the organisation that they worked in last. */
export async function lastTenant(
  to: '/t/$tenant' | '/t/$tenant/billing' | '/t/$tenant/billing/plans',
  search: Wanted = {},
): Promise<never> {
  const slug = rememberedTenant() ?? (await session.token(lastUsed)).tenant
  if (slug) throw redirect({ to, params: { tenant: slug }, search, replace: true })
  throw redirect({ to: '/new-tenant', replace: true })
}
