import clsx from 'clsx'
import { Check, ChevronDown } from 'lucide-react'
import { Select as Radix } from 'radix-ui'
import { useField } from './field.tsx'
import { controlClass } from './input.tsx'

export interface Choice<T extends string> {
  value: T
  label: string
  /** A second, quieter line that says what choosing this means. */
  hint?: string
  disabled?: boolean
}

interface SelectProps<T extends string> {
  value: T
  onChange: (value: T) => void
  choices: readonly Choice<T>[]
  /** Needed where no Field gives a label. */
  label?: string
  /** Quiet looks like text until it is touched: for a choice inside a table row. */
  look?: 'field' | 'quiet'
  disabled?: boolean
  className?: string
}

export function Select<T extends string>({
  value,
  onChange,
  choices,
  label,
  look,
  disabled,
  className,
}: SelectProps<T>) {
  const chosen = choices.find((choice) => choice.value === value)
  return (
    <Radix.Root value={value} onValueChange={(next) => onChange(next as T)} disabled={disabled ?? false}>
      <Radix.Trigger
        {...useField()}
        aria-label={label}
        className={clsx(
          'inline-flex h-control items-center justify-between gap-2 text-left',
          look === 'quiet'
            ? '-ml-2 rounded-control px-2 text-base transition-colors enabled:hover:bg-hover data-[state=open]:bg-hover disabled:cursor-not-allowed'
            : clsx(controlClass, 'px-2.5'),
          className,
        )}
      >
        <span className="truncate">
          <Radix.Value>{chosen?.label}</Radix.Value>
        </span>
        {!disabled && <ChevronDown size={14} className="shrink-0 text-faint" aria-hidden="true" />}
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) max-w-80 animate-pop overflow-hidden rounded-card border border-line bg-surface p-1 shadow-float"
        >
          <Radix.Viewport>
            {choices.map((choice) => (
              <Radix.Item
                key={choice.value}
                value={choice.value}
                disabled={choice.disabled ?? false}
                className={clsx(
                  'relative flex min-h-8 cursor-default select-none flex-col justify-center rounded-control py-1 pr-8 pl-2 text-base outline-none max-md:min-h-11',
                  'data-[highlighted]:bg-hover data-[disabled]:opacity-50',
                )}
              >
                <Radix.ItemText>{choice.label}</Radix.ItemText>
                {choice.hint && <span className="text-xs text-faint">{choice.hint}</span>}
                <Radix.ItemIndicator className="absolute top-2 right-2 max-md:top-3.5">
                  <Check size={15} className="text-accent-text" aria-hidden="true" />
                </Radix.ItemIndicator>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
