import { inDevelopment } from '../frame/environment.ts'
import { PlainLink } from '../ui/link.tsx'

/** In development no mail leaves the machine. */
export function MailboxHint() {
  if (!inDevelopment) return null
  return (
    <p className="text-sm text-faint">
      Development: read this mail in <PlainLink href="/dev/mailbox">the mailbox</PlainLink>.
    </p>
  )
}
