import type { RequestFacts } from '#access'
import { layout, type Message } from '#email'

const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })

interface LinkEmail {
  to: string
  name: string
  url: string
  expiresAt: Date
}

/** `tenantName` where the click also makes the tenant, so that nobody confirms what they did not ask for. */
export function verificationEmail({
  to,
  name,
  tenantName,
  url,
  expiresAt,
}: LinkEmail & { tenantName?: string }): Message {
  return {
    to,
    kind: 'auth.verify_email',
    subject: 'Confirm your e-mail address',
    expiresAt,
    ...layout({
      preheader: 'One click and your address is confirmed.',
      heading: `Welcome, ${name}`,
      paragraphs: [
        tenantName
          ? `You asked to open ${tenantName} with this address. Please confirm that it is yours; the link works once, for 24 hours.`
          : 'Please confirm that this address is yours. The link works once, for 24 hours.',
      ],
      action: { label: 'Confirm address', url },
      footnote: 'If you did not sign up, ignore this mail: nothing happens without the click.',
    }),
  }
}

export function alreadyRegisteredEmail({ to, appUrl }: { to: string; appUrl: string }): Message {
  return {
    to,
    kind: 'auth.already_registered',
    subject: 'You already have an account',
    ...layout({
      preheader: 'Somebody, probably you, tried to sign up with this address.',
      heading: 'You already have an account',
      paragraphs: [
        'Somebody, probably you, tried to sign up with this address. It already has an account, so nothing was changed.',
        'Sign in, or choose a new password if you have forgotten it.',
      ],
      action: { label: 'Sign in', url: `${appUrl}/sign-in` },
      footnote: 'If this was not you, you need not do anything.',
    }),
  }
}

export function passwordResetEmail({ to, name, url, expiresAt }: LinkEmail): Message {
  return {
    to,
    kind: 'auth.password_reset',
    subject: 'Choose a new password',
    expiresAt,
    ...layout({
      preheader: 'The link works once, for one hour.',
      heading: 'Choose a new password',
      paragraphs: [`Hello ${name}, follow this link to choose a new password. It works once, for one hour.`],
      action: { label: 'Choose a new password', url },
      footnote: 'If you did not ask for this, ignore this mail: your password stays as it is.',
    }),
  }
}

export function passwordChangedEmail(input: { to: string; appUrl: string; request: RequestFacts; at: Date }): Message {
  return {
    to: input.to,
    kind: 'auth.password_changed',
    subject: 'Your password was changed',
    ...layout({
      preheader: 'All other sessions were signed out.',
      heading: 'Your password was changed',
      paragraphs: [
        `Your password was changed on ${moment.format(input.at)} UTC from ${input.request.ip}. All other sessions were signed out.`,
      ],
      action: { label: 'This was not me', url: `${input.appUrl}/forgot-password` },
      footnote: 'If it was you, there is nothing to do.',
    }),
  }
}

export function newDeviceEmail(input: { to: string; appUrl: string; request: RequestFacts; at: Date }): Message {
  return {
    to: input.to,
    kind: 'auth.new_device',
    subject: 'New sign-in to your account',
    ...layout({
      preheader: 'A device that we have not seen before.',
      heading: 'New sign-in to your account',
      paragraphs: [
        `On ${moment.format(input.at)} UTC somebody signed in to your account from ${input.request.ip} with a device that we have not seen before: ${input.request.userAgent || 'unknown'}.`,
        'If this was you, there is nothing to do. Otherwise end the session and change your password.',
      ],
      action: { label: 'Review your sessions', url: `${input.appUrl}/account` },
    }),
  }
}

export function refreshReuseEmail(input: { to: string; appUrl: string; request: RequestFacts; at: Date }): Message {
  return {
    to: input.to,
    kind: 'auth.refresh_reuse',
    subject: 'We ended one of your sessions',
    ...layout({
      preheader: 'A copy of an old sign-in token was used.',
      heading: 'We ended one of your sessions',
      paragraphs: [
        `On ${moment.format(input.at)} UTC a copy of an old sign-in token was used from ${input.request.ip}. To be safe we ended the session it belonged to; other devices stay signed in.`,
        'If you do not recognise this, change your password.',
      ],
      action: { label: 'Review your sessions', url: `${input.appUrl}/account` },
    }),
  }
}
