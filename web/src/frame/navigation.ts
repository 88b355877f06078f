import {
  ChartColumn,
  CreditCard,
  FolderKanban,
  House,
  type LucideIcon,
  ScrollText,
  Settings,
  Users,
} from 'lucide-react'
import type { Permission } from '../api/contract.ts'

export interface Place {
  to:
    | '/t/$tenant'
    | '/t/$tenant/projects'
    | '/t/$tenant/members'
    | '/t/$tenant/analytics'
    | '/t/$tenant/audit'
    | '/t/$tenant/billing'
    | '/t/$tenant/settings'
  label: string
  icon: LucideIcon
  /** The second key after `g`. */
  key: string
  /** Whoever lacks it does not see the place at all. */
  needs?: Permission
  also?: string
}

/** The modules of a tenant, in the order of the rail. */
export const places: readonly Place[] = [
  { to: '/t/$tenant', label: 'Home', icon: House, key: 'h', also: 'dashboard overview' },
  { to: '/t/$tenant/projects', label: 'Projects', icon: FolderKanban, key: 'p', needs: 'projects.read' },
  {
    to: '/t/$tenant/members',
    label: 'Members',
    icon: Users,
    key: 'm',
    needs: 'members.read',
    also: 'people users invitations',
  },
  {
    to: '/t/$tenant/analytics',
    label: 'Analytics',
    icon: ChartColumn,
    key: 'n',
    needs: 'analytics.read',
    also: 'figures plots growth dashboard',
  },
  {
    to: '/t/$tenant/audit',
    label: 'Audit log',
    icon: ScrollText,
    key: 'a',
    needs: 'audit.read',
    also: 'activity history events',
  },
  {
    to: '/t/$tenant/billing',
    label: 'Billing',
    icon: CreditCard,
    key: 'b',
    needs: 'billing.read',
    also: 'plan subscription invoices upgrade payment card usage',
  },
  {
    to: '/t/$tenant/settings',
    label: 'Settings',
    icon: Settings,
    key: 's',
    needs: 'tenant.read',
    also: 'organisation name',
  },
]
