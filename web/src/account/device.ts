/** "Firefox on Windows" out of a user agent; what is not recognised is named as such, never guessed. */
const browsers: readonly [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\/|Opera/, 'Opera'],
  [/Firefox\/|FxiOS/, 'Firefox'],
  [/Chrome\/|CriOS/, 'Chrome'],
  [/Safari\//, 'Safari'],
  [/^curl\//, 'curl'],
  [/^node/i, 'Node.js'],
]

const systems: readonly [RegExp, string, 'computer' | 'phone'][] = [
  [/iPhone/, 'iPhone', 'phone'],
  [/iPad/, 'iPad', 'phone'],
  [/Android/, 'Android', 'phone'],
  [/Mac OS X/, 'macOS', 'computer'],
  [/Windows/, 'Windows', 'computer'],
  [/CrOS/, 'ChromeOS', 'computer'],
  [/Linux/, 'Linux', 'computer'],
]

export function deviceOf(userAgent: string): { name: string; kind: 'computer' | 'phone' } {
  const browser = browsers.find(([pattern]) => pattern.test(userAgent))?.[1]
  const system = systems.find(([pattern]) => pattern.test(userAgent))
  const name = [browser, system?.[1]].filter(Boolean).join(' on ')
  return { name: name || 'Unknown device', kind: system?.[2] ?? 'computer' }
}
