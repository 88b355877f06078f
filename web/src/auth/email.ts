/** A mistake that can be told while typing; whether the mailbox exists is found out by writing to it. */
export function isEmail(text: string): boolean {
  return /^[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>.]{2,}$/.test(text)
}

export function emailFault(text: string): string | undefined {
  const address = text.trim()
  if (!address) return 'Enter your e-mail address.'
  return isEmail(address) ? undefined : 'This is not a complete e-mail address.'
}

/** Addresses as people paste them: separated by commas, semicolons, spaces or lines, or as "Ada <ada@acme.test>". */
export function emailsIn(text: string): { addresses: string[]; rest: string[] } {
  const addresses = new Set<string>()
  const rest: string[] = []
  const withoutNames = text.replace(/[^,;\n<>]*<([^<>]*)>/g, ' $1 ')
  for (const part of withoutNames.split(/[\s,;]+/).filter(Boolean)) {
    if (isEmail(part)) addresses.add(part.toLowerCase())
    else rest.push(part)
  }
  return { addresses: [...addresses], rest }
}
