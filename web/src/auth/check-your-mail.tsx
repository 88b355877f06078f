import { useMutation } from '@tanstack/react-query'
import { publicApi } from '../api/client.ts'
import { wordsOf } from '../api/problem.ts'
import { Button } from '../ui/button.tsx'
import { Link } from '../ui/link.tsx'
import { toast } from '../ui/toast.tsx'
import { AuthPage } from './auth-page.tsx'
import { MailboxHint } from './mailbox-hint.tsx'

interface CheckYourMailProps {
  email: string
  /** A plan, which the link leads back to. */
  chosen: { plan?: string; interval?: 'month' | 'year' }
}

export function CheckYourMail({ email, chosen }: CheckYourMailProps) {
  const { plan, interval } = chosen
  const intent = plan && { plan, ...(interval && { interval }) }
  const resend = useMutation({
    mutationFn: () => publicApi.POST('/auth/email/resend', { body: { email, ...(intent && { intent }) } }),
    onSuccess: () => toast.done('If an account is waiting, a new link is on its way.'),
    onError: (error) => toast.failed(wordsOf(error)),
  })
  return (
    <AuthPage
      title="Check your mail"
      intro={
        <>
          We wrote to <strong className="font-medium text-ink">{email}</strong>. Open the link in that mail to confirm
          the address; then you can sign in{plan ? ' and go on with the plan that you chose' : ''}.
        </>
      }
      foot={
        <Link to="/sign-in" search={chosen}>
          Back to sign in
        </Link>
      }
    >
      <div className="flex flex-col gap-4">
        <p className="text-base text-muted">Nothing there? Look in the spam folder, or have it sent again.</p>
        <Button pending={resend.isPending} onClick={() => resend.mutate()}>
          Send the link again
        </Button>
        <MailboxHint />
      </div>
    </AuthPage>
  )
}
