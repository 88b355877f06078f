import { useQuery } from '@tanstack/react-query'
import clsx from 'clsx'
import { CircleAlert, CreditCard, Hourglass, type LucideIcon, TriangleAlert } from 'lucide-react'
import { type ReactNode, useSyncExternalStore } from 'react'
import { useMe } from '../auth/me.tsx'
import { Button, buttonClass } from '../ui/button.tsx'
import { clockTicks, watchClock } from '../ui/clock.ts'
import { ButtonLink } from '../ui/link.tsx'
import { usePortal, useResume } from './actions.ts'
import type { Subscription } from './contract.ts'
import { subscriptionQuery } from './data.ts'
import { dayOf, inDays } from './days.ts'
import { money } from './money.ts'
import { AskOwners } from './owners.tsx'
import { type Notice, noticeOf } from './state.ts'

const looks: Record<Notice, { icon: LucideIcon; box: string; mark: string }> = {
  unpaid: { icon: CircleAlert, box: 'bg-danger-soft', mark: 'text-danger-text' },
  paused: { icon: CircleAlert, box: 'bg-danger-soft', mark: 'text-danger-text' },
  unfinished: { icon: CircleAlert, box: 'bg-warning-soft', mark: 'text-warning-text' },
  past_due: { icon: TriangleAlert, box: 'bg-warning-soft', mark: 'text-warning-text' },
  canceling: { icon: Hourglass, box: 'bg-warning-soft', mark: 'text-warning-text' },
  trial: { icon: Hourglass, box: 'bg-info-soft', mark: 'text-info-text' },
}

/** One line above every page while there is something to know about the subscription. */
export function BillingNotice() {
  const { key, can } = useMe()
  useSyncExternalStore(watchClock, clockTicks)
  const { data: subscription } = useQuery({ ...subscriptionQuery(key), enabled: key !== '' && can('billing.read') })
  const notice = subscription && noticeOf(subscription)
  if (!notice) return null
  const { icon: Icon, box, mark } = looks[notice]
  const isOwner = can('billing.manage')
  return (
    <div
      role={notice === 'trial' ? 'status' : 'alert'}
      className={clsx('flex min-h-11 items-start gap-2.5 border-line border-b px-4 py-1.5 text-base md:px-8', box)}
    >
      <Icon size={16} className={clsx('mt-2 shrink-0', mark)} aria-hidden="true" />
      <div className="flex min-w-0 flex-1 flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <p className="min-w-0 py-1">
          <NoticeWords notice={notice} subscription={subscription} />{' '}
          {!isOwner && notice !== 'trial' && <AskOwners to={reasons[notice]} />}
        </p>
        {isOwner && <NoticeAction notice={notice} subscription={subscription} />}
      </div>
    </div>
  )
}

const reasons: Record<Exclude<Notice, 'trial'>, string> = {
  unpaid: 'to pay it',
  paused: 'to add a card',
  unfinished: 'to finish the payment',
  past_due: 'to pay it or to enter another card',
  canceling: 'to keep it',
}

interface NoticeProps {
  notice: Notice
  subscription: Subscription
}

function NoticeWords({ notice, subscription }: NoticeProps): ReactNode {
  const { plan_name: plan, open_invoice: invoice, grace_until, cancel_at, trial_end } = subscription
  const due = invoice ? ` of ${money(invoice.amount_due, invoice.currency)}` : ''
  switch (notice) {
    case 'past_due':
      return (
        <>
          <strong className="font-medium">The last payment{due} failed.</strong>{' '}
          {grace_until
            ? `Everything works until ${dayOf(grace_until)}; then ${plan} stops.`
            : 'Everything works while it is tried again.'}
        </>
      )
    case 'unpaid':
      return (
        <>
          <strong className="font-medium">{plan} has stopped, because it was not paid.</strong> Nothing is lost: the
          limits of the free plan hold until the open invoice{due} is paid.
        </>
      )
    case 'paused':
      return (
        <>
          <strong className="font-medium">{plan} is paused, because its trial ended without a card.</strong> The limits
          of the free plan hold until one is added.
        </>
      )
    case 'unfinished':
      return (
        <>
          <strong className="font-medium">The first payment{due} is not finished.</strong> Your bank may be waiting for
          your consent.
        </>
      )
    case 'canceling':
      return (
        <>
          <strong className="font-medium">
            {plan} ends on {dayOf(cancel_at as string)}.
          </strong>{' '}
          After that the limits of the free plan hold.
        </>
      )
    case 'trial':
      return (
        <>
          Your trial of {plan} ends <strong className="font-medium">{inDays(trial_end as string)}</strong>, on{' '}
          {dayOf(trial_end as string)}.
        </>
      )
  }
}

function NoticeAction({ notice, subscription }: NoticeProps) {
  const { key } = useMe()
  const portal = usePortal()
  const resume = useResume()
  const invoice = subscription.open_invoice
  if (notice === 'canceling') {
    return (
      <Button pending={resume.isPending} onClick={() => resume.mutate()}>
        Keep {subscription.plan_name}
      </Button>
    )
  }
  if (notice === 'trial') {
    return (
      <ButtonLink to="/t/$tenant/billing" params={{ tenant: key }} look="quiet">
        See what follows
      </ButtonLink>
    )
  }
  return (
    <span className="flex flex-wrap gap-2">
      {invoice?.hosted_invoice_url && (
        <a href={invoice.hosted_invoice_url} className={buttonClass('primary')}>
          Pay {money(invoice.amount_due, invoice.currency)}
        </a>
      )}
      <Button icon={CreditCard} pending={portal.isPending} onClick={() => portal.mutate('payment_method')}>
        {notice === 'paused' ? 'Add a card' : 'Change the card'}
      </Button>
    </span>
  )
}
