import { createLink } from '@tanstack/react-router'
import clsx from 'clsx'
import { ArrowRight, ChevronLeft, type LucideIcon } from 'lucide-react'
import type { ComponentProps } from 'react'
import { type ButtonLook, buttonClass } from './button.tsx'

const textClass =
  'rounded-tag font-medium text-accent-text underline decoration-accent/35 underline-offset-3 transition-colors hover:decoration-accent'

function TextAnchor({ className, ...rest }: ComponentProps<'a'>) {
  return <a {...rest} className={clsx(textClass, className)} />
}

/** A link inside the app, in running text. */
export const Link = createLink(TextAnchor)

/** A link to a page that the router does not know: the mailbox, the API's documentation, another site. */
export function PlainLink(props: ComponentProps<'a'>) {
  return <TextAnchor {...props} />
}

const quietClass = 'inline-flex items-center gap-1 rounded-tag text-sm text-muted transition-colors hover:text-ink'

function UpAnchor({ children, ...rest }: ComponentProps<'a'>) {
  return (
    <a {...rest} className={`${quietClass} -ml-1 max-md:min-h-11`}>
      <ChevronLeft size={14} aria-hidden="true" />
      {children}
    </a>
  )
}

/** From a page to the one it belongs to. */
export const UpLink = createLink(UpAnchor)

function MoreAnchor({ children, ...rest }: ComponentProps<'a'>) {
  return (
    <a {...rest} className={`${quietClass} max-md:min-h-11`}>
      {children}
      <ArrowRight size={13} aria-hidden="true" />
    </a>
  )
}

/** At the head of a card: from a few to all of them. */
export const MoreLink = createLink(MoreAnchor)

interface ButtonAnchorProps extends ComponentProps<'a'> {
  look?: ButtonLook
  icon?: LucideIcon
  wide?: boolean
}

function ButtonAnchor({ look, icon: Icon, wide, className, children, ...rest }: ButtonAnchorProps) {
  return (
    <a {...rest} className={clsx(buttonClass(look, wide), className)}>
      {Icon && <Icon size={15} aria-hidden="true" />}
      {children}
    </a>
  )
}

export const ButtonLink = createLink(ButtonAnchor)
