import { useParams } from '@tanstack/react-router'
import { Compass } from 'lucide-react'
import { ButtonLink, Link } from '../ui/link.tsx'
import { Wordmark } from '../ui/mark.tsx'
import { EmptyState } from '../ui/states.tsx'
import { usePageTitle } from '../ui/title.ts'

const words = 'The address may be mistyped, or what it showed has been deleted.'

export function NotFound() {
  usePageTitle('Page not found')
  return (
    <div className="flex min-h-dvh flex-col px-5 md:px-8">
      <header className="flex h-16 items-center">
        <Link to="/" className="flex min-h-11 items-center text-ink! no-underline!">
          <Wordmark />
          <span className="sr-only">, start page</span>
        </Link>
      </header>
      <main className="flex flex-1 items-center justify-center pb-24">
        <EmptyState
          isPage
          icon={Compass}
          title="There is no page here"
          action={<ButtonLink to="/">Go to the start</ButtonLink>}
        >
          {words}
        </EmptyState>
      </main>
    </div>
  )
}

/** The same inside of an organisation, whose navigation stays. */
export function NotFoundInTenant() {
  const { tenant } = useParams({ from: '/t/$tenant' })
  usePageTitle('Page not found')
  return (
    <div className="flex min-h-[70dvh] items-center justify-center">
      <EmptyState
        isPage
        icon={Compass}
        title="There is no page here"
        action={
          <ButtonLink to="/t/$tenant" params={{ tenant }}>
            Go home
          </ButtonLink>
        }
      >
        {words}
      </EmptyState>
    </div>
  )
}
