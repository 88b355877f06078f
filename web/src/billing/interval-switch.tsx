import { Segments } from '../ui/toggles.tsx'
import type { Interval, PlanOffer } from './contract.ts'
import { leastSaving } from './words.ts'

interface IntervalSwitchProps {
  plans: readonly PlanOffer[]
  value: Interval
  onChange: (interval: Interval) => void
}

/** Monthly or yearly, and what the year saves. */
export function IntervalSwitch({ plans, value, onChange }: IntervalSwitchProps) {
  const saving = leastSaving(plans)
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
      <Segments
        label="How often to pay"
        value={value}
        onChange={onChange}
        choices={[
          { value: 'month', label: 'Monthly' },
          { value: 'year', label: 'Yearly' },
        ]}
      />
      {saving !== undefined && (
        <span className="text-sm text-muted">
          Paying yearly saves <span className="font-medium text-success-text">{saving}%</span>
        </span>
      )}
    </div>
  )
}
