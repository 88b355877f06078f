/** Radix gives the focus back to the trigger of a dialog. Ours are opened by state and have none. */
import { useRef } from 'react'

/** Where the focus may go back to after the newest dialog, best first. */
let newest: readonly (Element | null)[] = []

function placesNow(): readonly (Element | null)[] {
  const focused = document.activeElement
  // An entry of a menu is gone by then; what opened the menu is not.
  const menu = focused?.closest('[role=menu]')
  const place = menu ? document.getElementById(menu.getAttribute('aria-labelledby') ?? '') : focused
  // A dialog may be closed together with the one over it, or give way to it.
  return focused?.closest('[role=dialog], [role=alertdialog]') ? [place, ...newest] : [place]
}

/** For `onCloseAutoFocus`: the focus goes back, unless something else, such as a new page, took it meanwhile. */
export function useFocusReturn(open: boolean): (event: Event) => void {
  const places = useRef<readonly (Element | null)[]>([])
  const wasOpen = useRef(false)
  // While rendering, because a field with autoFocus takes the focus before any effect runs.
  if (open && !wasOpen.current) {
    places.current = placesNow()
    newest = places.current
  }
  wasOpen.current = open

  return (event) => {
    event.preventDefault()
    const now = document.activeElement
    const isTaken = now !== null && now !== document.body && !(event.target as Element).contains(now)
    const place = places.current.find((element) => element?.isConnected)
    if (!isTaken && place instanceof HTMLElement) place.focus()
  }
}
