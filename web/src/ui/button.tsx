import clsx from 'clsx'
import { LoaderCircle, type LucideIcon } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'
import { Tooltip } from './tooltip.tsx'

export type ButtonLook = 'primary' | 'secondary' | 'quiet' | 'danger' | 'danger-quiet'

const looks: Record<ButtonLook, string> = {
  primary: 'bg-accent text-accent-ink enabled:hover:bg-accent-hover',
  secondary: 'border border-line-strong bg-surface text-ink enabled:hover:bg-hover',
  quiet: 'text-muted enabled:hover:bg-hover enabled:hover:text-ink',
  danger: 'bg-danger text-danger-ink enabled:hover:bg-danger-hover',
  'danger-quiet': 'text-danger-text enabled:hover:bg-danger-soft',
}

export function buttonClass(look: ButtonLook = 'secondary', wide = false): string {
  return clsx(
    'inline-flex h-control shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-control px-3 text-base font-medium',
    'transition-colors duration-150 disabled:cursor-not-allowed disabled:opacity-55',
    wide && 'w-full',
    // Links share these looks and are never disabled, so `enabled:` would not match them.
    looks[look],
    look === 'primary' && '[a&]:hover:bg-accent-hover',
    look === 'secondary' && '[a&]:hover:bg-hover',
    look === 'quiet' && '[a&]:hover:bg-hover [a&]:hover:text-ink',
  )
}

interface ButtonProps extends ComponentProps<'button'> {
  look?: ButtonLook
  icon?: LucideIcon
  /** While a request is under way: the button keeps its width and cannot be pressed twice. */
  pending?: boolean
  wide?: boolean
  children: ReactNode
}

export function Button({ look, icon: Icon, pending, wide, className, children, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || pending}
      aria-busy={pending || undefined}
      className={clsx(buttonClass(look, wide), className)}
    >
      {pending ? (
        <LoaderCircle size={15} className="animate-spin" aria-hidden="true" />
      ) : (
        Icon && <Icon size={15} strokeWidth={2} aria-hidden="true" />
      )}
      {children}
    </button>
  )
}

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  icon: LucideIcon
  /** Read out and shown as the tooltip. */
  label: string
  side?: 'top' | 'bottom' | 'left' | 'right'
}

export function IconButton({ icon: Icon, label, side, className, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label} side={side}>
      <button
        type="button"
        aria-label={label}
        {...rest}
        className={clsx(
          'inline-flex h-control w-control shrink-0 items-center justify-center rounded-control text-muted transition-colors duration-150',
          'enabled:hover:bg-hover enabled:hover:text-ink data-[state=open]:bg-hover data-[state=open]:text-ink disabled:opacity-50',
          className,
        )}
      >
        <Icon size={16} aria-hidden="true" />
      </button>
    </Tooltip>
  )
}
