import clsx from 'clsx'
import type { ReactNode } from 'react'
import { useMe } from '../auth/me.tsx'
import { usePageTitle } from '../ui/title.ts'

interface PageProps {
  title: string
  /** In the tab of the browser, where the title is too long or too personal. */
  name?: string
  /** Beside the title: a badge. */
  mark?: ReactNode
  purpose?: ReactNode
  action?: ReactNode
  /** The way back up, where a page is deeper than the navigation shows. */
  above?: ReactNode
  /** 560 px, for one form. */
  narrow?: boolean
  children: ReactNode
}

export function Page({ title, name, mark, purpose, action, above, narrow, children }: PageProps) {
  const { me, key } = useMe()
  const heading = usePageTitle(name ?? title, key ? me.tenant?.name : undefined)
  return (
    <div
      className={clsx(
        'mx-auto flex w-full flex-col gap-6 px-4 py-6 md:px-8 md:py-8',
        narrow ? 'max-w-[624px]' : 'max-w-[1184px]',
      )}
    >
      <header className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-6 gap-y-1">
        {above && (
          <nav aria-label="Breadcrumb" className="col-span-full mb-0.5 flex flex-wrap gap-x-3 text-sm text-muted">
            {above}
          </nav>
        )}
        <div className="flex min-w-0 flex-wrap items-center gap-x-2.5 gap-y-1">
          <h1
            ref={heading}
            tabIndex={-1}
            className="min-w-0 text-xl font-semibold tracking-tight [overflow-wrap:anywhere]"
          >
            {title}
          </h1>
          {mark}
        </div>
        {/* Beside both lines where there is room; beside the title alone on a phone. */}
        {action && <div className="flex items-center gap-2 self-center md:row-span-2 md:self-start">{action}</div>}
        {purpose && <p className="col-start-1 text-base text-muted max-md:col-span-full">{purpose}</p>}
      </header>
      {children}
    </div>
  )
}
