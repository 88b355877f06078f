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
    path: 'src/auth/sessions.ts',
    reason: 'refresh a session before its user is known',
    because: 'A refresh token names nobody; its hash leads to one family.',
  },
  {
    path: 'src/auth/sessions.ts',
    reason: 'sign out by refresh token',
    because: 'A refresh token names nobody; its hash leads to the one session that ends.',
  },
  {
    path: 'src/auth/sessions.ts',
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
]
