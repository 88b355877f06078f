import { Monitor, Moon, Sun } from 'lucide-react'
import { lastUsed } from '../api/session.ts'
import { SignedIn, useMe } from '../auth/me.tsx'
import { Frame } from '../frame/frame.tsx'
import { Page } from '../frame/page.tsx'
import { Card, Section } from '../ui/card.tsx'
import { setTheme, useTheme } from '../ui/theme.ts'
import { Segments } from '../ui/toggles.tsx'
import { PasswordForm } from './password-form.tsx'
import { ProfileForm } from './profile-form.tsx'
import { Sessions } from './sessions.tsx'

export function AccountPage() {
  return (
    <SignedIn tenant={lastUsed}>
      <Frame>
        <Account />
      </Frame>
    </SignedIn>
  )
}

function Account() {
  const { me } = useMe()
  return (
    <Page title="Your account" purpose="You, in every organisation you belong to.">
      <div>
        <Section title="Profile" description="Your name is shown to the people you work with.">
          <ProfileForm key={me.user.id} />
        </Section>
        <Section title="Password" description="Changing it signs out every other device.">
          <PasswordForm />
        </Section>
        <Section
          title="Devices"
          description="Where you are signed in. End what you do not recognise, then change your password."
        >
          <Sessions />
        </Section>
        <Section title="Appearance" description="Kept in this browser only.">
          <Appearance />
        </Section>
      </div>
    </Page>
  )
}

function Appearance() {
  const theme = useTheme()
  return (
    <Card>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <span className="font-medium">Theme</span>
        <Segments
          label="Theme"
          value={theme}
          onChange={setTheme}
          choices={[
            { value: 'system', label: 'System', icon: Monitor },
            { value: 'light', label: 'Light', icon: Sun },
            { value: 'dark', label: 'Dark', icon: Moon },
          ]}
        />
      </div>
    </Card>
  )
}
