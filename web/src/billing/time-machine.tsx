import { useQuery } from '@tanstack/react-query'
import { CalendarClock, CalendarPlus, CreditCard, ExternalLink, FastForward, LoaderCircle } from 'lucide-react'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { SignedOut, wordsOf } from '../api/problem.ts'
import { queryClient } from '../api/queries.ts'
import { useMe } from '../auth/me.tsx'
import { appNow, clockTicks, setAppNow, watchClock } from '../ui/clock.ts'
import { Menu, MenuItem, MenuLabel, MenuLine } from '../ui/menu.tsx'
import { toast } from '../ui/toast.tsx'
import { subscriptionQuery } from './data.ts'
import { failNextPayment, localStripe, moveClock, readClock } from './development.ts'
import { afterRenewal, daysLater, monthLater } from './moves.ts'

const stamp = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** Development only: moves the app and the local Stripe to a later day, so that renewals can be seen today. */
export function TimeMachine() {
  const { key, can } = useMe()
  const clock = useQuery({ queryKey: ['dev', 'clock'], queryFn: readClock, retry: false, refetchInterval: 60_000 })
  // Asked for on the way to the menu: with the real Stripe there is no such address.
  const [wanted, setWanted] = useState(false)
  const stripe = useQuery({
    queryKey: ['dev', 'stripe'],
    queryFn: localStripe,
    enabled: wanted,
    retry: false,
    staleTime: 600_000,
  })
  const isOwner = can('billing.manage')
  const subscription = useQuery({ ...subscriptionQuery(key), enabled: can('billing.read') }).data
  const [moving, setMoving] = useState<string>()
  useSyncExternalStore(watchClock, clockTicks)

  useEffect(() => {
    if (clock.data) setAppNow(new Date(clock.data))
  }, [clock.data])

  if (clock.isPending) return <div className="h-8 max-md:h-11" />
  if (!clock.data) return null
  const renewal = subscription?.current_period_end

  async function move(words: string, to: Date) {
    setMoving(words)
    try {
      const now = await moveClock(key, appNow(), to)
      setAppNow(now)
      await queryClient.invalidateQueries()
      toast.done(`It is ${stamp.format(now)} now.`)
    } catch (error) {
      toast.failed(
        error instanceof SignedOut
          ? 'The clock went past the end of your session. Sign in again to go on.'
          : wordsOf(error),
      )
    } finally {
      setMoving(undefined)
    }
  }

  async function fail() {
    try {
      await failNextPayment(key)
      toast.done('The next payment will be declined.')
    } catch (error) {
      toast.failed(wordsOf(error))
    }
  }

  return (
    <Menu
      align="start"
      side="top"
      fit
      trigger={
        <button
          type="button"
          disabled={moving !== undefined}
          onPointerEnter={() => setWanted(true)}
          onFocus={() => setWanted(true)}
          aria-busy={moving !== undefined || undefined}
          className="flex h-8 w-full items-center gap-2.5 rounded-control px-2 text-xs text-faint tabular-nums transition-colors hover:bg-hover hover:text-ink data-[state=open]:bg-hover max-md:h-11"
        >
          {moving === undefined ? (
            <CalendarClock size={14} className="shrink-0" aria-hidden="true" />
          ) : (
            <LoaderCircle size={14} className="shrink-0 animate-spin" aria-hidden="true" />
          )}
          <span className="truncate">{moving ?? stamp.format(appNow())}</span>
          <span className="sr-only">, the clock of the app. Move it.</span>
        </button>
      }
    >
      <MenuLabel>Development: move the clock</MenuLabel>
      <MenuItem icon={CalendarPlus} onSelect={() => move('One day on', daysLater(appNow(), 1))}>
        One day on
      </MenuItem>
      <MenuItem icon={CalendarPlus} onSelect={() => move('One month on', monthLater(appNow()))}>
        One month on
      </MenuItem>
      {stripe.data && (
        <>
          <MenuItem
            icon={FastForward}
            disabled={!renewal}
            onSelect={() => renewal && move('To the next renewal', afterRenewal(renewal))}
          >
            To the next renewal
          </MenuItem>
          <MenuLine />
          <MenuItem icon={CreditCard} disabled={!isOwner} onSelect={fail}>
            Decline next payment
          </MenuItem>
          <MenuItem icon={ExternalLink} onSelect={() => window.open(stripe.data, '_blank', 'noopener')}>
            Open the local Stripe
          </MenuItem>
        </>
      )}
    </Menu>
  )
}
