import assert from 'node:assert/strict'
import { test } from 'node:test'
import { splitStatements } from './statements.ts'

const texts = (script: string) => splitStatements(script).map(({ text }) => text)

test('statements end at semicolons, and comments in front of one are not part of it', () => {
  const script = '-- first\nselect 1;\n\n/* second */ select 2 -- why\n;\n-- nothing follows\n'
  assert.deepEqual(splitStatements(script), [
    { text: 'select 1', line: 2 },
    { text: 'select 2 -- why', line: 4 },
  ])
})

test('semicolons in quotes, names, comments and bodies do not end a statement', () => {
  const kept = [
    `select ';', 'it''s;', E'\\';', ";""a;"`,
    'select 1 /* a; /* nested; */ b; */ + 1',
    'create function f() returns int language sql as $$ select 1; $$',
    'do $body$ begin perform $$;$$; end $body$',
    'select 1 -- a; b\n + 1',
  ]
  assert.deepEqual(texts(kept.join(';\n')), kept)
})

test('what is not closed is refused with its line', () => {
  assert.throws(() => splitStatements('select 1;\n\ndo $$ begin'), /line 3: \$\$ is not closed/)
  assert.throws(() => splitStatements("select 1;\nselect 'open;"), /line 2: ' is not closed/)
  assert.throws(() => splitStatements('select 1;\n/* a /* b */'), /line 2: a comment is not closed/)
})

test('empty statements and empty scripts are nothing', () => {
  assert.deepEqual(texts(''), [])
  assert.deepEqual(texts(' ;; -- only words\n;'), [])
})
