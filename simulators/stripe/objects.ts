/** Every kind of object that the local Stripe keeps, by the name Stripe gives it in `object`. */
import type { CatalogKinds } from './catalog/objects.ts'
import type { EngineKinds } from './engine/objects.ts'
import type { HostedKinds } from './hosted/objects.ts'

export interface Kinds extends CatalogKinds, EngineKinds, HostedKinds {}
