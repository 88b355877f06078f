import clsx from 'clsx'
import { CloudOff, type LucideIcon, RotateCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { ApiProblem, wordsOf } from '../api/problem.ts'
import { Button } from './button.tsx'
import { CopyId } from './copy-id.tsx'

interface EmptyStateProps {
  icon: LucideIcon
  title: string
  /** The whole page is this state. */
  isPage?: boolean
  children: ReactNode
  action?: ReactNode
}

export function EmptyState({ icon: Icon, title, isPage, children, action }: EmptyStateProps) {
  const Heading = isPage ? 'h1' : 'h2'
  return (
    <div className="flex flex-col items-center px-6 py-14 text-center">
      <span className="mb-4 flex size-10 items-center justify-center rounded-card border border-line bg-paper text-faint">
        <Icon size={18} aria-hidden="true" />
      </span>
      <Heading className="text-base font-semibold">{title}</Heading>
      <p className="mt-1 max-w-sm text-balance text-base text-muted">{children}</p>
      {action && <div className="mt-4 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  )
}

interface ErrorStateProps {
  error: unknown
  /** What could not be done, as a sentence without a full stop. */
  title?: string
  /** Instead of what the error says. */
  words?: string | undefined
  onRetry?: () => void
  compact?: boolean
  isPage?: boolean
  action?: ReactNode
}

function adviceOf(error: unknown): string {
  if (!(error instanceof ApiProblem)) return wordsOf(error)
  if (error.status >= 500) return 'The fault is on our side. Try again; if it stays, send us the request id below.'
  if (error.status === 429 && error.retryAfter) return `${error.message} You can go on in ${error.retryAfter} seconds.`
  return error.message
}

export function ErrorState({
  error,
  title = 'This could not be loaded',
  words,
  onRetry,
  compact,
  isPage,
  action,
}: ErrorStateProps) {
  const Heading = isPage ? 'h1' : 'h2'
  const requestId = error instanceof ApiProblem ? error.requestId : undefined
  return (
    <div role="alert" className={clsx('flex flex-col items-center px-6 text-center', compact ? 'py-8' : 'py-14')}>
      <span className="mb-4 flex size-10 items-center justify-center rounded-card bg-danger-soft text-danger-text">
        <CloudOff size={18} aria-hidden="true" />
      </span>
      <Heading className="text-base font-semibold">{title}</Heading>
      <p className="mt-1 max-w-md text-balance text-base text-muted">{words ?? adviceOf(error)}</p>
      <div className="mt-4 flex flex-wrap justify-center gap-2">
        {onRetry && (
          <Button icon={RotateCw} onClick={onRetry}>
            Try again
          </Button>
        )}
        {action}
      </div>
      {requestId && (
        <p className="mt-4 flex items-center gap-1 text-xs text-faint">
          Request <CopyId id={requestId} label="request id" />
        </p>
      )}
    </div>
  )
}
