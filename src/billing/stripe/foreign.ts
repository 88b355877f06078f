import { Refusal, unavailable } from '#platform/errors.ts'

/** A customer that our key does not lead to. To people it is an outage; it is one customer's own, and others go on. */
export class ForeignCustomer extends Refusal {
  readonly kind: 'customer_of_other_mode' | 'customer_unknown'

  constructor(kind: ForeignCustomer['kind']) {
    const { status, code, detail, headers } = unavailable(
      'The payment provider does not know this organisation under our key. An operator has to look at the configuration.',
      60,
    )
    super(status, code, detail, { headers })
    this.kind = kind
  }
}
