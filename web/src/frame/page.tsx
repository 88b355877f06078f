import clsx from 'clsx'
import { ChevronRight } from 'lucide-react'
import { Fragment, type ReactNode } from 'react'
import { useMe } from '../auth/me.tsx'
import { usePageTitle } from '../ui/title.ts'

interface PageProps {
  title: string
  /** Beside the title: a badge. */
  mark?: ReactNode
  purpose?: ReactNode
  action?: ReactNode
  /** Only where a page is deeper than the navigation shows. */
  above?: ReactNode[]
  /** 560 px, for one form. */
  narrow?: boolean
  children: ReactNode
}

export function Page({ title, mark, purpose, action, above, narrow, children }: PageProps) {
  const { me, key } = useMe()
  const heading = usePageTitle(title, key ? me.tenant?.name : undefined)
  return (
    <div
      className={clsx(
        'mx-auto flex w-full flex-col gap-6 px-4 py-6 md:px-8 md:py-8',
        narrow ? 'max-w-[624px]' : 'max-w-[1184px]',
      )}
    >
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          {above && (
            <nav aria-label="Breadcrumb" className="mb-1.5 flex items-center gap-1 text-sm text-muted">
              {above.map((link, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the trail of one page never changes its order
                <Fragment key={index}>
                  {link}
                  <ChevronRight size={13} className="text-faint" aria-hidden="true" />
                </Fragment>
              ))}
            </nav>
          )}
          <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
            <h1
              ref={heading}
              tabIndex={-1}
              className="min-w-0 text-xl font-semibold tracking-tight [overflow-wrap:anywhere]"
            >
              {title}
            </h1>
            {mark}
          </div>
          {purpose && <p className="mt-1 text-base text-muted">{purpose}</p>}
        </div>
        {action && <div className="flex shrink-0 items-center gap-2">{action}</div>}
      </header>
      {children}
    </div>
  )
}
