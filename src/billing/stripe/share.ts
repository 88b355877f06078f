/** Those who ask the same at the same moment wait for one answer. */
export function shared<Key, T>(): (key: Key, ask: () => Promise<T>) => Promise<T> {
  const asked = new Map<Key, Promise<T>>()
  return (key, ask) => {
    const open = asked.get(key)
    if (open) return open
    const answer = ask().finally(() => asked.delete(key))
    asked.set(key, answer)
    return answer
  }
}
