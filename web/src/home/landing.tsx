import { ArrowRight } from 'lucide-react'
import { brand } from '../brand.ts'
import { inDevelopment } from '../frame/environment.ts'
import { ButtonLink, Link, PlainLink } from '../ui/link.tsx'
import { Wordmark } from '../ui/mark.tsx'
import { usePageTitle } from '../ui/title.ts'
import { ProductView } from './product-view.tsx'

export function Landing() {
  const heading = usePageTitle()
  return (
    <div className="mx-auto flex min-h-dvh max-w-[1120px] flex-col px-5 md:px-8">
      <header className="flex h-16 items-center justify-between gap-4">
        <Wordmark />
        <nav aria-label="Account" className="flex items-center gap-2">
          <ButtonLink to="/sign-in" look="quiet">
            Sign in
          </ButtonLink>
          <ButtonLink to="/sign-up" className="max-md:hidden">
            Create account
          </ButtonLink>
        </nav>
      </header>
      <main className="flex-1">
        <section className="flex flex-col items-start pt-14 pb-12 md:pt-24 md:pb-16">
          <h1 ref={heading} tabIndex={-1} className="max-w-[22ch] text-balance font-serif text-4xl tracking-[-0.015em]">
            {brand.headline}
          </h1>
          <p className="mt-5 max-w-[56ch] text-pretty text-lg text-muted">{brand.summary}</p>
          <div className="mt-8 flex flex-wrap items-center gap-3">
            <ButtonLink to="/sign-up" look="primary">
              Create your account
              <ArrowRight size={15} aria-hidden="true" />
            </ButtonLink>
            <ButtonLink to="/sign-in">Sign in</ButtonLink>
          </div>
        </section>
        <ProductView />
        <section aria-label="What it does" className="py-16 md:py-24">
          <div className="grid gap-x-10 border-line border-t md:grid-cols-3">
            {brand.features.map((feature) => (
              <div key={feature.title} className="border-line border-b py-7">
                <h2 className="text-lg font-semibold tracking-tight">{feature.title}</h2>
                <p className="mt-2 text-pretty text-base text-muted">{feature.text}</p>
              </div>
            ))}
          </div>
        </section>
      </main>
      <footer className="flex flex-wrap items-center justify-between gap-4 border-line border-t py-6 text-sm text-muted">
        <span>{brand.name}</span>
        <span className="flex items-center gap-5 max-md:[&>a]:flex max-md:[&>a]:min-h-11 max-md:[&>a]:items-center">
          {inDevelopment && <PlainLink href="/docs">API</PlainLink>}
          {inDevelopment && <PlainLink href="/dev/mailbox">Mailbox</PlainLink>}
          <Link to="/sign-in">Sign in</Link>
        </span>
      </footer>
    </div>
  )
}
