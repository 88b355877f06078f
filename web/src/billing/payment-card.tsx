import { CreditCard, ExternalLink } from 'lucide-react'
import { useMe } from '../auth/me.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { usePortal } from './actions.ts'
import type { Subscription } from './contract.ts'
import { AskOwners } from './owners.tsx'
import { isLive } from './state.ts'

/** With what is paid. The card is never seen here: it is entered, kept and changed at Stripe. */
export function PaymentCard({ subscription }: { subscription: Subscription }) {
  const { can } = useMe()
  const card = usePortal()
  const portal = usePortal()
  const isOwner = can('billing.manage')
  const live = isLive(subscription)
  return (
    <Card
      title="Payment"
      foot={
        isOwner && live ? (
          <>
            <Button icon={CreditCard} pending={card.isPending} onClick={() => card.mutate('payment_method')}>
              Change the card
            </Button>
            <Button
              look="quiet"
              icon={ExternalLink}
              pending={portal.isPending}
              onClick={() => portal.mutate(undefined)}
            >
              Open at Stripe
            </Button>
          </>
        ) : undefined
      }
    >
      <p className="text-pretty text-muted">
        {live
          ? 'Your card, your address and your tax number are kept at Stripe. We never see the card.'
          : 'A card is asked for when you choose a paid plan. It is kept at Stripe; we never see it.'}
      </p>
      {live && !isOwner && (
        <p className="mt-1">
          <AskOwners to="to change them" />
        </p>
      )}
    </Card>
  )
}
