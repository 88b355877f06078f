import { X } from 'lucide-react'
import { useState } from 'react'
import type { Role } from '../api/contract.ts'
import { ApiProblem, wordsOf } from '../api/problem.ts'
import { emailsIn } from '../auth/email.ts'
import { useMe } from '../auth/me.tsx'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogBody, DialogFoot } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { FormFailure, FormFrame, useForm } from '../ui/form.tsx'
import { Textarea } from '../ui/input.tsx'
import { Select } from '../ui/select.tsx'
import { toast } from '../ui/toast.tsx'
import { membersChanged } from './data.ts'
import { grantable } from './roles.ts'

interface Refused {
  email: string
  words: string
}

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const { key, me, api } = useMe()
  const [refused, setRefused] = useState<Refused[]>([])
  const form = useForm({
    initial: { addresses: '', role: 'member' as Role },
    check: (values) => {
      const { addresses, rest } = emailsIn(values.addresses)
      if (rest.length > 0) return { addresses: `${rest.join(', ')}: not a complete e-mail address.` }
      return addresses.length === 0 ? { addresses: 'Enter at least one e-mail address.' } : {}
    },
    async submit({ addresses: text, role }) {
      const { addresses } = emailsIn(text)
      const failures: Refused[] = []
      for (const email of addresses) {
        try {
          await api.POST('/users', { body: { email, role } })
        } catch (error) {
          // A refusal concerns one address; a server that cannot be reached or is busy concerns all of them.
          if (!(error instanceof ApiProblem) || error.status === 0 || error.status >= 429) throw error
          failures.push({ email, words: wordsOf(error) })
        }
      }
      await membersChanged(key)
      const sent = addresses.length - failures.length
      if (sent > 0) toast.done(sent === 1 ? '1 invitation is on its way.' : `${sent} invitations are on their way.`)
      if (failures.length === 0) return onClose()
      setRefused(failures)
      form.reset({ addresses: failures.map(({ email }) => email).join('\n'), role })
    },
  })
  const found = emailsIn(form.values.addresses).addresses
  const action =
    found.length > 1 ? `Invite ${found.length} people` : found.length === 1 ? 'Invite 1 person' : 'Invite people'

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Invite people to ${me.tenant?.name}`}
      description="They get a mail with a link that works for seven days."
    >
      <FormFrame form={form} className="flex min-h-0 flex-col">
        <DialogBody>
          {refused.length > 0 && (
            <Banner
              tone="warning"
              title={refused.length === 1 ? 'One was not invited' : `${refused.length} were not invited`}
            >
              <ul>
                {refused.map(({ email, words }) => (
                  <li key={email}>
                    {email}: {words}
                  </li>
                ))}
              </ul>
            </Banner>
          )}
          <Field
            label="E-mail addresses"
            error={form.errors.addresses}
            hint="Several at once: separated by commas, spaces or lines."
          >
            <Textarea
              {...form.bind('addresses')}
              rows={3}
              autoFocus
              spellCheck={false}
              autoCapitalize="none"
              placeholder="ada@example.com, grace@example.com"
            />
          </Field>
          {found.length > 1 && (
            <ul aria-label="Who will be invited" className="-mt-2 flex flex-wrap gap-1.5">
              {found.map((email) => (
                <li
                  key={email}
                  className="flex h-6 max-w-full items-center rounded-tag bg-selected pl-2 text-xs max-md:h-8"
                >
                  <span className="truncate">{email}</span>
                  <button
                    type="button"
                    aria-label={`Leave out ${email}`}
                    onClick={() => form.set('addresses', found.filter((other) => other !== email).join('\n'))}
                    className="flex size-6 items-center justify-center text-faint hover:text-ink max-md:size-8"
                  >
                    <X size={12} aria-hidden="true" />
                  </button>
                </li>
              ))}
            </ul>
          )}
          <Field label="Role" hint={roleHint(form.values.role, me.role)}>
            <Select value={form.values.role} onChange={(role) => form.set('role', role)} choices={grantable(me.role)} />
          </Field>
          <FormFailure form={form} />
        </DialogBody>
        <DialogFoot>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" pending={form.sending}>
            {action}
          </Button>
        </DialogFoot>
      </FormFrame>
    </Dialog>
  )
}

function roleHint(role: Role, mine: Role | null): string | undefined {
  return grantable(mine).find((choice) => choice.value === role)?.hint
}
