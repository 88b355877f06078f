import { ArrowRight } from 'lucide-react'
import { PricingSection } from '../billing/pricing-section.tsx'
import { brand } from '../brand.ts'
import { ButtonLink } from '../ui/link.tsx'
import { usePageTitle } from '../ui/title.ts'
import { ProductView } from './product-view.tsx'
import { PublicPage } from './public-page.tsx'

export function Landing() {
  const heading = usePageTitle()
  return (
    <PublicPage>
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
      <PricingSection />
      <section className="flex flex-wrap items-end justify-between gap-x-10 gap-y-6 border-line border-t py-16 md:py-20">
        <div className="max-w-[52ch]">
          <h2 className="font-serif text-3xl">{brand.closing.title}</h2>
          <p className="mt-2 text-pretty text-lg text-muted">{brand.closing.text}</p>
        </div>
        <ButtonLink to="/sign-up" look="primary">
          Create your account
          <ArrowRight size={15} aria-hidden="true" />
        </ButtonLink>
      </section>
    </PublicPage>
  )
}
