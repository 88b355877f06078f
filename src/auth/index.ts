/** People and their sessions: sign-up, sign-in, refresh, passwords, proven mailboxes. */
export {
  type AccessClaims,
  type AccessTokens,
  createAccessTokens,
} from './access-tokens.ts'
export { type Accounts, createThrottles, type Throttles, userView } from './accounts.ts'
export { type Browser, browserOf } from './browser.ts'
export { normaliseEmail } from './email-address.ts'
export { adoptAccount, createProvenAccount } from './invited-accounts.ts'
export { passwordResetRequested, registrationRequested, verificationRequested } from './jobs.ts'
export { answerPasswordReset } from './password-change.ts'
export { assertAcceptablePassword } from './password-policy.ts'
export { createPasswords, type Passwords } from './passwords.ts'
export { answerRegistration, answerResend } from './registration.ts'
export { type AuthRoutesOptions, authRoutes, keyRoutes, tokensView } from './routes.ts'
export { FullName, Password, PLAIN_NAME, RoleName, SessionKind, Tokens, UserView } from './schemas.ts'
export { deleteEndedSessions, type Grant, grantOf, type Sessions, startSession } from './sessions/sessions.ts'
export type { SlugWish, Tenancy, TenantOfToken } from './tenancy.ts'
