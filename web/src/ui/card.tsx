import clsx from 'clsx'
import type { ReactNode } from 'react'

interface CardProps {
  title?: string
  /** At the right end of the title's line. */
  action?: ReactNode
  foot?: ReactNode
  /** Without inner space: for lists and tables that reach the edges. */
  flush?: boolean
  className?: string
  children: ReactNode
}

export function Card({ title, action, foot, flush, className, children }: CardProps) {
  return (
    <section
      className={clsx('flex min-w-0 flex-col overflow-hidden rounded-card border border-line bg-surface', className)}
    >
      {title && (
        <div className="flex min-h-11 items-center justify-between gap-3 border-line border-b px-4">
          <h2 className="text-base font-semibold">{title}</h2>
          {action}
        </div>
      )}
      <div className={clsx('flex-1', !flush && 'p-4')}>{children}</div>
      {foot && (
        <div className="flex items-center justify-between gap-3 border-line border-t bg-paper px-4 py-2.5 max-md:flex-col max-md:items-stretch">
          {foot}
        </div>
      )}
    </section>
  )
}

interface SectionProps {
  title: string
  description: ReactNode
  children: ReactNode
}

/** One topic of a settings page: what it is at the left, what can be changed at the right. */
export function Section({ title, description, children }: SectionProps) {
  return (
    <div className="grid max-w-[960px] gap-x-10 gap-y-4 border-line border-t py-8 first:border-t-0 first:pt-0 lg:grid-cols-[280px_minmax(0,1fr)]">
      <div>
        <h2 className="text-base font-semibold">{title}</h2>
        <div className="mt-1 text-base text-muted">{description}</div>
      </div>
      <div className="min-w-0 max-lg:max-w-[640px]">{children}</div>
    </div>
  )
}
