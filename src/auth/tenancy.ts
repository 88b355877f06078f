/**
 * What signing in needs to know about tenants. Accounts lie below tenants, so they state the need here and the tenants
 * module meets it (app.ts joins the two).
 */
import type { RequestFacts, Role } from '#access'
import type { Tx } from '#platform/db/database.ts'

export interface TenantOfToken {
  id: string
  slug: string
  name: string
  role: Role
}

export interface SlugWish {
  text: string
  /** What the caller named it, for the words of a refusal. */
  field: string
  /** A similar one when it is taken, for somebody who can no longer be asked; 409 `SLUG_TAKEN` otherwise. */
  orSimilar?: boolean
}

export interface Tenancy {
  /** 400 when nobody could have such a slug. */
  assertSlug(slug: SlugWish): void

  /** Makes a tenant owned by the person, in the caller's transaction. Without a wish the slug follows from the name. */
  create(
    tx: Tx,
    input: { name: string; slug?: SlugWish | undefined; ownerId: string; request: RequestFacts; now: Date },
  ): Promise<TenantOfToken>

  /**
   * The tenant that the person's next token is for: the one named by `slug` (refused when they are not an active
   * member), else the last used one, else any; `null` when they belong to none.
   */
  enter(
    tx: Tx,
    input: { userId: string; slug?: string | undefined; lastTenantId: string | null; now: Date },
  ): Promise<TenantOfToken | null>
}
