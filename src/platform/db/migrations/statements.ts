export interface Statement {
  text: string
  /** Of its first character in the file, counted from 1. */
  line: number
}

/** What may hide a semicolon: quotes, quoted names, comments, dollar quotes. Strings with `E''` know backslashes. */
const TOKEN = /\b[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*|\$(?:[A-Za-z_]\w*)?\$|;|['"]/g

/** Splits a script where psql would. Comments stay with the statement that follows them. */
export function splitStatements(script: string): Statement[] {
  const statements: Statement[] = []
  const token = new RegExp(TOKEN)
  let start = 0
  const cut = (end: number) => {
    const text = script.slice(start, end)
    const first = start + leadingNoise(text)
    if (first < end) statements.push({ text: script.slice(first, end).trim(), line: lineAt(script, first) })
    start = end + 1
  }
  for (let match = token.exec(script); match; match = token.exec(script)) {
    if (match[0] === ';') cut(match.index)
    else if (match[0] === '/*') token.lastIndex = endOfComment(script, match.index)
    else if (match[0] === "'" || match[0] === '"') {
      throw new Error(`line ${lineAt(script, match.index)}: ${match[0]} is not closed`)
    } else if (match[0].startsWith('$')) {
      const end = script.indexOf(match[0], token.lastIndex)
      if (end < 0) throw new Error(`line ${lineAt(script, match.index)}: ${match[0]} is not closed`)
      token.lastIndex = end + match[0].length
    }
  }
  cut(script.length)
  return statements
}

export function lineAt(script: string, position: number): number {
  let line = 1
  for (let i = script.indexOf('\n'); i >= 0 && i < position; i = script.indexOf('\n', i + 1)) line++
  return line
}

/** Length of the space and comments in front; the whole length when there is nothing else. */
function leadingNoise(text: string): number {
  let position = 0
  for (;;) {
    const noise = /^(?:\s+|--[^\n]*)/.exec(text.slice(position))
    if (noise) position += noise[0].length
    else if (text.startsWith('/*', position)) position = endOfComment(text, position)
    else return position
  }
}

/** Comments of this kind nest in SQL. */
function endOfComment(script: string, start: number): number {
  let depth = 0
  for (const match of script.slice(start).matchAll(/\/\*|\*\//g)) {
    depth += match[0] === '/*' ? 1 : -1
    if (depth === 0) return start + match.index + 2
  }
  throw new Error(`line ${lineAt(script, start)}: a comment is not closed`)
}
