import { useEffect, useRef } from 'react'
import { brand } from '../brand.ts'

let pagesShown = 0

/** Names the page in the tab, and moves the focus to its heading after a navigation (not on the first load). */
export function usePageTitle(...parts: (string | undefined)[]) {
  const heading = useRef<HTMLHeadingElement>(null)
  const title = [...parts.filter(Boolean), brand.name].join(' · ')

  useEffect(() => {
    document.title = title
  }, [title])

  useEffect(() => {
    pagesShown += 1
    // A field that asked for the focus, or a dialog, is where the person is wanted.
    const isTaken = document.activeElement?.matches('input, textarea, [role=dialog], [role=dialog] *')
    if (pagesShown > 1 && !isTaken) heading.current?.focus({ preventScroll: true })
  }, [])

  return heading
}
