import clsx from 'clsx'
import { CornerDownLeft, type LucideIcon, Search } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { scrimClass } from './dialog.tsx'
import { useFocusReturn } from './focus-return.ts'
import { Kbd } from './kbd.tsx'

export interface Command {
  id: string
  group: string
  label: string
  icon: LucideIcon
  /** Words that find it besides its label. */
  also?: string
  keys?: string[]
  run: () => void
}

interface CommandPaletteProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  commands: readonly Command[]
  /** Asked when the typing pauses, for what is not known beforehand. */
  find?: (text: string) => Promise<Command[]>
}

function matching(commands: readonly Command[], text: string): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return commands.filter((command) => {
    const haystack = `${command.label} ${command.group} ${command.also ?? ''}`.toLowerCase()
    return words.every((word) => haystack.includes(word))
  })
}

export function CommandPalette({ open, onOpenChange, commands, find }: CommandPaletteProps) {
  const returnFocus = useFocusReturn(open)
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={scrimClass} />
        <Radix.Content
          aria-describedby={undefined}
          onCloseAutoFocus={returnFocus}
          className="-translate-x-1/2 fixed top-[12vh] left-1/2 z-50 flex max-h-[min(60vh,28rem)] w-[calc(100vw-1.5rem)] max-w-[560px] animate-pop flex-col overflow-hidden rounded-card border border-line bg-surface shadow-float outline-none max-md:top-3"
        >
          <Radix.Title className="sr-only">Go to or do</Radix.Title>
          <Choices commands={commands} find={find} onDone={() => onOpenChange(false)} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

interface ChoicesProps {
  commands: readonly Command[]
  find: CommandPaletteProps['find']
  onDone: () => void
}

function Choices({ commands, find, onDone }: ChoicesProps) {
  const [text, setText] = useState('')
  const [found, setFound] = useState<Command[]>([])
  const [at, setAt] = useState(0)
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const shown = [...matching(commands, text), ...(text.trim() ? found : [])]

  useEffect(() => {
    const wanted = text.trim()
    if (!find || wanted.length < 2) {
      setFound([])
      return
    }
    let current = true
    const timer = setTimeout(() => {
      find(wanted).then(
        (result) => current && setFound(result),
        () => current && setFound([]),
      )
    }, 200)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [text, find])

  function move(to: number) {
    const next = (to + shown.length) % Math.max(1, shown.length)
    setAt(next)
    list.current?.querySelector(`[data-index="${next}"]`)?.scrollIntoView({ block: 'nearest' })
  }

  function choose(command: Command | undefined) {
    if (!command) return
    onDone()
    command.run()
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'ArrowDown') move(at + 1)
    else if (event.key === 'ArrowUp') move(at - 1)
    else if (event.key === 'Home') move(0)
    else if (event.key === 'End') move(shown.length - 1)
    else if (event.key === 'Enter') choose(shown[at])
    else return
    event.preventDefault()
  }

  return (
    <>
      <div className="flex items-center gap-2.5 border-line border-b px-3.5">
        <Search size={16} className="shrink-0 text-faint" aria-hidden="true" />
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={shown[at] ? `${id}-${at}` : undefined}
          aria-label="Go to or do"
          placeholder="Go to a page, a project or an action"
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setAt(0)
          }}
          onKeyDown={onKeyDown}
          className="h-12 w-full bg-transparent text-control outline-none"
        />
        <span className="max-md:hidden">
          <Kbd>Esc</Kbd>
        </span>
      </div>
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label="Results"
        className="min-h-0 flex-1 overflow-y-auto p-1.5"
      >
        {shown.map((command, index) => (
          <div key={command.id} role="presentation">
            {command.group !== shown[index - 1]?.group && (
              <div role="presentation" className="px-2 pt-2 pb-1 text-xs text-faint">
                {command.group}
              </div>
            )}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the input above handles the keys for the whole list */}
            <div
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              data-index={index}
              onPointerMove={() => setAt(index)}
              onClick={() => choose(command)}
              className={clsx(
                'flex h-9 cursor-default items-center gap-2.5 rounded-control px-2 max-md:h-11',
                index === at && 'bg-hover',
              )}
            >
              <command.icon size={15} className="shrink-0 text-faint" aria-hidden="true" />
              <span className="min-w-0 flex-1 truncate">{command.label}</span>
              {index === at ? (
                <CornerDownLeft size={14} className="text-faint" aria-hidden="true" />
              ) : (
                <span className="flex gap-1 max-md:hidden">
                  {command.keys?.map((key) => (
                    <Kbd key={key}>{key}</Kbd>
                  ))}
                </span>
              )}
            </div>
          </div>
        ))}
        {shown.length === 0 && <p className="px-2 py-8 text-center text-muted">Nothing matches “{text}”.</p>}
      </div>
    </>
  )
}
