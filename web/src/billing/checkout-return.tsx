import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { dataOf } from '../api/client.ts'
import { SignedOut } from '../api/problem.ts'
import { useMe } from '../auth/me.tsx'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { ButtonLink } from '../ui/link.tsx'
import { toast } from '../ui/toast.tsx'
import { useAdopt } from './actions.ts'
import { hasBegun } from './state.ts'

const tries = 8
const pauseMs = 1500

/** Back from Stripe. The payment is asked for rather than waited for, because news of it may be slower than people. */
export function CheckoutReturn({ outcome }: { outcome: 'done' | 'canceled' }) {
  return outcome === 'done' ? <Confirming /> : <Left />
}

function Left() {
  const { key } = useMe()
  const navigate = useNavigate()
  return (
    <Banner
      title="You left the payment page"
      action={
        <span className="flex flex-wrap gap-2">
          <ButtonLink to="/t/$tenant/billing/plans" params={{ tenant: key }}>
            Back to the plans
          </ButtonLink>
          <Button
            look="quiet"
            onClick={() => navigate({ to: '/t/$tenant/billing', params: { tenant: key }, replace: true })}
          >
            Close
          </Button>
        </span>
      }
    >
      Nothing was charged and nothing has changed.
    </Banner>
  )
}

function Confirming() {
  const { key, api } = useMe()
  const navigate = useNavigate()
  const adopt = useAdopt()
  const [round, setRound] = useState(0)
  const [isLate, setLate] = useState(false)
  const finish = useRef<(plan: string) => void>(undefined)
  finish.current = (plan) => {
    toast.done(`${plan} is yours. Thank you.`)
    navigate({ to: '/t/$tenant/billing', params: { tenant: key }, replace: true })
  }
  const adoptNow = useRef(adopt)
  adoptNow.current = adopt

  // biome-ignore lint/correctness/useExhaustiveDependencies: another round asks again
  useEffect(() => {
    let current = true
    async function ask() {
      setLate(false)
      for (let attempt = 0; attempt < tries && current; attempt++) {
        if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
        if (!current) return
        try {
          const subscription = await dataOf(api.POST('/billing/sync', { body: {} }))
          if (!current) return
          if (!hasBegun(subscription)) continue
          await adoptNow.current(subscription)
          if (current) finish.current?.(subscription.plan_name)
          return
        } catch (error) {
          if (error instanceof SignedOut) return
        }
      }
      if (current) setLate(true)
    }
    ask()
    return () => {
      current = false
    }
  }, [api, round])

  if (isLate) {
    return (
      <Banner
        tone="warning"
        title="The payment is not confirmed yet"
        action={<Button onClick={() => setRound(round + 1)}>Ask again</Button>}
      >
        Some cards and banks take a few minutes. Your plan appears here by itself; you need not pay again.
      </Banner>
    )
  }
  return (
    <Banner title="Confirming your payment">
      <span aria-busy="true">We are asking Stripe. This takes a few seconds.</span>
    </Banner>
  )
}
