import { useEffect, useRef } from 'react'

export interface Shortcut {
  /** One key, or two after another: "g p". */
  keys: string
  words: string
  run: () => void
}

const sequenceMs = 900

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches('input, textarea, select, [role=combobox], [role=listbox], [role=menu] *'))
  )
}

/** Single keys and two-key sequences, wherever nothing is being typed and no dialog is open. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const current = useRef(shortcuts)
  current.current = shortcuts

  useEffect(() => {
    let prefix = ''
    let prefixAt = 0
    function onKeyDown(event: KeyboardEvent) {
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return
      if (isTyping(event.target) || document.querySelector('[role=dialog], [role=alertdialog]')) return
      const sequence = prefix && event.timeStamp - prefixAt < sequenceMs ? `${prefix} ${event.key}` : event.key
      const match = current.current.find((shortcut) => shortcut.keys === sequence)
      prefix = ''
      if (match) {
        event.preventDefault()
        match.run()
      } else if (current.current.some((shortcut) => shortcut.keys.startsWith(`${event.key} `))) {
        prefix = event.key
        prefixAt = event.timeStamp
      }
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])
}

export function focusPageSearch(): void {
  document.querySelector<HTMLInputElement>('[data-page-search]')?.focus()
}
