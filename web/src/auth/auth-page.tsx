import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Wordmark } from '../ui/mark.tsx'
import { usePageTitle } from '../ui/title.ts'

interface AuthPageProps {
  title: string
  intro?: ReactNode
  /** Below the column: the way to the neighbouring page. */
  foot?: ReactNode
  children?: ReactNode
}

/** One column of 380 px, the mark above, nothing else to do. */
export function AuthPage({ title, intro, foot, children }: AuthPageProps) {
  const heading = usePageTitle(title)
  return (
    <main className="flex min-h-dvh flex-col items-center px-5 pt-[max(2.5rem,12vh)] pb-10">
      <div className="flex w-full max-w-[380px] flex-col gap-7">
        <Link to="/" className="flex items-center self-start rounded-tag max-md:min-h-11">
          <Wordmark />
          <span className="sr-only">, start page</span>
        </Link>
        <div>
          <h1 ref={heading} tabIndex={-1} className="text-balance font-serif text-3xl">
            {title}
          </h1>
          {intro && <div className="mt-2 text-base text-muted">{intro}</div>}
        </div>
        {children}
        {foot && (
          <div className="border-line border-t pt-5 text-base text-muted max-md:pt-2 max-md:[&_a]:inline-flex max-md:[&_a]:min-h-11 max-md:[&_a]:items-center">
            {foot}
          </div>
        )}
      </div>
    </main>
  )
}
