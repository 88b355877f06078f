import clsx from 'clsx'
import { Search, X } from 'lucide-react'
import { type ComponentProps, useEffect, useRef, useState } from 'react'
import { useField } from './field.tsx'
import { Kbd } from './kbd.tsx'

export const controlClass = clsx(
  'w-full min-w-0 rounded-control border border-line-control bg-surface text-control text-ink transition-[border-color,box-shadow] duration-150',
  'hover:border-faint focus-visible:border-accent focus-visible:outline-2 focus-visible:outline-offset-0 focus-visible:outline-accent/35',
  'aria-invalid:border-danger aria-invalid:focus-visible:outline-danger/35',
  'disabled:cursor-not-allowed disabled:bg-sunken disabled:text-muted [&[readonly]]:bg-sunken [&[readonly]]:text-muted',
)

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input {...useField()} {...rest} className={clsx(controlClass, 'h-control px-2.5', className)} />
}

export function Textarea({ className, rows = 4, ...rest }: ComponentProps<'textarea'>) {
  return (
    <textarea
      {...useField()}
      rows={rows}
      {...rest}
      className={clsx(controlClass, 'resize-y px-2.5 py-1.5', className)}
    />
  )
}

interface SearchInputProps {
  label: string
  value: string
  onSearch: (text: string) => void
  className?: string
}

const typingPauseMs = 250

/** Searches when the typing pauses. The key `/` reaches it from anywhere on the page. */
export function SearchInput({ label, value, onSearch, className }: SearchInputProps) {
  const [text, setText] = useState(value)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const input = useRef<HTMLInputElement>(null)

  useEffect(() => setText(value), [value])
  useEffect(() => () => clearTimeout(timer.current), [])

  function change(next: string, pause: number) {
    setText(next)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => onSearch(next.trim()), pause)
  }

  return (
    <div className={clsx('relative', className)}>
      <Search size={15} className="-translate-y-1/2 absolute top-1/2 left-2.5 text-faint" aria-hidden="true" />
      <input
        ref={input}
        type="search"
        data-page-search
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => change(event.target.value, typingPauseMs)}
        onKeyDown={(event) => event.key === 'Escape' && text && change('', 0)}
        className={clsx(controlClass, 'peer h-control pr-9 pl-8 [&::-webkit-search-cancel-button]:hidden')}
      />
      {text ? (
        <button
          type="button"
          aria-label="Clear the search"
          onClick={() => {
            change('', 0)
            input.current?.focus()
          }}
          className="absolute top-0 right-0 flex h-control w-control items-center justify-center rounded-control text-faint hover:text-ink"
        >
          <X size={14} aria-hidden="true" />
        </button>
      ) : (
        <span className="-translate-y-1/2 pointer-events-none absolute top-1/2 right-2 peer-focus:hidden max-md:hidden">
          <Kbd>/</Kbd>
        </span>
      )}
    </div>
  )
}
