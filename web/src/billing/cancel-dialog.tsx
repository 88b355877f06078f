import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogBody, DialogFoot } from '../ui/dialog.tsx'
import { useCancel } from './actions.ts'
import type { Subscription } from './contract.ts'
import { plansQuery } from './data.ts'
import { dayOf } from './days.ts'
import { Impact } from './impact.tsx'
import { exceededOn, lostWith } from './losses.ts'

interface CancelDialogProps {
  subscription: Subscription
  onClose: () => void
}

/** Names what is lost and when, before it is agreed to. */
export function CancelDialog({ subscription, onClose }: CancelDialogProps) {
  const plans = useQuery(plansQuery)
  const cancel = useCancel(onClose)
  const { plan_name: name, current_period_end: end, status } = subscription
  const free = plans.data?.find(({ prices }) => prices.length === 0)
  const losses = free ? lostWith(subscription, free) : []
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && !cancel.isPending && onClose()}
      title={`Cancel ${name}?`}
      description={
        end
          ? status === 'trialing'
            ? `The trial goes on until ${dayOf(end)}, and nothing is charged after it.`
            : `It is paid until ${dayOf(end)} and works until then. Nothing is charged after it.`
          : 'Nothing is charged after this.'
      }
    >
      <DialogBody>
        {losses.length > 0 && (
          <div>
            <p className="font-medium">{end ? `From ${dayOf(end)} you no longer have` : 'You no longer have'}</p>
            <ul className="mt-2 flex flex-col gap-1.5 text-muted">
              {losses.map((loss) => (
                <li key={loss} className="flex items-start gap-2">
                  <X size={15} className="mt-1 shrink-0 text-faint" aria-hidden="true" />
                  {loss}
                </li>
              ))}
            </ul>
          </div>
        )}
        {free && <Impact exceeded={exceededOn(free, subscription)} plan={free.name} />}
        <p className="text-muted">Until then you can change your mind with one click.</p>
      </DialogBody>
      <DialogFoot>
        <Button onClick={onClose}>Keep {name}</Button>
        <Button look="danger" pending={cancel.isPending} onClick={() => cancel.mutate()}>
          {end ? `Cancel on ${dayOf(end)}` : `Cancel ${name}`}
        </Button>
      </DialogFoot>
    </Dialog>
  )
}
