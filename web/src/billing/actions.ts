import { useMutation } from '@tanstack/react-query'
import { dataOf } from '../api/client.ts'
import { wordsOf } from '../api/problem.ts'
import { queryClient } from '../api/queries.ts'
import { useMe } from '../auth/me.tsx'
import { toast } from '../ui/toast.tsx'
import type { Subscription } from './contract.ts'
import { billingChanged, subscriptionQuery } from './data.ts'
import { dayOf } from './days.ts'

const failed = (error: unknown) => toast.failed(wordsOf(error))

/** Puts the answer of a change in place at once; whatever else depends on the plan is read again. */
export function useAdopt(): (subscription: Subscription) => Promise<void> {
  const { key } = useMe()
  return async (subscription) => {
    queryClient.setQueryData(subscriptionQuery(key).queryKey, subscription)
    await billingChanged(key)
  }
}

/** Stripe's own pages: cards, addresses, invoices. They lead back here. */
export function usePortal() {
  const { api } = useMe()
  return useMutation({
    mutationFn: (flow?: 'payment_method') => dataOf(api.POST('/billing/portal', { body: flow ? { flow } : {} })),
    onSuccess: ({ url }) => window.location.assign(url),
    onError: failed,
  })
}

export function useResume() {
  const { api } = useMe()
  const adopt = useAdopt()
  return useMutation({
    mutationFn: () => dataOf(api.POST('/billing/resume', { body: {} })),
    async onSuccess(subscription) {
      await adopt(subscription)
      toast.done(`${subscription.plan_name} goes on as before.`)
    },
    onError: failed,
  })
}

export function useCancel(onDone: () => void) {
  const { api } = useMe()
  const adopt = useAdopt()
  const resume = useResume()
  return useMutation({
    mutationFn: () => dataOf(api.POST('/billing/cancel', { body: {} })),
    async onSuccess(subscription) {
      onDone()
      await adopt(subscription)
      const end = subscription.cancel_at ?? subscription.current_period_end
      toast.done(
        end ? `${subscription.plan_name} ends on ${dayOf(end)}.` : `${subscription.plan_name} was canceled.`,
        subscription.cancel_at ? () => resume.mutate() : undefined,
      )
    },
    onError: failed,
  })
}
