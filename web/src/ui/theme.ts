/** The choice of light or dark. public/theme.js applies it before the first paint; this keeps it afterwards. */
import { useSyncExternalStore } from 'react'

export type Theme = 'system' | 'light' | 'dark'

const key = 'plinth.theme'
const system = matchMedia('(prefers-color-scheme: dark)')
const watchers = new Set<() => void>()

function chosen(): Theme {
  const stored = localStorage.getItem(key)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

function apply(): void {
  const theme = chosen()
  document.documentElement.dataset.theme = theme === 'system' ? (system.matches ? 'dark' : 'light') : theme
  for (const watcher of watchers) watcher()
}

export function watchTheme(): void {
  system.addEventListener('change', apply)
  window.addEventListener('storage', (event) => event.key === key && apply())
}

export function setTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(key)
  else localStorage.setItem(key, theme)
  apply()
}

export function useTheme(): Theme {
  return useSyncExternalStore((watcher) => {
    watchers.add(watcher)
    return () => watchers.delete(watcher)
  }, chosen)
}
