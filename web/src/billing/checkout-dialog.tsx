import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { dataOf } from '../api/client.ts'
import { ApiProblem, wordsOf } from '../api/problem.ts'
import { useMe } from '../auth/me.tsx'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogBody, DialogFoot } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import type { Interval, PlanOffer, Subscription } from './contract.ts'
import { billingChanged } from './data.ts'
import { Impact } from './impact.tsx'
import { exceededOn } from './losses.ts'
import { money } from './money.ts'
import { SeatStepper } from './seat-stepper.tsx'
import { each, priceOf, seatCount } from './words.ts'

interface CheckoutDialogProps {
  plan: PlanOffer
  interval: Interval
  seats: number
  subscription: Subscription
  onSeats: (seats: number) => void
  onClose: () => void
}

/** The last step here before Stripe's page: how many seats, and what that comes to. */
export function CheckoutDialog({ plan, interval, seats, subscription, onSeats, onClose }: CheckoutDialogProps) {
  const { key, api } = useMe()
  const [leaving, setLeaving] = useState(false)
  const price = priceOf(plan, interval)
  const trial = subscription.trial_available ? plan.trial_days : 0
  const start = useMutation({
    mutationFn: () => dataOf(api.POST('/billing/checkout', { body: { plan: plan.key, interval, quantity: seats } })),
    onSuccess({ url }) {
      setLeaving(true)
      window.location.assign(url)
    },
    onError: (error) => {
      if (error instanceof ApiProblem && error.code === 'ALREADY_SUBSCRIBED') return billingChanged(key)
    },
  })
  if (!price) return null
  const total = money(price.amount * seats, price.currency)
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={trial > 0 ? `Try ${plan.name} for ${trial} days` : `Choose ${plan.name}`}
      description={plan.description}
    >
      <DialogBody>
        <Field
          label="Seats"
          hint={
            subscription.seats.used > 1
              ? `${seatCount(subscription.seats.used)} are in use. More are added by themselves when people join.`
              : 'One for each person. More are added by themselves when people join.'
          }
        >
          <SeatStepper
            value={seats}
            min={Math.max(1, subscription.seats.used)}
            max={plan.limits.seats ?? null}
            onChange={onSeats}
          />
        </Field>
        <dl className="rounded-card border border-line bg-paper px-4 py-3 tabular-nums">
          <div className="flex justify-between gap-4">
            <dt className="text-muted">
              {seatCount(seats)} at {money(price.amount, price.currency)} {each(interval)}
            </dt>
            <dd className="font-medium">{total}</dd>
          </div>
          <div className="mt-1 flex justify-between gap-4">
            <dt className="text-muted">To pay today, before tax</dt>
            <dd className="font-semibold">{trial > 0 ? money(0, price.currency) : total}</dd>
          </div>
        </dl>
        <Impact exceeded={exceededOn(plan, subscription)} plan={plan.name} />
        {start.isError && <Banner tone="danger">{wordsOf(start.error)}</Banner>}
        <p className="text-sm text-faint">You enter your card on the page of Stripe and come back here.</p>
      </DialogBody>
      <DialogFoot>
        <Button onClick={onClose}>Not now</Button>
        <Button look="primary" pending={start.isPending || leaving} onClick={() => start.mutate()}>
          {trial > 0 ? `Start the trial of ${plan.name}` : `Go on and pay ${total}`}
        </Button>
      </DialogFoot>
    </Dialog>
  )
}
