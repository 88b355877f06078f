import { useNavigate } from '@tanstack/react-router'
import {
  CircleUser,
  FolderKanban,
  FolderPlus,
  Keyboard,
  LogOut,
  Monitor,
  Moon,
  Plus,
  Sun,
  UserPlus,
  Users,
} from 'lucide-react'
import { useCallback } from 'react'
import { dataOf, signOut } from '../api/client.ts'
import { useMe } from '../auth/me.tsx'
import type { Command } from '../ui/command-palette.tsx'
import { setTheme } from '../ui/theme.ts'
import { places } from './navigation.ts'

/** What the command palette offers: places, actions the role allows, other organisations, and projects by name. */
export function useCommands(onHelp: () => void): { commands: Command[]; find: (text: string) => Promise<Command[]> } {
  const { me, api, can } = useMe()
  const navigate = useNavigate()
  const slug = me.tenant?.slug

  const inTenant: Command[] = slug
    ? [
        ...places
          .filter((place) => !place.needs || can(place.needs))
          .map((place) => ({
            id: place.to,
            group: 'Go to',
            label: place.label,
            icon: place.icon,
            also: place.also ?? '',
            keys: ['G', place.key.toUpperCase()],
            run: () => navigate({ to: place.to, params: { tenant: slug } }),
          })),
      ]
    : []

  const actions: Command[] = []
  if (slug && can('projects.create')) {
    actions.push({
      id: 'new-project',
      group: 'Do',
      label: 'New project',
      icon: FolderPlus,
      keys: ['C'],
      also: 'create add',
      run: () => navigate({ to: '/t/$tenant/projects', params: { tenant: slug }, search: { new: true } }),
    })
  }
  if (slug && can('members.invite')) {
    actions.push({
      id: 'invite',
      group: 'Do',
      label: 'Invite people',
      icon: UserPlus,
      also: 'add member user',
      run: () => navigate({ to: '/t/$tenant/members', params: { tenant: slug }, search: { invite: true } }),
    })
  }

  const organisations: Command[] = me.memberships
    .filter((membership) => membership.status === 'active' && membership.tenant.slug !== slug)
    .map(({ tenant }) => ({
      id: `tenant-${tenant.id}`,
      group: 'Organisations',
      label: `Switch to ${tenant.name}`,
      icon: Users,
      run: () => navigate({ to: '/t/$tenant', params: { tenant: tenant.slug } }),
    }))

  const own: Command[] = [
    {
      id: 'account',
      group: 'You',
      label: 'Your account',
      icon: CircleUser,
      also: 'profile password sessions',
      run: () => navigate({ to: '/account' }),
    },
    {
      id: 'new-tenant',
      group: 'You',
      label: 'New organisation',
      icon: Plus,
      run: () => navigate({ to: '/new-tenant' }),
    },
    { id: 'light', group: 'You', label: 'Light theme', icon: Sun, run: () => setTheme('light') },
    { id: 'dark', group: 'You', label: 'Dark theme', icon: Moon, run: () => setTheme('dark') },
    { id: 'system', group: 'You', label: 'Theme of the system', icon: Monitor, run: () => setTheme('system') },
    { id: 'keys', group: 'You', label: 'Keyboard shortcuts', icon: Keyboard, keys: ['?'], run: onHelp },
    { id: 'sign-out', group: 'You', label: 'Sign out', icon: LogOut, also: 'log out', run: () => signOut() },
  ]

  const find = useCallback(
    async (text: string): Promise<Command[]> => {
      if (!slug) return []
      const { items } = await dataOf(api.GET('/projects', { params: { query: { search: text, per_page: 5 } } }))
      return items.map((project) => ({
        id: project.id,
        group: 'Projects',
        label: project.name,
        icon: FolderKanban,
        run: () => navigate({ to: '/t/$tenant/projects/$project', params: { tenant: slug, project: project.id } }),
      }))
    },
    [api, slug, navigate],
  )

  return { commands: [...inTenant, ...actions, ...organisations, ...own], find }
}
