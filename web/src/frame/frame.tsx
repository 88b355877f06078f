import { useNavigate } from '@tanstack/react-router'
import { Menu as MenuIcon, Search } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { useMe } from '../auth/me.tsx'
import { VerifyReminder } from '../auth/verify-reminder.tsx'
import { BillingNotice } from '../billing/notice.tsx'
import { PlanRefusal } from '../billing/plan-refusal.tsx'
import { Avatar } from '../ui/avatar.tsx'
import { IconButton } from '../ui/button.tsx'
import { CommandPalette } from '../ui/command-palette.tsx'
import { Sheet } from '../ui/dialog.tsx'
import { useCommands } from './commands.ts'
import { KeyboardHelp } from './keyboard-help.tsx'
import { places } from './navigation.ts'
import { Rail } from './rail.tsx'
import { focusPageSearch, type Shortcut, useShortcuts } from './shortcuts.ts'

/** Rail, top bar on a phone, command palette and keys: what surrounds every page of a signed-in person. */
export function Frame({ children }: { children: ReactNode }) {
  const { me, can } = useMe()
  const navigate = useNavigate()
  const [open, setOpen] = useState<'palette' | 'help' | 'rail' | null>(null)
  const { commands, find } = useCommands(() => setOpen('help'))
  const slug = me.tenant?.slug

  const shortcuts: Shortcut[] = [
    { keys: '?', words: 'Show this help', run: () => setOpen('help') },
    { keys: '/', words: 'Search this page', run: focusPageSearch },
    ...(slug && can('projects.create')
      ? [
          {
            keys: 'c',
            words: 'New project',
            run: () => navigate({ to: '/t/$tenant/projects', params: { tenant: slug }, search: { new: true } }),
          },
        ]
      : []),
    ...(slug
      ? places
          .filter((place) => !place.needs || can(place.needs))
          .map((place) => ({
            keys: `g ${place.key}`,
            words: `Go to ${place.label}`,
            run: () => navigate({ to: place.to, params: { tenant: slug } }),
          }))
      : []),
  ]
  useShortcuts(shortcuts)

  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || event.shiftKey || event.altKey) return
      event.preventDefault()
      setOpen((current) => (current === 'palette' ? null : 'palette'))
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])

  const close = () => setOpen(null)
  const rail = (onChoose?: () => void) => (
    <Rail {...(onChoose ? { onChoose } : {})} onSearch={() => setOpen('palette')} onHelp={() => setOpen('help')} />
  )
  return (
    <div className="flex min-h-dvh max-md:flex-col">
      <a
        href="#content"
        className="sr-only z-60 rounded-control bg-inverse px-3 py-2 text-inverse-ink focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
      >
        Skip to the content
      </a>
      <aside className="sticky top-0 flex h-dvh w-[232px] shrink-0 flex-col border-line border-r bg-sunken max-md:hidden">
        {rail()}
      </aside>
      <header className="sticky top-0 z-30 flex h-14 items-center gap-2 border-line border-b bg-sunken px-2 md:hidden">
        <IconButton icon={MenuIcon} label="Open the navigation" onClick={() => setOpen('rail')} />
        <span className="flex min-w-0 flex-1 items-center gap-2 font-semibold">
          {me.tenant && <Avatar name={me.tenant.name} shape="organisation" size="small" />}
          <span className="truncate">{me.tenant?.name ?? 'Your account'}</span>
        </span>
        <IconButton icon={Search} label="Search" onClick={() => setOpen('palette')} />
      </header>
      <main id="content" className="min-w-0 flex-1">
        <VerifyReminder />
        <BillingNotice />
        {children}
      </main>
      <Sheet open={open === 'rail'} onOpenChange={(next) => setOpen(next ? 'rail' : null)} title="Navigation">
        {rail(close)}
      </Sheet>
      <CommandPalette
        open={open === 'palette'}
        onOpenChange={(next) => setOpen((current) => (next ? 'palette' : current === 'palette' ? null : current))}
        commands={commands}
        find={find}
      />
      <PlanRefusal />
      <KeyboardHelp
        open={open === 'help'}
        onOpenChange={(next) => setOpen(next ? 'help' : null)}
        shortcuts={shortcuts}
      />
    </div>
  )
}
