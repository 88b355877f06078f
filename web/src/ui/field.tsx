import clsx from 'clsx'
import { CircleAlert } from 'lucide-react'
import { createContext, type ReactNode, useContext, useId } from 'react'

interface FieldContext {
  id: string
  describedBy: string | undefined
  invalid: boolean
}

const Context = createContext<FieldContext | null>(null)

/** The ids that tie a control to its label, hint and error. */
export function useField() {
  const field = useContext(Context)
  if (!field) return {}
  return { id: field.id, 'aria-describedby': field.describedBy, 'aria-invalid': field.invalid || undefined }
}

interface FieldProps {
  label: string
  /** Stays for screen readers when the label is plain from the place. */
  hideLabel?: boolean
  hint?: ReactNode
  error?: string | undefined
  /** At the right end of the label's line: a link or a quiet remark. */
  aside?: ReactNode
  children: ReactNode
}

export function Field({ label, hideLabel, hint, error, aside, children }: FieldProps) {
  const id = useId()
  const noteId = `${id}-note`
  const note = error ?? hint
  return (
    <Context value={{ id, describedBy: note ? noteId : undefined, invalid: Boolean(error) }}>
      <div className="flex min-w-0 flex-col gap-1.5">
        <div className={clsx('flex items-baseline justify-between gap-3', hideLabel && !aside && 'sr-only')}>
          <label htmlFor={id} className={clsx('text-sm font-medium', hideLabel && 'sr-only')}>
            {label}
          </label>
          {aside && <span className="text-sm">{aside}</span>}
        </div>
        {children}
        {note && (
          <div
            id={noteId}
            className={clsx('flex items-start gap-1.5 text-sm', error ? 'text-danger-text' : 'text-faint')}
            role={error ? 'alert' : undefined}
          >
            {error && <CircleAlert size={14} className="mt-[3px] shrink-0" aria-hidden="true" />}
            <span>{note}</span>
          </div>
        )}
      </div>
    </Context>
  )
}
