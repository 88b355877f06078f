import clsx from 'clsx'
import { Eye, EyeOff } from 'lucide-react'
import { type ComponentProps, useState } from 'react'
import { useField } from './field.tsx'
import { controlClass } from './input.tsx'
import { judgePassword, minimumLength } from './password-strength.ts'

interface PasswordInputProps extends ComponentProps<'input'> {
  /** For a password that is being chosen, not one that is being entered. */
  showStrength?: boolean
}

const bars = ['bg-danger', 'bg-warning', 'bg-success', 'bg-success'] as const

export function PasswordInput({ showStrength, className, ...rest }: PasswordInputProps) {
  const [shown, setShown] = useState(false)
  const value = String(rest.value ?? '')
  const { score, words } = judgePassword(value)
  const Icon = shown ? EyeOff : Eye
  return (
    <div className="flex flex-col gap-2">
      <div className="relative">
        <input
          {...useField()}
          spellCheck={false}
          autoCapitalize="none"
          {...rest}
          type={shown ? 'text' : 'password'}
          className={clsx(controlClass, 'h-control pr-11 pl-2.5', className)}
        />
        <button
          type="button"
          aria-label={shown ? 'Hide the password' : 'Show the password'}
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
          className="absolute top-0 right-0 flex h-control w-control items-center justify-center rounded-control text-faint hover:text-ink"
        >
          <Icon size={16} aria-hidden="true" />
        </button>
      </div>
      {showStrength && (
        <div className="flex items-center gap-3">
          <div className="flex flex-1 gap-1" aria-hidden="true">
            {[1, 2, 3, 4].map((step) => (
              <span
                key={step}
                className={clsx(
                  'h-1 flex-1 rounded-full transition-colors duration-200',
                  value && score >= step ? bars[score - 1] : 'bg-selected',
                )}
              />
            ))}
          </div>
          <span className="min-w-32 text-right text-xs text-muted" aria-live="polite">
            {value ? words : `At least ${minimumLength} characters`}
          </span>
        </div>
      )}
    </div>
  )
}
