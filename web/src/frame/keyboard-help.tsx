import { Dialog, DialogBody } from '../ui/dialog.tsx'
import { Kbd } from '../ui/kbd.tsx'
import { commandKey } from './platform.ts'
import type { Shortcut } from './shortcuts.ts'

interface KeyboardHelpProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  shortcuts: readonly Shortcut[]
}

export function KeyboardHelp({ open, onOpenChange, shortcuts }: KeyboardHelpProps) {
  const rows = [{ keys: `${commandKey} K`, words: 'Go anywhere, do anything' }, ...shortcuts]
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard">
      <DialogBody>
        <dl className="divide-y divide-line">
          {rows.map(({ keys, words }) => (
            <div key={keys} className="flex h-9 items-center justify-between gap-4">
              <dt>{words}</dt>
              <dd className="flex items-center gap-1">
                {keys.split(' ').map((key, index) => (
                  <span key={key} className="flex items-center gap-1 text-xs text-faint">
                    {index > 0 && keys.startsWith('g ') && 'then'}
                    <Kbd>{key.length === 1 ? key.toUpperCase() : key}</Kbd>
                  </span>
                ))}
              </dd>
            </div>
          ))}
        </dl>
      </DialogBody>
    </Dialog>
  )
}
