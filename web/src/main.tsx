import './ui/base.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { session } from './api/client.ts'
import { queryClient } from './api/queries.ts'
import { router } from './router.tsx'
import { watchTheme } from './ui/theme.ts'
import { Toasts } from './ui/toast.tsx'

watchTheme()

session.onChange(async (change) => {
  const { pathname, href } = router.state.location
  const isPrivate = /^\/(t|account|new-tenant)(\/|$)/.test(pathname)
  if (change === 'signed-in-elsewhere') {
    // It may be another person: nothing that was read before may stay on the screen.
    await Promise.all([queryClient.resetQueries(), router.invalidate()])
    return
  }
  if (isPrivate) {
    await router.navigate({
      to: '/sign-in',
      search: change === 'expired' ? { return_to: href } : {},
      ignoreBlocker: true,
      replace: true,
    })
  }
  queryClient.clear()
})

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
      <Toasts />
    </QueryClientProvider>
  </StrictMode>,
)
