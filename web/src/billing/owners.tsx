import { useQuery } from '@tanstack/react-query'
import { useMe } from '../auth/me.tsx'
import { membersQuery } from '../tenants/data.ts'
import { PlainLink } from '../ui/link.tsx'

const named = 3

/** "Ask Robin Owner", for whoever may not pay themselves. `to` says what for: "to choose a larger plan". */
export function AskOwners({ to }: { to: string }) {
  const { key } = useMe()
  const owners = useQuery(membersQuery(key, { role: 'owner', status: 'active', per_page: named }))
  const people = owners.data?.items ?? []
  if (people.length === 0) return <span>Ask an owner of this organisation {to}.</span>
  return (
    <span>
      Ask{' '}
      {people.map((person, index) => (
        <span key={person.id}>
          {index > 0 && (index === people.length - 1 ? ' or ' : ', ')}
          <PlainLink href={`mailto:${person.email}`}>{person.full_name || person.email}</PlainLink>
        </span>
      ))}{' '}
      {to}.
    </span>
  )
}
