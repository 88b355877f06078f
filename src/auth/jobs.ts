import { defineJob } from '#jobs'

export interface MailRequest {
  email: string
  /** The address has had enough mails for now. */
  silent: boolean
}

/** What somebody chose before they signed up, for the link of the mail to lead back to. Names only. */
export interface Intent {
  plan: string
  interval?: 'month' | 'year' | undefined
}

/** Flows that must not tell whether an address has an account enqueue the same job for every address. */
export const registrationRequested = defineJob<{
  email: string
  registration_id: string
  intent?: Intent | undefined
}>('auth.registration_requested')
export const verificationRequested = defineJob<MailRequest & { intent?: Intent | undefined }>(
  'auth.verification_requested',
)
export const passwordResetRequested = defineJob<MailRequest>('auth.password_reset_requested')
