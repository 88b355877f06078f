import { useMutation } from '@tanstack/react-query'
import { publicApi } from '../api/client.ts'
import { wordsOf } from '../api/problem.ts'
import { Button } from '../ui/button.tsx'
import { Link } from '../ui/link.tsx'
import { toast } from '../ui/toast.tsx'
import { AuthPage } from './auth-page.tsx'
import { MailboxHint } from './mailbox-hint.tsx'

export function CheckYourMail({ email }: { email: string }) {
  const resend = useMutation({
    mutationFn: () => publicApi.POST('/auth/email/resend', { body: { email } }),
    onSuccess: () => toast.done('If an account is waiting, a new link is on its way.'),
    onError: (error) => toast.failed(wordsOf(error)),
  })
  return (
    <AuthPage
      title="Check your mail"
      intro={
        <>
          We wrote to <strong className="font-medium text-ink">{email}</strong>. Open the link in that mail to confirm
          the address; then you can sign in.
        </>
      }
      foot={<Link to="/sign-in">Back to sign in</Link>}
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
