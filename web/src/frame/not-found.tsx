import { Compass } from 'lucide-react'
import { ButtonLink } from '../ui/link.tsx'
import { EmptyState } from '../ui/states.tsx'
import { usePageTitle } from '../ui/title.ts'

export function NotFound() {
  usePageTitle('Page not found')
  return (
    <main className="flex min-h-[70dvh] items-center justify-center">
      <EmptyState
        isPage
        icon={Compass}
        title="There is no page here"
        action={<ButtonLink to="/">Go to the start</ButtonLink>}
      >
        The address may be mistyped, or what it showed has been deleted.
      </EmptyState>
    </main>
  )
}
