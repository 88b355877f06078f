import { layout, type Message } from '#email'
import type { Invitation } from './queries.ts'

export function invitationEmail(input: { invitation: Invitation; tenantName: string; url: string }): Message {
  const { invitation, tenantName, url } = input
  return {
    to: invitation.email,
    kind: 'tenants.invitation',
    subject: `You are invited to ${tenantName}`,
    expiresAt: invitation.expires_at,
    ...layout({
      preheader: `Join ${tenantName} as ${invitation.role}.`,
      heading: `Join ${tenantName}`,
      paragraphs: [
        `You are invited to work in ${tenantName} as ${invitation.role}. The link works once, for seven days, and only for ${invitation.email}.`,
      ],
      action: { label: 'See the invitation', url },
      footnote: 'If you do not know this organisation, ignore this mail: nothing happens without the click.',
    }),
  }
}
