import { Skeleton } from '../ui/skeleton.tsx'

/** The shape of a page while its code is on the way. */
export function PageLoading() {
  return (
    <div
      role="status"
      aria-label="Loading"
      className="mx-auto flex w-full max-w-[1184px] flex-col gap-6 px-4 py-6 md:px-8 md:py-8"
    >
      <Skeleton className="h-6 w-40" />
      <Skeleton className="h-4 w-72 max-w-full" />
      <Skeleton className="h-64 w-full" />
    </div>
  )
}
