// Everything that says whose product this is. Change these words and the accent in ui/tokens.css to make it yours.
export const brand = {
  name: 'Plinth',
  headline: 'Accounts, roles and billing, before your first commit.',
  summary:
    'Plinth is the ground a product stands on: sign-in, invitations, permissions, plans and payments, and an audit trail that hold under load and under attack. You write the part that is yours.',
  features: [
    {
      title: 'One login, many organisations',
      text: 'A person signs in once and works in every organisation they belong to. Two tabs can show two of them, and nothing leaks from one to the other.',
    },
    {
      title: 'Isolation in the database',
      text: 'Row-level security is forced on every table that belongs to an organisation. A forgotten filter returns no rows instead of somebody else’s.',
    },
    {
      title: 'Plans, seats and invoices',
      text: 'A price is named before it is charged, and exactly that is charged. Trials, failed payments and changes of plan are taken care of, and limits hold from the next request.',
    },
    {
      title: 'Four roles, one table',
      text: 'Owner, admin, member and viewer are spelled out in one readable matrix. Nobody can grant more than they hold, and the last owner cannot leave.',
    },
    {
      title: 'A record nobody can rewrite',
      text: 'Every change is written in the same transaction as the change itself, and each entry is chained to the one before it.',
    },
    {
      title: 'Sessions that end when you say so',
      text: 'See every signed-in device and end any of them. A revoked session or a removed member stops at the very next request.',
    },
  ],
  closing: {
    title: 'Yours to take apart',
    text: 'Each module is one folder with its routes, rules, queries and tests beside each other. Copy the example, then delete it.',
  },
} as const
