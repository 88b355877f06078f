/** Where two recordings of one course of events differ, as sentences. The order within one second is not compared. */
import type { Recording } from './record.ts'

export function differences(real: Recording, local: Recording): string[] {
  return [
    ...countsThatDiffer(real.types, local.types),
    ...keysThatDiffer(real.keys, local.keys),
    ...(real.subscription === local.subscription
      ? []
      : [`the subscription is ${real.subscription} at Stripe and ${local.subscription} here`]),
    ...(JSON.stringify(real.invoices) === JSON.stringify(local.invoices)
      ? []
      : [`the invoices are ${JSON.stringify(real.invoices)} at Stripe and ${JSON.stringify(local.invoices)} here`]),
  ]
}

function countsThatDiffer(real: readonly string[], local: readonly string[]): string[] {
  const count = (types: readonly string[], type: string) => types.filter((other) => other === type).length
  return [...new Set([...real, ...local])].sort().flatMap((type) => {
    const [there, here] = [count(real, type), count(local, type)]
    return there === here ? [] : [`${type} is told ${there} times at Stripe and ${here} times here`]
  })
}

function keysThatDiffer(real: Recording['keys'], local: Recording['keys']): string[] {
  const findings: string[] = []
  for (const [type, there] of real) {
    const here = local.get(type)
    if (!here) continue
    for (const part of ['object', 'previous'] as const) {
      const missing = [...there[part]].filter((key) => !here[part].has(key))
      const surplus = [...here[part]].filter((key) => !there[part].has(key))
      const where = part === 'object' ? type : `previous_attributes of ${type}`
      if (missing.length > 0) findings.push(`${where} lacks ${missing.join(', ')} here`)
      if (surplus.length > 0) findings.push(`${where} has ${surplus.join(', ')} here alone`)
    }
  }
  return findings
}
