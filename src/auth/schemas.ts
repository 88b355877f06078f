import { roles } from '#access'
import { type Static, Type } from '#platform/schema.ts'

const closed = { additionalProperties: false } as const

const Email = Type.String({ minLength: 1, maxLength: 320, description: 'An e-mail address.' })
/** Long enough for any passphrase, short enough that nobody can make us hash a megabyte. */
export const Password = Type.String({ minLength: 1, maxLength: 2048 })
const Slug = Type.String({ minLength: 1, maxLength: 60 })
const LinkToken = Type.String({ minLength: 1, maxLength: 200 })
/**
 * One line of visible text without an address in it: names stand in mails to people who did not choose them, and must
 * not be able to look like a message of ours. Of the characters that show nothing (DI) only those are left that join or
 * part letters and paint emoji.
 */
export const PLAIN_NAME =
  '^(?!.*://)(?!.*(?![\\u200c\\u200d\\ufe0e\\ufe0f])\\p{DI})(?=.*[^\\s\\p{DI}])[^\\p{Cc}\\p{Zl}\\p{Zp}]+$'
export const FullName = Type.String({ minLength: 1, maxLength: 200, pattern: PLAIN_NAME })
export const SessionKind = Type.Enum(['token', 'cookie'], {
  description: '`cookie` sets the refresh token as an HttpOnly cookie and leaves it out of the body.',
})

export const RoleName = Type.Enum([...roles])

export const UserView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  email: Type.String(),
  full_name: Type.String(),
  email_verified: Type.Boolean(),
  mfa_enabled: Type.Boolean(),
  created_at: Type.String({ format: 'date-time' }),
})

export const TokenTenant = Type.Object({
  id: Type.String({ format: 'uuid' }),
  slug: Type.String(),
  name: Type.String(),
  role: RoleName,
})

export const Tokens = Type.Object({
  access_token: Type.String(),
  refresh_token: Type.Optional(Type.String()),
  token_type: Type.Literal('bearer'),
  expires_in: Type.Integer({ description: 'Seconds.' }),
  refresh_expires_in: Type.Integer({ description: 'Seconds.' }),
  tenant: Type.Union([TokenTenant, Type.Null()]),
})
export type Tokens = Static<typeof Tokens>

/** A name as plans have them, and nothing that could lead anywhere. */
const Intent = Type.Object(
  {
    plan: Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$' }),
    interval: Type.Optional(Type.Union([Type.Literal('month'), Type.Literal('year')])),
  },
  { ...closed, description: 'What was chosen before signing up; the link in the mail leads back to it.' },
)

export const RegisterBody = Type.Object(
  {
    email: Email,
    password: Password,
    full_name: FullName,
    tenant_name: Type.String({ minLength: 1, maxLength: 100, pattern: PLAIN_NAME }),
    tenant_slug: Type.Optional(Slug),
    session: Type.Optional(SessionKind),
    intent: Type.Optional(Intent),
  },
  closed,
)

export const Registered = Type.Object({ user: UserView, tenant: TokenTenant, tokens: Tokens })
export const VerificationRequired = Type.Object({ verification_required: Type.Literal(true) })

export const LoginBody = Type.Object(
  {
    email: Email,
    password: Password,
    tenant_slug: Type.Optional(Slug),
    session: Type.Optional(SessionKind),
  },
  closed,
)

const RefreshToken = Type.String({ minLength: 1, maxLength: 200 })

export const RefreshBody = Type.Object(
  {
    refresh_token: Type.Optional(RefreshToken),
    tenant_slug: Type.Optional(Slug),
    session: Type.Optional(SessionKind),
  },
  closed,
)

export const LogoutBody = Type.Object({ refresh_token: Type.Optional(RefreshToken) }, closed)
export const VerifyBody = Type.Object({ token: LinkToken }, closed)
export const EmailBody = Type.Object({ email: Email }, closed)
export const ResendBody = Type.Object({ email: Email, intent: Type.Optional(Intent) }, closed)
export const ResetBody = Type.Object({ token: LinkToken, password: Password }, closed)
export const ChangePasswordBody = Type.Object(
  { current_password: Password, new_password: Password, session: Type.Optional(SessionKind) },
  closed,
)
export const ProfileBody = Type.Object({ full_name: Type.Optional(FullName) }, closed)
export const SessionParams = Type.Object({ id: Type.String({ format: 'uuid' }) }, closed)

export const Accepted = Type.Object({ accepted: Type.Literal(true) })
export const Verified = Type.Object({ verified: Type.Literal(true), email: Type.String() })
export const PasswordReset = Type.Object({ reset: Type.Literal(true) })
export const ProfileView = Type.Object({ user: UserView })

export const SessionView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  created_at: Type.String({ format: 'date-time' }),
  last_used_at: Type.String({ format: 'date-time' }),
  ip: Type.String(),
  user_agent: Type.String(),
  current: Type.Boolean(),
})

export const JsonWebKeys = Type.Object({ keys: Type.Array(Type.Record(Type.String(), Type.Unknown())) })
