import clsx from 'clsx'
import { useLocaleNumber } from './relative-time.tsx'

interface MeterProps {
  label: string
  used: number
  /** Null means without a limit. */
  limit: number | null
  /** For what is not counted one by one, such as bytes. */
  write?: (value: number) => string
}

/** Usage against a limit: quiet, then a warning from four fifths, then full. */
export function Meter({ label, used, limit, write }: MeterProps) {
  const count = useLocaleNumber()
  const number = write ?? count
  const share = limit === null ? 0 : limit === 0 ? 1 : Math.min(1, used / limit)
  const tone = share >= 1 ? 'bg-danger' : share >= 0.8 ? 'bg-warning' : 'bg-accent'
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex justify-between gap-2 text-xs">
        <span className="text-muted">{label}</span>
        <span className="tabular-nums text-faint">
          {limit === null ? number(used) : `${number(used)} of ${number(limit)}`}
        </span>
      </div>
      {limit !== null && (
        // biome-ignore lint/a11y/useSemanticElements: browsers draw a native meter in their own way
        <div
          role="meter"
          aria-label={label}
          aria-valuemin={0}
          aria-valuemax={limit}
          aria-valuenow={used}
          aria-valuetext={`${number(used)} of ${number(limit)}`}
          className="h-1 overflow-hidden rounded-full bg-selected"
        >
          <div className={clsx('h-full rounded-full', tone)} style={{ width: `${share * 100}%` }} />
        </div>
      )}
    </div>
  )
}
