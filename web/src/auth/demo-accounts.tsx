import { inDevelopment } from '../frame/environment.ts'

const password = 'plinth demo password'

const accounts = [
  { email: 'owner@acme.test', words: 'Owner of Acme' },
  { email: 'admin@acme.test', words: 'Admin of Acme' },
  { email: 'member@acme.test', words: 'Member of Acme' },
  { email: 'viewer@acme.test', words: 'Viewer of Acme' },
  { email: 'owner@globex.test', words: 'Owner of Globex' },
]

interface DemoAccountsProps {
  onChoose: (email: string, password: string) => void
}

export function DemoAccounts({ onChoose }: DemoAccountsProps) {
  if (!inDevelopment) return null
  return (
    <section aria-labelledby="demo-accounts" className="rounded-card border border-line bg-surface">
      <h2 id="demo-accounts" className="border-line border-b px-3 py-2 text-sm text-faint">
        Demo accounts, in development only
      </h2>
      <ul className="p-1">
        {accounts.map(({ email, words }) => (
          <li key={email}>
            <button
              type="button"
              onClick={() => onChoose(email, password)}
              className="flex h-8 w-full items-center justify-between gap-3 rounded-control px-2 text-sm transition-colors hover:bg-hover max-md:h-11"
            >
              <span>{words}</span>
              <span className="truncate font-mono text-xs text-faint">{email}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
