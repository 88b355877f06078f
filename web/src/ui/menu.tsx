import clsx from 'clsx'
import { Check, type LucideIcon } from 'lucide-react'
import { DropdownMenu as Radix, Popover as RadixPopover } from 'radix-ui'
import type { ReactNode } from 'react'

export const floatClass = 'z-50 animate-pop rounded-card border border-line bg-surface p-1 shadow-float outline-none'

interface MenuProps {
  trigger: ReactNode
  align?: 'start' | 'end'
  side?: 'top' | 'bottom'
  /** As wide as what opens it. */
  fit?: boolean
  children: ReactNode
}

export function Menu({ trigger, align = 'end', side = 'bottom', fit, children }: MenuProps) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          className={clsx(
            floatClass,
            'max-h-(--radix-dropdown-menu-content-available-height) overflow-y-auto',
            fit ? 'w-(--radix-dropdown-menu-trigger-width) min-w-52' : 'min-w-44 max-w-72',
          )}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

const itemClass =
  'flex min-h-8 cursor-default select-none items-center gap-2 rounded-control px-2 text-base outline-none data-[disabled]:opacity-50 max-md:min-h-11'

interface MenuItemProps {
  icon?: LucideIcon
  /** A picture instead of an icon. */
  lead?: ReactNode
  checked?: boolean
  danger?: boolean
  disabled?: boolean
  onSelect: () => void
  children: ReactNode
}

export function MenuItem({ icon: Icon, lead, checked, danger, disabled, onSelect, children }: MenuItemProps) {
  return (
    <Radix.Item
      onSelect={onSelect}
      disabled={disabled ?? false}
      className={clsx(
        itemClass,
        danger ? 'text-danger-text data-[highlighted]:bg-danger-soft' : 'data-[highlighted]:bg-hover',
      )}
    >
      {lead}
      {Icon && <Icon size={15} className={clsx('shrink-0', !danger && 'text-faint')} aria-hidden="true" />}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {checked && <Check size={15} className="shrink-0 text-accent-text" aria-hidden="true" />}
    </Radix.Item>
  )
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="truncate px-2 py-1.5 text-xs text-faint">{children}</Radix.Label>
}

export function MenuLine() {
  return <Radix.Separator className="-mx-1 my-1 h-px bg-line" />
}

interface PopoverProps {
  trigger: ReactNode
  label: string
  align?: 'start' | 'end'
  children: ReactNode
}

export function Popover({ trigger, label, align = 'start', children }: PopoverProps) {
  return (
    <RadixPopover.Root>
      <RadixPopover.Trigger asChild>{trigger}</RadixPopover.Trigger>
      <RadixPopover.Portal>
        <RadixPopover.Content
          aria-label={label}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className={clsx(floatClass, 'w-72 max-w-[calc(100vw-1rem)] p-4')}
        >
          {children}
        </RadixPopover.Content>
      </RadixPopover.Portal>
    </RadixPopover.Root>
  )
}
