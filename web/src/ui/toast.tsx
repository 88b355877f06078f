import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { Toast as Radix } from 'radix-ui'
import { useSyncExternalStore } from 'react'

interface ToastItem {
  id: number
  text: string
  tone: 'done' | 'failed'
  undo?: () => void
}

let items: ToastItem[] = []
let nextId = 1
const watchers = new Set<() => void>()

function put(next: ToastItem[]): void {
  items = next
  for (const watcher of watchers) watcher()
}

function add(item: Omit<ToastItem, 'id'>): void {
  put([...items.slice(-2), { ...item, id: nextId++ }])
}

export const toast = {
  /** What has happened. With `undo` the person can take it back while the toast is there. */
  done: (text: string, undo?: () => void) => add(undo ? { text, tone: 'done', undo } : { text, tone: 'done' }),
  failed: (text: string) => add({ text, tone: 'failed' }),
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    () => items,
  )
  return (
    <Radix.Provider swipeDirection="right" label="Notice">
      {shown.map((item) => (
        <Radix.Root
          key={item.id}
          type={item.tone === 'failed' ? 'foreground' : 'background'}
          duration={item.undo || item.tone === 'failed' ? 8000 : 5000}
          onOpenChange={(open) => !open && put(items.filter((other) => other.id !== item.id))}
          className="flex animate-rise items-center gap-2.5 rounded-card bg-inverse py-1.5 pr-1.5 pl-3 text-base text-inverse-ink shadow-float data-[swipe=move]:translate-x-(--radix-toast-swipe-move-x)"
        >
          {item.tone === 'failed' ? (
            <CircleAlert size={16} className="shrink-0" aria-hidden="true" />
          ) : (
            <CircleCheck size={16} className="shrink-0 text-inverse-accent" aria-hidden="true" />
          )}
          <Radix.Title className="min-w-0 flex-1 py-1">{item.text}</Radix.Title>
          {item.undo && (
            <Radix.Action
              altText="Undo this"
              onClick={item.undo}
              className="h-7 rounded-control px-2 font-medium text-inverse-accent hover:bg-inverse-ink/10 max-md:h-11"
            >
              Undo
            </Radix.Action>
          )}
          <Radix.Close
            aria-label="Close this notice"
            className="flex size-7 shrink-0 items-center justify-center rounded-control opacity-70 hover:bg-inverse-ink/10 hover:opacity-100 max-md:size-11"
          >
            <X size={14} aria-hidden="true" />
          </Radix.Close>
        </Radix.Root>
      ))}
      <Radix.Viewport className="fixed right-4 bottom-4 z-60 flex w-[min(400px,calc(100vw-2rem))] flex-col gap-2 outline-none" />
    </Radix.Provider>
  )
}
