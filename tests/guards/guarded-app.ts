/** The application that the guards call: beside a local Stripe, so that everything that is sold can be bought. */

import type { Account, TestApp, TestAppOptions } from '../support/app.ts'
import { startBillingStage } from '../support/billing-stage.ts'

export interface GuardedApp extends TestApp {
  /** Buys the largest plan that has every feature, and waits until nothing is under way any more. */
  subscribe(owner: Account): Promise<void>
}

export async function startGuardedApp(options: TestAppOptions = {}): Promise<GuardedApp> {
  const stage = await startBillingStage(options)
  return {
    ...stage.app,
    async subscribe(owner) {
      const { body, text } = await stage.call(owner, 'POST', 'checkout', { plan: 'enterprise', interval: 'month' })
      if (!body?.data?.session_id) throw new Error(`The checkout of ${owner.slug} answered ${text}`)
      await stage.pay(body.data.session_id)
      await stage.call(owner, 'POST', 'sync', {})
      await stage.local.settled()
    },
    close: () => stage.close(),
  }
}
