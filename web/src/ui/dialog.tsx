import clsx from 'clsx'
import { X } from 'lucide-react'
import { Dialog as Radix, AlertDialog as RadixAlert } from 'radix-ui'
import type { ReactNode } from 'react'
import { Button, IconButton } from './button.tsx'
import { useFocusReturn } from './focus-return.ts'

export const scrimClass = 'fixed inset-0 z-40 animate-fade bg-scrim'

const panelClass = clsx(
  'fixed z-40 flex max-h-[min(85dvh,44rem)] flex-col overflow-hidden border border-line bg-surface shadow-float outline-none',
  'max-md:inset-x-0 max-md:bottom-0 max-md:animate-rise max-md:rounded-t-card max-md:border-x-0 max-md:border-b-0',
  'md:-translate-x-1/2 md:top-[14vh] md:left-1/2 md:w-[calc(100vw-2rem)] md:animate-pop md:rounded-card',
)

/** The first field, not the button that closes; without a field the dialog itself, so that its title is read. */
function focusFirstField(event: Event): void {
  const dialog = event.currentTarget as HTMLElement
  event.preventDefault()
  const field = dialog.querySelector<HTMLElement>('input, textarea, [role=combobox]')
  ;(field ?? dialog).focus()
}

interface DialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  description?: ReactNode
  /** 480 px for a form, 560 px for more. */
  size?: 'form' | 'wide'
  children: ReactNode
}

export function Dialog({ open, onOpenChange, title, description, size = 'form', children }: DialogProps) {
  const returnFocus = useFocusReturn(open)
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={scrimClass} />
        <Radix.Content
          {...(description ? {} : { 'aria-describedby': undefined })}
          onOpenAutoFocus={focusFirstField}
          onCloseAutoFocus={returnFocus}
          className={clsx(panelClass, size === 'form' ? 'md:max-w-[480px]' : 'md:max-w-[560px]')}
        >
          <div className="flex items-start justify-between gap-4 px-5 pt-4">
            <div>
              <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
              {description && (
                <Radix.Description className="mt-0.5 text-base text-muted">{description}</Radix.Description>
              )}
            </div>
            <Radix.Close asChild>
              <IconButton icon={X} label="Close" className="-mt-1 -mr-2" />
            </Radix.Close>
          </div>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

export function DialogBody({ children }: { children: ReactNode }) {
  return <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-5 py-4">{children}</div>
}

export function DialogFoot({ children }: { children: ReactNode }) {
  return (
    <div className="flex items-center justify-end gap-2 border-line border-t bg-paper px-5 py-3 max-md:flex-col-reverse max-md:items-stretch">
      {children}
    </div>
  )
}

interface ConfirmProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  /** What follows when the person agrees. */
  consequence: ReactNode
  action: string
  cancel?: string
  danger?: boolean
  pending?: boolean
  onConfirm: () => void
}

export function Confirm({
  open,
  onOpenChange,
  title,
  consequence,
  action,
  cancel,
  danger,
  pending,
  onConfirm,
}: ConfirmProps) {
  const returnFocus = useFocusReturn(open)
  return (
    <RadixAlert.Root open={open} onOpenChange={onOpenChange}>
      <RadixAlert.Portal>
        <RadixAlert.Overlay className={scrimClass} />
        <RadixAlert.Content onCloseAutoFocus={returnFocus} className={clsx(panelClass, 'md:max-w-[440px]')}>
          <div className="px-5 pt-4 pb-5">
            <RadixAlert.Title className="text-lg font-semibold">{title}</RadixAlert.Title>
            <RadixAlert.Description asChild>
              <div className="mt-1 text-base text-muted">{consequence}</div>
            </RadixAlert.Description>
          </div>
          <DialogFoot>
            <RadixAlert.Cancel asChild>
              <Button>{cancel ?? 'Cancel'}</Button>
            </RadixAlert.Cancel>
            <Button look={danger ? 'danger' : 'primary'} pending={pending ?? false} onClick={onConfirm}>
              {action}
            </Button>
          </DialogFoot>
        </RadixAlert.Content>
      </RadixAlert.Portal>
    </RadixAlert.Root>
  )
}

interface SheetProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  children: ReactNode
}

/** Slides in from the left: the navigation on a phone. */
export function Sheet({ open, onOpenChange, title, children }: SheetProps) {
  const returnFocus = useFocusReturn(open)
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={scrimClass} />
        <Radix.Content
          aria-describedby={undefined}
          onCloseAutoFocus={returnFocus}
          className="fixed inset-y-0 left-0 z-40 flex w-[min(300px,85vw)] animate-slide flex-col border-line border-r bg-sunken shadow-float outline-none"
        >
          <Radix.Title className="sr-only">{title}</Radix.Title>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
