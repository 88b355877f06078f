import { useMutation } from '@tanstack/react-query'
import { MailCheck } from 'lucide-react'
import { useEffect } from 'react'
import { publicApi } from '../api/client.ts'
import { wordsOf } from '../api/problem.ts'
import { Button } from '../ui/button.tsx'
import { toast } from '../ui/toast.tsx'
import { useMe } from './me.tsx'

/** One quiet line until the address is confirmed. */
export function VerifyReminder() {
  const { me } = useMe()
  const resend = useMutation({
    mutationFn: () => publicApi.POST('/auth/email/resend', { body: { email: me.user.email } }),
    onSuccess: () => toast.done(`We sent a new link to ${me.user.email}.`),
    onError: (error) => toast.failed(wordsOf(error)),
  })
  useEffect(() => resend.reset, [resend.reset])
  if (me.user.email_verified) return null
  return (
    <div className="flex min-h-11 items-start gap-2.5 border-line border-b bg-info-soft px-4 py-1.5 text-base md:px-8">
      <MailCheck size={16} className="mt-2 shrink-0 text-info-text" aria-hidden="true" />
      <div className="flex min-w-0 flex-1 flex-wrap items-center justify-between gap-x-4">
        <p className="min-w-0 py-1 [overflow-wrap:anywhere]">
          Confirm your address: we sent a link to <strong className="font-medium">{me.user.email}</strong>.
        </p>
        <Button look="quiet" pending={resend.isPending} disabled={resend.isSuccess} onClick={() => resend.mutate()}>
          {resend.isSuccess ? 'Sent' : 'Send it again'}
        </Button>
      </div>
    </div>
  )
}
