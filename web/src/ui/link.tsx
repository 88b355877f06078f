import { createLink } from '@tanstack/react-router'
import clsx from 'clsx'
import type { LucideIcon } from 'lucide-react'
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
