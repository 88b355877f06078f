import { Skeleton, SkeletonRows } from '../ui/skeleton.tsx'

/** The shape of a page while its code is on the way. */
export function PageLoading() {
  return (
    <div className="mx-auto flex w-full max-w-[1184px] flex-col gap-6 px-4 py-6 md:px-8 md:py-8">
      <div className="flex flex-col gap-2">
        <Skeleton className="h-5 w-40" />
        <Skeleton className="h-4 w-72 max-w-full" />
      </div>
      <div className="animate-late overflow-hidden rounded-card border border-line bg-surface">
        <SkeletonRows rows={8} />
      </div>
    </div>
  )
}

/** The same with the rail, before it is known who is signed in. */
export function FrameLoading() {
  return (
    <div className="flex min-h-dvh max-md:flex-col">
      <div className="flex w-[232px] shrink-0 flex-col gap-3 border-line border-r bg-sunken p-3 max-md:h-14 max-md:w-full max-md:border-r-0 max-md:border-b">
        <div className="flex h-11 items-center gap-2.5 px-1.5 max-md:h-8">
          <Skeleton className="size-7 shrink-0" />
          <Skeleton className="h-3 w-24" />
        </div>
        <div className="flex flex-col gap-5 px-2 pt-14 max-md:hidden">
          {['w-20', 'w-24', 'w-16', 'w-24', 'w-20'].map((width, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows never change
            <Skeleton key={row} className={`h-3 ${width}`} />
          ))}
        </div>
      </div>
      <PageLoading />
    </div>
  )
}
