import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { dataOf } from '../api/client.ts'
import { ApiProblem, wordsOf } from '../api/problem.ts'
import { useMe } from '../auth/me.tsx'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogBody, DialogFoot } from '../ui/dialog.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { ErrorState } from '../ui/states.tsx'
import { toast } from '../ui/toast.tsx'
import { useAdopt, usePortal } from './actions.ts'
import { buttonWords, deedOf } from './change-words.ts'
import type { Change, PlanOffer, Preview, Subscription } from './contract.ts'
import { previewQuery } from './data.ts'
import { dayOf } from './days.ts'
import { Impact } from './impact.tsx'
import { PreviewLines } from './preview-lines.tsx'

interface ChangeDialogProps {
  change: Change
  plan: PlanOffer
  subscription: Subscription
  onClose: () => void
  onDone: () => void
}

/** Shows what a change comes to before it is agreed to; exactly that is then charged. */
export function ChangeDialog({ change, plan, subscription, onClose, onDone }: ChangeDialogProps) {
  const { key, api } = useMe()
  const [isNew, setNew] = useState(false)
  const preview = useQuery(previewQuery(key, change))
  const adopt = useAdopt()
  const portal = usePortal()
  const deed = deedOf(change, plan, subscription.seats.quantity ?? 1)

  const make = useMutation({
    mutationFn: ({ proration_date }: Preview) =>
      dataOf(api.POST('/billing/change', { body: { ...change, proration_date } })),
    async onSuccess(next) {
      onDone()
      await adopt(next)
      toast.done(doneWords(next, plan))
    },
    onError(error) {
      // What was shown is too old or something else changed meanwhile: show what it is now, and ask again.
      if (!(error instanceof ApiProblem) || error.status !== 409 || error.code === 'BILLING_BUSY') return
      setNew(true)
      preview.refetch()
    },
  })
  const shown = preview.data
  const busy = make.isPending || preview.isFetching

  return (
    <Dialog
      open
      size="wide"
      onOpenChange={(open) => !open && !make.isPending && onClose()}
      title={`${deed.charAt(0).toUpperCase()}${deed.slice(1)}`}
      description={shown && whenWords(shown)}
    >
      <DialogBody>
        {preview.isError ? (
          <ErrorState
            compact
            title="What this costs could not be worked out"
            error={preview.error}
            onRetry={() => preview.refetch()}
          />
        ) : shown ? (
          <>
            {isNew && (
              <Banner tone="warning" title="The amount was worked out anew">
                Something changed since it was first shown. Please look at it again.
              </Banner>
            )}
            <Impact exceeded={shown.impact} plan={plan.name} />
            <PreviewLines preview={shown} />
            {make.isError && !isNew && (
              <Banner
                tone="danger"
                action={
                  make.error instanceof ApiProblem && make.error.status === 402 ? (
                    <Button pending={portal.isPending} onClick={() => portal.mutate('payment_method')}>
                      Change the card
                    </Button>
                  ) : undefined
                }
              >
                {wordsOf(make.error)}
              </Banner>
            )}
          </>
        ) : (
          <div role="status" aria-label="Working out what it costs" className="flex flex-col gap-4 py-1">
            {['w-3/4', 'w-2/3', 'w-1/2'].map((width) => (
              <Skeleton key={width} className={`h-4 ${width}`} />
            ))}
          </div>
        )}
      </DialogBody>
      <DialogFoot>
        <Button onClick={onClose}>Not now</Button>
        <Button
          look="primary"
          disabled={!shown || preview.isError}
          pending={busy && Boolean(shown)}
          onClick={() => {
            setNew(false)
            if (shown) make.mutate(shown)
          }}
        >
          {shown ? buttonWords(deed, shown) : 'Working out the amount'}
        </Button>
      </DialogFoot>
    </Dialog>
  )
}

function whenWords({ effective, effective_at, total }: Preview): string {
  if (effective === 'period_end') return `What you have is paid for and stays until ${dayOf(effective_at)}.`
  return total > 0 ? 'It holds from now on, and the difference is charged to your card.' : 'It holds from now on.'
}

function doneWords(next: Subscription, plan: PlanOffer): string {
  const { scheduled_change: later, seats, plan_name } = next
  if (later) return `${plan.name} begins on ${dayOf(later.at)}.`
  return `You have ${plan_name} with ${seats.quantity ?? 1} ${seats.quantity === 1 ? 'seat' : 'seats'} now.`
}
