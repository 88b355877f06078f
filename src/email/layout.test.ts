import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { layout } from './index.ts'
import { linksIn } from './links.ts'

const attack = `<img src=x onerror="alert('1')"> & <script>`
const escaped = '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; &lt;script&gt;'

describe('layout', () => {
  it('shows text as text, wherever it is put', () => {
    const places = {
      preheader: attack,
      heading: attack,
      paragraphs: [attack],
      facts: [{ label: attack, value: attack }],
      action: { label: attack, url: `https://app.example.com/?next=${attack}` },
      footnote: attack,
    }
    const { html } = layout(places)
    assert.equal(html.includes('<img'), false)
    assert.equal(html.includes('<script'), false)
    assert.equal(html.split(escaped).length - 1, 11)
    // Every attribute ends where we ended it.
    assert.match(html, /href="https:\/\/app\.example\.com\/\?next=&lt;img src=x onerror=&quot;/)
  })

  it('says the same in text, with the address on a line of its own', () => {
    const { text } = layout({
      preheader: 'Not in the text',
      heading: 'New sign-in',
      paragraphs: ['First.', 'Second.'],
      facts: [
        { label: 'Address', value: '203.0.113.7' },
        { label: 'Device', value: 'Firefox' },
      ],
      action: { label: 'Review sessions', url: 'https://app.example.com/account?a=1&b=2' },
      footnote: 'Ignore it if it was you.',
    })
    assert.equal(
      text,
      [
        'New sign-in',
        'First.',
        'Second.',
        'Address: 203.0.113.7\nDevice:  Firefox',
        'Review sessions:\nhttps://app.example.com/account?a=1&b=2',
        'Ignore it if it was you.',
        '-- \nPlinth\n',
      ].join('\n\n'),
    )
    assert.deepEqual(linksIn(text), ['https://app.example.com/account?a=1&b=2'])
  })

  it('says what language it speaks, and has no table that a screen reader would announce for its looks', () => {
    const { html } = layout({
      preheader: '',
      heading: 'H',
      paragraphs: ['P'],
      action: { label: 'L', url: 'https://x.test' },
    })
    assert.match(html, /<html lang="en"/)
    assert.deepEqual(html.match(/<table(?! role="presentation")/g), null)
  })

  it('refuses a link that leads nowhere from a mail reader', () => {
    for (const url of ['/verify', 'javascript:alert(1)', 'data:text/html,x']) {
      assert.throws(() => layout({ preheader: '', heading: '', paragraphs: [], action: { label: '', url } }), TypeError)
    }
  })
})

describe('linksIn', () => {
  it('finds each address once, without the sentence around it', () => {
    const text = 'See https://a.test/x?y=1#z, or (http://b.test/). Again: https://a.test/x?y=1#z!\n"https://c.test"'
    assert.deepEqual(linksIn(text), ['https://a.test/x?y=1#z', 'http://b.test/', 'https://c.test'])
  })
})
