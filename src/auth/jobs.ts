import { defineJob } from '#jobs'

/** Flows that must not tell whether an address has an account enqueue the same job for every address. */
export const registrationRequested = defineJob<{ email: string; registration_id: string }>(
  'auth.registration_requested',
)
export const verificationRequested = defineJob<{ email: string }>('auth.verification_requested')
export const passwordResetRequested = defineJob<{ email: string }>('auth.password_reset_requested')
