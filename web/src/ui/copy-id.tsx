import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Tooltip } from './tooltip.tsx'

interface CopyIdProps {
  id: string
  /** What is copied: "project id". */
  label: string
  /** Ids made by time share their beginning, so the end is what tells them apart. */
  short?: boolean
}

export function CopyId({ id, label, short }: CopyIdProps) {
  const [copied, setCopied] = useState(false)

  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1600)
    return () => clearTimeout(timer)
  }, [copied])

  const Icon = copied ? Check : Copy
  return (
    <Tooltip text={copied ? 'Copied' : `Copy the ${label}`}>
      <button
        type="button"
        onClick={() => navigator.clipboard.writeText(id).then(() => setCopied(true))}
        className="inline-flex min-w-0 max-w-full items-center gap-1.5 rounded-tag font-mono text-xs text-muted transition-colors hover:text-ink max-md:min-h-11"
      >
        <span className="truncate">{short ? `…${id.slice(-8)}` : id}</span>
        <span className="sr-only">{copied ? `Copied the ${label}` : `Copy the ${label}`}</span>
        <Icon size={12} className="shrink-0 text-faint" aria-hidden="true" />
      </button>
    </Tooltip>
  )
}
