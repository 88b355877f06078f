import { defineJob } from '#jobs'

export interface MailRequest {
  email: string
  /** The address has had enough mails for now. */
  silent: boolean
}

/** Flows that must not tell whether an address has an account enqueue the same job for every address. */
export const registrationRequested = defineJob<MailRequest & { registration_id: string }>('auth.registration_requested')
export const verificationRequested = defineJob<MailRequest>('auth.verification_requested')
export const passwordResetRequested = defineJob<MailRequest>('auth.password_reset_requested')
