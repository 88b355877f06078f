import { QueryClient } from '@tanstack/react-query'
import { ApiProblem } from './problem.ts'

const tries = 3

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // Only what may pass by itself is tried again; a refusal stays a refusal.
      retry: (count, error) =>
        error instanceof ApiProblem && (error.status === 0 || error.status >= 502) && count < tries - 1,
    },
    mutations: { retry: false },
  },
})
