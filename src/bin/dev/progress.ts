/** A step that takes longer than this is announced before it is done. */
const PATIENCE_MS = 400

/** Runs a step and prints a line about it: what it did and how long it took. */
export async function step<T>(
  name: string,
  work: () => Promise<T>,
  describe: (result: T) => string = () => '',
): Promise<T> {
  const started = performance.now()
  const announcement = setTimeout(() => console.log(`    ${name} ...`), PATIENCE_MS)
  try {
    const result = await work()
    const detail = describe(result)
    console.log(`  ✓ ${name.padEnd(12)} ${secondsSince(started)} s${detail && `   ${detail}`}`)
    return result
  } catch (error) {
    console.error(`  ✗ ${name.padEnd(12)} ${secondsSince(started)} s`)
    throw error
  } finally {
    clearTimeout(announcement)
  }
}

export function secondsSince(started: number): string {
  return ((performance.now() - started) / 1000).toFixed(1)
}

export interface Welcome {
  address: string
  accounts: readonly string[]
  password: string
  /** Of the local Stripe, where there is one. */
  stripe: string | undefined
  secondsToStart: string
}

export function welcome({ address, accounts, password, stripe, secondsToStart }: Welcome): string {
  const lines = [
    '',
    `  Plinth is ready after ${secondsToStart} s.`,
    '',
    `    App        ${address}`,
    ...accounts.map((account, index) => `    ${index === 0 ? 'Sign in as' : '          '} ${account}`),
    ...(accounts.length > 0 ? [`    Password   ${password}`] : []),
    `    Mailbox    ${address}/dev/mailbox`,
    `    API        ${address}/docs`,
    ...(stripe ? [`    Stripe     ${stripe}`] : []),
    '',
    '  Changes below src/, migrations/ and web/ are taken up. Ctrl-C stops, and the data is kept; "make reset" starts over.',
    '',
  ]
  return lines.join('\n')
}
