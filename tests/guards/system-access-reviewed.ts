/**
 * Every reason to see beyond one tenant or one person, reviewed one by one. `because` says why neither inTenant nor
 * inUser does, and what keeps the work narrow. A call that is not here fails the build, and so does a line without its call.
 */
export const reviewed: readonly { path: string; reason: string; because: string }[] = [
  {
    path: 'src/auth/sign-in.ts',
    reason: 'sign in: find the account of an address',
    because: 'Nobody is signed in yet; one account is read, by an address that was typed in.',
  },
  {
    path: 'src/auth/sign-in.ts',
    reason: 'sign in: record a failed try',
    because: 'Whoever failed has proven nothing; one event is written about the account that was tried.',
  },
  {
    path: 'src/auth/sign-in.ts',
    reason: 'sign in: start a session',
    because: 'The session does not exist yet; it is made for the account whose password was just proven.',
  },
  {
    path: 'src/auth/sessions/refresh.ts',
    reason: 'refresh a session before its user is known',
    because: 'A refresh token names nobody; its hash leads to one family.',
  },
  {
    path: 'src/auth/sessions/sessions.ts',
    reason: 'sign out by refresh token',
    because: 'A refresh token names nobody; its hash leads to the one session that ends.',
  },
  {
    path: 'src/auth/sessions/sessions.ts',
    reason: 'forget sessions and links that ended long ago',
    because: "Housekeeping over everybody's rows, by date only; nothing is read.",
  },
  {
    path: 'src/auth/registration.ts',
    reason: 'keep a sign-up until its mailbox is proven',
    because: 'Neither the person nor the tenant exists yet.',
  },
  {
    path: 'src/auth/registration.ts',
    reason: 'sign up: a person and their first tenant',
    because: 'Neither the person nor the tenant exists yet.',
  },
  {
    path: 'src/auth/registration.ts',
    reason: 'mail the link that proves a mailbox',
    because: 'Runs as a job that knows an address and no person.',
  },
  {
    path: 'src/auth/registration.ts',
    reason: 'mail the link that proves a mailbox again',
    because: 'Runs as a job that knows an address and no person.',
  },
  {
    path: 'src/auth/registration.ts',
    reason: 'prove a mailbox by its link',
    because: 'The link names nobody; its hash leads to one sign-up or account.',
  },
  {
    path: 'src/auth/password-change.ts',
    reason: 'ask for a mail to an address that may have no account',
    because: 'Must do the same for known and unknown addresses; only a job is written.',
  },
  {
    path: 'src/auth/password-change.ts',
    reason: 'mail the link that resets a password',
    because: 'Runs as a job that knows an address and no person.',
  },
  {
    path: 'src/auth/password-change.ts',
    reason: 'reset a password by its link',
    because: 'The link names nobody; its hash leads to one account.',
  },
  {
    path: 'src/auth/password-change.ts',
    reason: 'change a password: read the stored hash',
    because: 'No other role may read a password hash, not even the own one; the id is that of the session.',
  },
  {
    path: 'src/auth/password-change.ts',
    reason: 'change a password: replace it and every session',
    because: 'No other role may write a password or the sessions of a person; the id is that of the session.',
  },
  {
    path: 'src/tenants/tenants.ts',
    reason: 'make a tenant: nobody belongs to it yet',
    because: 'Row security of a tenant asks for a member, and the first one is made here.',
  },
  {
    path: 'src/tenants/invitations/invitations.ts',
    reason: 'look an invitation up by its link',
    because: 'The link names no tenant; its hash leads to one invitation.',
  },
  {
    path: 'src/tenants/invitations/invitations.ts',
    reason: 'accept an invitation: its tenant is known only now',
    because: 'The person joins a tenant that they do not belong to, and may come into being with it.',
  },
  {
    path: 'src/worker.ts',
    reason: 'forget answers to repeated requests of all tenants',
    because: "Housekeeping over everybody's rows, by date only; nothing is read.",
  },
  {
    path: 'src/billing/usage/calls.ts',
    reason: 'write down the calls of several tenants at once',
    because:
      'One statement for all that a process has counted; a number for each tenant is written and nothing is read.',
  },
  {
    path: 'src/billing/usage/jobs.ts',
    reason: 'add single uses of all tenants to their days',
    because: 'A job over the ledger of all tenants; each number stays with the tenant of its row.',
  },
  {
    path: 'src/billing/usage/jobs.ts',
    reason: 'forget single uses of all tenants, whose days stay',
    because: "Housekeeping over everybody's rows, by date only; nothing is read.",
  },
  {
    path: 'src/billing/usage/meters/meters.ts',
    reason: 'tell Stripe what several tenants used',
    because: 'A job over the outbox of all tenants; each number goes to the customer of the tenant of its row.',
  },
  {
    path: 'src/billing/credits/credits.ts',
    reason: 'end reservations of all tenants that ran out',
    because: "Housekeeping over everybody's rows, by date only; nothing is read.",
  },
  {
    path: 'src/demo/seed.ts',
    reason: 'plant the demo data of several tenants',
    because: 'Two tenants and their people are made at once, in development only.',
  },
  {
    path: 'src/email/deliver.ts',
    reason: 'send mails, which belong to no tenant',
    because: 'The queue names a mail; whoever it is for may have no account and no tenant.',
  },
  {
    path: 'src/email/deliver.ts',
    reason: 'forget old mails, which belong to no tenant',
    because: "Housekeeping over everybody's rows, by date only; nothing is read.",
  },
  {
    path: 'src/email/mailbox-routes.ts',
    reason: 'show all mails in development',
    because: 'The mailbox page is there outside of production only, and is for whoever develops.',
  },
  {
    path: 'src/bin/audit.ts',
    reason: 'verify the audit chains of all tenants',
    because: 'A command of operations: only the list of tenants is read so, each chain is then walked as its tenant.',
  },
  {
    path: 'src/billing/customers/customers.ts',
    reason: 'begin to make the Stripe customer of a tenant',
    because: "Runs as a job too, before anybody acts; one tenant's row is locked and read, by its id.",
  },
  {
    path: 'src/billing/customers/customers.ts',
    reason: 'keep the Stripe customer of a tenant',
    because: 'Only the system writes what decides over payment; one row, and the events that waited for this customer.',
  },
  {
    path: 'src/billing/inbox/keep.ts',
    reason: 'keep what Stripe tells, which names a customer and no tenant',
    because: 'Nobody is signed in: the signature vouches. The customer leads to one tenant, by our own row.',
  },
  {
    path: 'src/billing/inbox/keep.ts',
    reason: 'replay an event that was kept before',
    because: 'An operator or the job of a customer repeats one event, by its id.',
  },
  {
    path: 'src/billing/inbox/keep.ts',
    reason: 'list the Stripe events of all tenants',
    because: 'For operators, without bodies.',
  },
  {
    path: 'src/billing/inbox/work.ts',
    reason: 'forget old Stripe events of all tenants',
    because: 'Housekeeping by date only; nothing is read.',
  },
  {
    path: 'src/billing/inbox/work.ts',
    reason: 'read the Stripe event of a job',
    because: 'An event belongs to no tenant before its customer was looked up.',
  },
  {
    path: 'src/billing/inbox/work.ts',
    reason: 'put an event aside whose customer is gone',
    because: 'There is no tenant any more whose transaction it could be.',
  },
  {
    path: 'src/billing/inbox/work.ts',
    reason: 'count a failure of a Stripe event',
    because: 'Runs after the transaction of the work was rolled back; one row, by its id.',
  },
  {
    path: 'src/billing/reconcile/bare.ts',
    reason: 'find tenants of which it is not known what they may use',
    because: 'They have no customer by whom they would be found; gives them what they start with.',
  },
  {
    path: 'src/billing/reconcile/events.ts',
    reason: 'see whether a Stripe event has arrived',
    because: 'The inbox belongs to no tenant; asked by id.',
  },
  {
    path: 'src/billing/reconcile/events.ts',
    reason: 'look for Stripe events of any tenant that nobody works on',
    because: 'Finds work that was lost, over everybody, by state and age only.',
  },
  {
    path: 'src/billing/reconcile/reconcile.ts',
    reason: 'begin a reconciliation of all tenants with Stripe',
    because: 'The report is about everybody.',
  },
  {
    path: 'src/billing/reconcile/reconcile.ts',
    reason: 'keep what a reconciliation of all tenants found',
    because: 'The report is about everybody.',
  },
  {
    path: 'src/billing/reconcile/reconcile.ts',
    reason: 'list the Stripe customers of all tenants',
    because: 'Every customer is compared; ids only, a page at a time.',
  },
  {
    path: 'src/billing/reconcile/reconcile.ts',
    reason: 'read what is believed of a Stripe customer',
    because: "Compares one customer's rows, under its lock, with what Stripe says.",
  },
  {
    path: 'src/billing/reconcile/reconcile.ts',
    reason: 'have the paid seats of a tenant counted again',
    because: 'Enqueues one job for one tenant.',
  },
  {
    path: 'src/billing/reconcile/reconcile.ts',
    reason: 'find the tenants that Stripe customers are said to be of',
    because: 'Reports customers that nobody owns; nothing is written.',
  },
  {
    path: 'src/billing/sync/sync.ts',
    reason: 'find the Stripe customer of a tenant to sync',
    because: 'Runs as a job too; one id is read.',
  },
  {
    path: 'src/billing/sync/sync.ts',
    reason: 'look a Stripe customer up before Stripe is read',
    because: 'An event names a customer; its tenant is found by our own row.',
  },
  {
    path: 'src/billing/sync/sync.ts',
    reason: 'write what Stripe says of a customer',
    because:
      "One customer, under its lock. Only the system writes entitlements, limits and the copy of Stripe's truth.",
  },
  {
    path: 'src/demo/seed.ts',
    reason: 'find the tenant of the demo that pays',
    because: 'Development only; one id, by its slug.',
  },
  {
    path: 'src/billing/development/local-stripe.ts',
    reason: 'see whether all that Stripe told is worked on',
    because: 'Development only; answers yes or no about the inbox.',
  },
  {
    path: 'src/billing/customers/customers.ts',
    reason: 'make the Stripe customer of a tenant under another key',
    because: "Stripe repeats a failure under the key it came with; one tenant's counter is raised.",
  },
]
