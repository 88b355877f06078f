import clsx from 'clsx'
import { Check, type LucideIcon } from 'lucide-react'
import { Checkbox as RadixCheckbox, RadioGroup as RadixRadio, Switch as RadixSwitch } from 'radix-ui'
import { type ReactNode, useId } from 'react'

interface ToggleProps {
  label: string
  hint?: ReactNode
  checked: boolean
  onChange: (checked: boolean) => void
  disabled?: boolean
}

export function Checkbox({ label, hint, checked, onChange, disabled = false }: ToggleProps) {
  const id = useId()
  return (
    <div className="flex items-start gap-2.5 max-md:min-h-11 max-md:items-center">
      <RadixCheckbox.Root
        id={id}
        checked={checked}
        onCheckedChange={(next) => onChange(next === true)}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="mt-0.5 flex size-4 shrink-0 items-center justify-center rounded-tag border border-line-control bg-surface transition-colors data-[state=checked]:border-accent data-[state=checked]:bg-accent disabled:opacity-50"
      >
        <RadixCheckbox.Indicator>
          <Check size={12} strokeWidth={3} className="text-accent-ink" aria-hidden="true" />
        </RadixCheckbox.Indicator>
      </RadixCheckbox.Root>
      <div>
        <label htmlFor={id} className={clsx('text-base', disabled && 'opacity-60')}>
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-sm text-faint">
            {hint}
          </p>
        )}
      </div>
    </div>
  )
}

export function Switch({ label, hint, checked, onChange, disabled = false }: ToggleProps) {
  const id = useId()
  return (
    <div className="flex items-start justify-between gap-6 max-md:min-h-11">
      <div>
        <label htmlFor={id} className={clsx('text-base font-medium', disabled && 'opacity-60')}>
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-sm text-faint">
            {hint}
          </p>
        )}
      </div>
      <RadixSwitch.Root
        id={id}
        checked={checked}
        onCheckedChange={onChange}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="mt-0.5 h-5 w-9 shrink-0 rounded-full bg-line-control p-0.5 transition-colors duration-150 data-[state=checked]:bg-accent disabled:opacity-50"
      >
        <RadixSwitch.Thumb className="block size-4 rounded-full bg-surface transition-transform duration-150 data-[state=checked]:translate-x-4" />
      </RadixSwitch.Root>
    </div>
  )
}

interface SegmentsProps<T extends string> {
  label: string
  value: T
  onChange: (value: T) => void
  choices: readonly { value: T; label: string; icon?: LucideIcon }[]
}

/** One of a few, all of them in sight. */
export function Segments<T extends string>({ label, value, onChange, choices }: SegmentsProps<T>) {
  return (
    <RadixRadio.Root
      aria-label={label}
      value={value}
      onValueChange={(next) => onChange(next as T)}
      className="inline-flex rounded-control border border-line bg-sunken p-0.5"
    >
      {choices.map(({ value: choice, label: words, icon: Icon }) => (
        <RadixRadio.Item
          key={choice}
          value={choice}
          className="inline-flex h-7 items-center gap-1.5 rounded-tag px-2.5 text-sm font-medium text-muted transition-colors hover:text-ink data-[state=checked]:bg-surface data-[state=checked]:text-ink data-[state=checked]:outline data-[state=checked]:outline-line-strong max-md:h-11 max-md:px-3"
        >
          {Icon && <Icon size={14} aria-hidden="true" />}
          {words}
        </RadixRadio.Item>
      ))}
    </RadixRadio.Root>
  )
}
