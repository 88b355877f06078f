import type { ReactNode } from 'react'
import { brand } from '../brand.ts'
import { inDevelopment } from '../frame/environment.ts'
import { ButtonLink, Link, PlainLink } from '../ui/link.tsx'
import { Mark, Wordmark } from '../ui/mark.tsx'

interface PublicPageProps {
  /** Known only on pages that the signed-in may open, too. */
  isSignedIn?: boolean
  children: ReactNode
}

/** Head and foot of what everybody may read. */
export function PublicPage({ isSignedIn, children }: PublicPageProps) {
  return (
    <div className="mx-auto flex min-h-dvh max-w-[1120px] flex-col px-5 md:px-8">
      <header className="flex h-16 items-center justify-between gap-4">
        <Link to="/" className="flex min-h-11 items-center text-ink! no-underline!">
          <Wordmark />
          <span className="sr-only">, start page</span>
        </Link>
        <nav aria-label="Account" className="flex items-center gap-2">
          <ButtonLink to="/pricing" look="quiet">
            Pricing
          </ButtonLink>
          {isSignedIn ? (
            <ButtonLink to="/">Open the app</ButtonLink>
          ) : (
            <>
              <ButtonLink to="/sign-in" look="quiet">
                Sign in
              </ButtonLink>
              <ButtonLink to="/sign-up" className="max-md:hidden">
                Create account
              </ButtonLink>
            </>
          )}
        </nav>
      </header>
      <main className="flex-1">{children}</main>
      <footer className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-line border-t py-6 text-sm text-muted">
        <span className="flex items-center gap-2">
          <Mark size={14} />
          {brand.name}
        </span>
        <span className="flex flex-wrap items-center gap-x-5 max-md:[&>a]:flex max-md:[&>a]:min-h-11 max-md:[&>a]:items-center">
          <Link to="/pricing">Pricing</Link>
          {inDevelopment && <PlainLink href="/docs">API</PlainLink>}
          {inDevelopment && <PlainLink href="/dev/mailbox">Mailbox</PlainLink>}
          {!isSignedIn && <Link to="/sign-in">Sign in</Link>}
          {!isSignedIn && <Link to="/sign-up">Create account</Link>}
        </span>
      </footer>
    </div>
  )
}
