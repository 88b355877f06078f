import { useMutation } from '@tanstack/react-query'
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
    <div className="flex min-h-11 flex-wrap items-center justify-center gap-x-3 border-line border-b bg-info-soft px-4 py-1 text-base">
      <span>
        Confirm your address: we sent a link to <strong className="font-medium">{me.user.email}</strong>.
      </span>
      <Button look="quiet" pending={resend.isPending} disabled={resend.isSuccess} onClick={() => resend.mutate()}>
        {resend.isSuccess ? 'Sent' : 'Send it again'}
      </Button>
    </div>
  )
}
