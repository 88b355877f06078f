/** Every page of the app and where it lives. */
import type { FetchQueryOptions } from '@tanstack/react-query'
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { rememberTenant } from './api/client.ts'
import { queryClient } from './api/queries.ts'
import { lastUsed } from './api/session.ts'
import { lastTenant, onlySignedIn, onlyVisitors, startingPlace } from './auth/doors.ts'
import { meQuery } from './auth/me.tsx'
import { subscriptionQuery } from './billing/data.ts'
import { inDevelopment } from './frame/environment.ts'
import { NotFound, NotFoundInTenant } from './frame/not-found.tsx'
import { FrameLoading, PageLoading } from './frame/page-loading.tsx'
import { RouteFailure } from './frame/route-failure.tsx'
import { flag, oneOf, optional, planName, text, wholeNumber } from './frame/search-params.ts'
import { projectQuery, projectsQuery, recentProjectsQuery } from './projects/data.ts'
import { projectSorts } from './projects/sorts.ts'
import { membersQuery, tenantQuery } from './tenants/data.ts'
import { memberSorts } from './tenants/sorts.ts'
import { headingFont } from './ui/fonts.ts'

/**
 * Asks for what a page shows first while its code and the person's rights are on their way, or when somebody points at its
 * link. Only what every role may read; what fails, the page asks again and says.
 */
function askEarly<T, E, D, K extends readonly unknown[]>(query: FetchQueryOptions<T, E, D, K>): void {
  void queryClient.prefetchQuery(query)
}

const root = createRootRoute({ notFoundComponent: NotFound })

const landing = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: startingPlace,
  loader: headingFont,
  component: lazyRouteComponent(() => import('./home/landing.tsx'), 'Landing'),
})

const intervals = ['month', 'year'] as const

/** The plan that was chosen before signing up, on its way to the page where it is bought. */
const planIn = (search: Record<string, unknown>) => ({
  plan: planName(search.plan),
  interval: oneOf(search.interval, intervals),
})

const pricing = createRoute({
  getParentRoute: () => root,
  path: '/pricing',
  validateSearch: (search) => optional({ interval: oneOf(search.interval, intervals), for: text(search.for) }),
  loader: headingFont,
  component: lazyRouteComponent(() => import('./billing/pricing.tsx'), 'PricingPage'),
})

/** Refusals of the API lead here, whichever organisation they were about. */
const upgrade = createRoute({
  getParentRoute: () => root,
  path: '/billing',
  beforeLoad: async ({ location }) => {
    await onlySignedIn(lastUsed, location.href)
    await lastTenant('/t/$tenant/billing')
  },
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search) =>
    optional({ return_to: text(search.return_to), email: text(search.email), ...planIn(search) }),
  beforeLoad: ({ search }) => onlyVisitors(search),
  component: lazyRouteComponent(() => import('./auth/sign-in.tsx'), 'SignInPage'),
})

const signUp = createRoute({
  getParentRoute: () => root,
  path: '/sign-up',
  validateSearch: (search) => optional(planIn(search)),
  beforeLoad: ({ search }) => onlyVisitors(search),
  component: lazyRouteComponent(() => import('./auth/sign-up.tsx'), 'SignUpPage'),
})

const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: '/forgot-password',
  validateSearch: (search) => optional({ email: text(search.email) }),
  component: lazyRouteComponent(() => import('./auth/forgot-password.tsx'), 'ForgotPasswordPage'),
})

const withToken = (search: Record<string, unknown>) => optional({ token: text(search.token) })

const resetPassword = createRoute({
  getParentRoute: () => root,
  path: '/reset-password',
  validateSearch: withToken,
  component: lazyRouteComponent(() => import('./auth/reset-password.tsx'), 'ResetPasswordPage'),
})

const verifyEmail = createRoute({
  getParentRoute: () => root,
  path: '/verify-email',
  validateSearch: (search) => optional({ token: text(search.token), ...planIn(search) }),
  component: lazyRouteComponent(() => import('./auth/verify-email.tsx'), 'VerifyEmailPage'),
})

const acceptInvitation = createRoute({
  getParentRoute: () => root,
  path: '/invitations/accept',
  validateSearch: withToken,
  component: lazyRouteComponent(() => import('./tenants/accept-invitation.tsx'), 'AcceptInvitationPage'),
})

const account = createRoute({
  getParentRoute: () => root,
  path: '/account',
  beforeLoad: ({ location }) => onlySignedIn(lastUsed, location.href),
  loader: () => queryClient.ensureQueryData(meQuery(lastUsed)),
  pendingComponent: FrameLoading,
  component: lazyRouteComponent(() => import('./account/account.tsx'), 'AccountPage'),
})

const newTenant = createRoute({
  getParentRoute: () => root,
  path: '/new-tenant',
  beforeLoad: ({ location }) => onlySignedIn(lastUsed, location.href),
  component: lazyRouteComponent(() => import('./tenants/new-tenant.tsx'), 'NewTenantPage'),
})

const tenant = createRoute({
  getParentRoute: () => root,
  path: '/t/$tenant',
  beforeLoad: ({ params, location }) => onlySignedIn(params.tenant, location.href),
  loader: async ({ params }) => {
    await Promise.all([
      queryClient.ensureQueryData(meQuery(params.tenant)),
      // A notice that comes after the page would push it down. Without an answer the page does without.
      queryClient.ensureQueryData(subscriptionQuery(params.tenant)).catch(() => undefined),
    ])
    rememberTenant(params.tenant)
  },
  pendingComponent: FrameLoading,
  component: lazyRouteComponent(() => import('./tenants/tenant-frame.tsx'), 'TenantFrame'),
  notFoundComponent: NotFoundInTenant,
})

const home = createRoute({
  getParentRoute: () => tenant,
  path: '/',
  loader: ({ params }) => askEarly(recentProjectsQuery(params.tenant)),
  component: lazyRouteComponent(() => import('./home/home.tsx'), 'HomePage'),
})

const projects = createRoute({
  getParentRoute: () => tenant,
  path: '/projects',
  validateSearch: (search) =>
    optional({
      search: text(search.search),
      status: oneOf(search.status, ['active', 'paused', 'archived'] as const),
      sort: oneOf(search.sort, projectSorts),
      page: wholeNumber(search.page),
      new: flag(search.new),
    }),
  loaderDeps: ({ search: { new: _, ...filter } }) => filter,
  loader: ({ params, deps }) => askEarly(projectsQuery(params.tenant, deps)),
  component: lazyRouteComponent(() => import('./projects/projects.tsx'), 'ProjectsPage'),
})

const project = createRoute({
  getParentRoute: () => tenant,
  path: '/projects/$project',
  loader: ({ params }) => askEarly(projectQuery(params.tenant, params.project)),
  component: lazyRouteComponent(() => import('./projects/project.tsx'), 'ProjectPage'),
})

const members = createRoute({
  getParentRoute: () => tenant,
  path: '/members',
  validateSearch: (search) =>
    optional({
      tab: oneOf(search.tab, ['invitations'] as const),
      search: text(search.search),
      role: oneOf(search.role, ['owner', 'admin', 'member', 'viewer'] as const),
      status: oneOf(search.status, ['active', 'deactivated'] as const),
      sort: oneOf(search.sort, memberSorts),
      page: wholeNumber(search.page),
      invite: flag(search.invite),
    }),
  loaderDeps: ({ search: { invite: _, ...filter } }) => filter,
  loader: ({ params, deps: { tab, ...filter } }) => {
    if (!tab) askEarly(membersQuery(params.tenant, filter))
  },
  component: lazyRouteComponent(() => import('./tenants/members.tsx'), 'MembersPage'),
})

const audit = createRoute({
  getParentRoute: () => tenant,
  path: '/audit',
  validateSearch: (search) =>
    optional({
      action: text(search.action),
      actor: text(search.actor),
      from: text(search.from),
      to: text(search.to),
    }),
  component: lazyRouteComponent(() => import('./audit/audit-log.tsx'), 'AuditLogPage'),
})

const billing = createRoute({
  getParentRoute: () => tenant,
  path: '/billing',
  validateSearch: (search) => optional({ checkout: oneOf(search.checkout, ['done', 'canceled'] as const) }),
  component: lazyRouteComponent(() => import('./billing/billing.tsx'), 'BillingPage'),
})

const plans = createRoute({
  getParentRoute: () => tenant,
  path: '/billing/plans',
  validateSearch: (search) =>
    optional({
      plan: text(search.plan),
      interval: oneOf(search.interval, intervals),
      seats: wholeNumber(search.seats),
    }),
  component: lazyRouteComponent(() => import('./billing/plans-page.tsx'), 'PlansPage'),
})

const invoices = createRoute({
  getParentRoute: () => tenant,
  path: '/billing/invoices',
  validateSearch: (search) => optional({ page: wholeNumber(search.page) }),
  component: lazyRouteComponent(() => import('./billing/invoices.tsx'), 'InvoicesPage'),
})

const analytics = createRoute({
  getParentRoute: () => tenant,
  path: '/analytics',
  component: lazyRouteComponent(() => import('./analytics/analytics.tsx'), 'AnalyticsPage'),
})

const settings = createRoute({
  getParentRoute: () => tenant,
  path: '/settings',
  loader: ({ params }) => askEarly(tenantQuery(params.tenant)),
  component: lazyRouteComponent(() => import('./tenants/settings.tsx'), 'SettingsPage'),
})

const components = createRoute({
  getParentRoute: () => root,
  path: '/dev/components',
  beforeLoad: () => {
    if (!inDevelopment) throw redirect({ to: '/' })
  },
  component: lazyRouteComponent(() => import('./dev/components.tsx'), 'ComponentsPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    landing,
    pricing,
    upgrade,
    signIn,
    signUp,
    forgotPassword,
    resetPassword,
    verifyEmail,
    acceptInvitation,
    account,
    newTenant,
    tenant.addChildren([home, projects, project, members, analytics, audit, billing, plans, invoices, settings]),
    components,
  ]),
  defaultPreload: 'intent',
  // Queries keep what was read; the router must not keep a second copy.
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultPendingComponent: PageLoading,
  defaultPendingMs: 150,
  defaultPendingMinMs: 0,
  defaultErrorComponent: RouteFailure,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
