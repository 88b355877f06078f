import { Link, useNavigate } from '@tanstack/react-router'
import clsx from 'clsx'
import { ChevronsUpDown, CircleUser, Keyboard, LogOut, Monitor, Moon, Plus, Search, Sun } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { signOut } from '../api/client.ts'
import { useMe } from '../auth/me.tsx'
import { RailPlan } from '../billing/rail-plan.tsx'
import { roleLabel } from '../tenants/roles.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Kbd } from '../ui/kbd.tsx'
import { Menu, MenuItem, MenuLabel, MenuLine } from '../ui/menu.tsx'
import { setTheme, type Theme, useTheme } from '../ui/theme.ts'
import { inDevelopment } from './environment.ts'
import { places } from './navigation.ts'
import { commandKey } from './platform.ts'

// Not in what is sent to people outside of development.
const TimeMachine = lazy(() =>
  import('../billing/time-machine.tsx').then(({ TimeMachine }) => ({ default: TimeMachine })),
)

interface RailProps {
  /** Called after a choice: the sheet on a phone closes. */
  onChoose?: () => void
  onSearch: () => void
  onHelp: () => void
}

const rowClass =
  'flex h-control w-full items-center gap-2.5 rounded-control px-2 text-base font-medium text-muted transition-colors hover:bg-hover hover:text-ink'

export function Rail({ onChoose, onSearch, onHelp }: RailProps) {
  const { me, can } = useMe()
  const tenant = me.tenant
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3 p-3">
      <TenantSwitcher onChoose={onChoose} />
      <button
        type="button"
        onClick={onSearch}
        className="flex h-control w-full items-center gap-2.5 rounded-control border border-line-strong bg-surface px-2 text-base text-faint transition-colors hover:text-ink"
      >
        <Search size={15} aria-hidden="true" />
        <span className="flex-1 text-left">Search</span>
        <span className="flex gap-1 max-md:hidden">
          <Kbd>{commandKey}</Kbd>
          <Kbd>K</Kbd>
        </span>
      </button>
      <nav aria-label="Main" className="flex flex-1 flex-col gap-0.5 overflow-y-auto">
        {tenant &&
          places
            .filter((place) => !place.needs || can(place.needs))
            .map(({ to, label, icon: Icon }) => (
              <Link
                key={to}
                to={to}
                params={{ tenant: tenant.slug }}
                activeOptions={{ exact: to === '/t/$tenant', includeSearch: false }}
                onClick={onChoose}
                className={rowClass}
                activeProps={{ className: 'bg-selected text-ink! [&_svg]:text-accent-text' }}
              >
                <Icon size={16} className="shrink-0" aria-hidden="true" />
                {label}
              </Link>
            ))}
      </nav>
      <RailPlan onChoose={onChoose} />
      <div className="flex flex-col gap-1">
        {inDevelopment && (
          <Suspense>
            <TimeMachine />
          </Suspense>
        )}
        <UserMenu onChoose={onChoose} onHelp={onHelp} />
      </div>
    </div>
  )
}

function TenantSwitcher({ onChoose }: { onChoose: (() => void) | undefined }) {
  const { me } = useMe()
  const navigate = useNavigate()
  const active = me.memberships.filter((membership) => membership.status === 'active')
  return (
    <Menu
      align="start"
      fit
      trigger={
        <button
          type="button"
          className="flex h-11 w-full items-center gap-2.5 rounded-control px-1.5 text-left transition-colors hover:bg-hover data-[state=open]:bg-hover"
        >
          <Avatar name={me.tenant?.name ?? '+'} shape="organisation" />
          <span className="min-w-0 flex-1">
            <span className="block truncate text-base font-semibold leading-tight">
              {me.tenant?.name ?? 'No organisation'}
            </span>
            {me.role && <span className="block text-xs text-faint leading-tight">{roleLabel(me.role)}</span>}
            <span className="sr-only">Switch organisation</span>
          </span>
          <ChevronsUpDown size={14} className="shrink-0 text-faint" aria-hidden="true" />
        </button>
      }
    >
      <MenuLabel>Organisations</MenuLabel>
      {active.map(({ tenant }) => (
        <MenuItem
          key={tenant.id}
          lead={<Avatar name={tenant.name} shape="organisation" size="small" />}
          checked={tenant.slug === me.tenant?.slug}
          onSelect={() => {
            onChoose?.()
            navigate({ to: '/t/$tenant', params: { tenant: tenant.slug } })
          }}
        >
          {tenant.name}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem
        icon={Plus}
        onSelect={() => {
          onChoose?.()
          navigate({ to: '/new-tenant' })
        }}
      >
        New organisation
      </MenuItem>
    </Menu>
  )
}

const themes: readonly { value: Theme; label: string; icon: typeof Sun }[] = [
  { value: 'system', label: 'Theme of the system', icon: Monitor },
  { value: 'light', label: 'Light', icon: Sun },
  { value: 'dark', label: 'Dark', icon: Moon },
]

function UserMenu({ onChoose, onHelp }: { onChoose: (() => void) | undefined; onHelp: () => void }) {
  const { me } = useMe()
  const navigate = useNavigate()
  const theme = useTheme()
  return (
    <Menu
      align="start"
      side="top"
      fit
      trigger={
        <button
          type="button"
          className={clsx(
            'flex h-11 w-full items-center gap-2.5 rounded-control px-1.5 text-left transition-colors',
            'hover:bg-hover data-[state=open]:bg-hover',
          )}
        >
          <Avatar name={me.user.full_name || me.user.email} />
          <span className="min-w-0 flex-1">
            <span className="block truncate text-base font-medium leading-tight">{me.user.full_name}</span>
            <span className="block truncate text-xs text-faint leading-tight">{me.user.email}</span>
            <span className="sr-only">Account menu</span>
          </span>
        </button>
      }
    >
      <MenuItem
        icon={CircleUser}
        onSelect={() => {
          onChoose?.()
          navigate({ to: '/account' })
        }}
      >
        Your account
      </MenuItem>
      <MenuItem icon={Keyboard} onSelect={onHelp}>
        Keyboard shortcuts
      </MenuItem>
      <MenuLine />
      {themes.map(({ value, label, icon }) => (
        <MenuItem key={value} icon={icon} checked={theme === value} onSelect={() => setTheme(value)}>
          {label}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem icon={LogOut} onSelect={() => signOut()}>
        Sign out
      </MenuItem>
    </Menu>
  )
}
