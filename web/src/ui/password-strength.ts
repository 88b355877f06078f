/** A quick hint while typing; the server decides with a dictionary. */
export const minimumLength = 12

export interface Judgement {
  score: 0 | 1 | 2 | 3 | 4
  words: string
}

const sequences = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm']

/** Length that adds nothing new: repeated characters and runs along the alphabet or the keyboard count once. */
function worth(password: string): number {
  const text = password.toLowerCase()
  let length = 0
  for (let at = 0; at < text.length; at += 1) {
    const pair = text.slice(at - 1, at + 1)
    const repeated = at > 0 && pair[0] === pair[1]
    const inSequence = at > 0 && sequences.some((run) => run.includes(pair))
    length += repeated || inSequence ? 0.25 : 1
  }
  const distinct = new Set(text).size
  return Math.min(length, distinct * 2)
}

export function judgePassword(password: string): Judgement {
  if (password.length < minimumLength) {
    const missing = minimumLength - password.length
    return { score: password ? 1 : 0, words: `${missing} more ${missing === 1 ? 'character' : 'characters'}` }
  }
  const length = worth(password)
  if (length < 9) return { score: 1, words: 'Easy to guess' }
  if (length < 13) return { score: 2, words: 'Fair' }
  if (length < 17) return { score: 3, words: 'Good' }
  return { score: 4, words: 'Strong' }
}
