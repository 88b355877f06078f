import { Outlet, useParams } from '@tanstack/react-router'
import { SignedIn } from '../auth/me.tsx'
import { Frame } from '../frame/frame.tsx'

export function TenantFrame() {
  const { tenant } = useParams({ from: '/t/$tenant' })
  return (
    // A new key for each tenant: nothing typed or opened in one may stay open in the next.
    <SignedIn key={tenant} tenant={tenant}>
      <Frame>
        <Outlet />
      </Frame>
    </SignedIn>
  )
}
