import clsx from 'clsx'
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'

type BannerTone = 'info' | 'success' | 'warning' | 'danger'

const looks = {
  info: { icon: Info, box: 'bg-info-soft', mark: 'text-info-text' },
  success: { icon: CircleCheck, box: 'bg-success-soft', mark: 'text-success-text' },
  warning: { icon: TriangleAlert, box: 'bg-warning-soft', mark: 'text-warning-text' },
  danger: { icon: CircleAlert, box: 'bg-danger-soft', mark: 'text-danger-text' },
} as const

interface BannerProps {
  tone?: BannerTone
  title?: string
  action?: ReactNode
  children?: ReactNode
}

export function Banner({ tone = 'info', title, action, children }: BannerProps) {
  const { icon: Icon, box, mark } = looks[tone]
  return (
    <div
      role={tone === 'danger' || tone === 'warning' ? 'alert' : 'status'}
      className={clsx('flex items-start gap-2.5 rounded-card px-3 py-2.5 text-base', box)}
    >
      <Icon size={16} className={clsx('mt-0.5 shrink-0', mark)} aria-hidden="true" />
      <div className="flex min-w-0 flex-1 flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          {title && <p className="font-medium">{title}</p>}
          {children && <div className={clsx(title && 'text-muted')}>{children}</div>}
        </div>
        {action}
      </div>
    </div>
  )
}
