import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { sendRaw, startTestServer, type TestServer } from './testing.ts'

const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

describe('the built web app', () => {
  let folder: string
  let server: TestServer

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plinth-web-'))
    mkdirSync(join(folder, 'assets'))
    mkdirSync(join(folder, '.secret'))
    writeFileSync(join(folder, 'index.html'), '<!doctype html><head><!--plinth:head--></head>')
    writeFileSync(join(folder, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
    writeFileSync(join(folder, 'assets/index-abc123.js'), `console.log(${JSON.stringify('x'.repeat(5000))})`)
    writeFileSync(join(folder, 'assets/index-abc123.js.map'), '{}')
    writeFileSync(join(folder, 'assets/font.woff2'), Buffer.alloc(3000, 7))
    writeFileSync(join(folder, '.env'), 'SECRET=1')
    writeFileSync(join(folder, '.secret/a.js'), 'x')
    server = await startTestServer({ config: { env: 'production' }, webFolder: folder })
  })
  after(async () => {
    await server.close()
    rmSync(folder, { recursive: true })
  })

  const get = (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers })

  test('files with hashed names are kept for ever', async () => {
    const answer = await get('/assets/index-abc123.js')
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('cache-control'), 'public, max-age=31536000, immutable')
    assert.equal(answer.headers.get('content-type'), 'text/javascript; charset=utf-8')
    assert.match(await answer.text(), /^console\.log/)
  })

  test('the page is asked for every time and names the environment', async () => {
    const answer = await get('/', BROWSER)
    assert.equal(answer.headers.get('cache-control'), 'no-cache')
    assert.equal(
      await answer.text(),
      '<!doctype html><head><meta name="plinth-environment" content="production"></head>',
    )
    const again = await get('/', { ...BROWSER, 'if-none-match': answer.headers.get('etag') ?? '' })
    assert.equal(again.status, 304)
    assert.match(again.headers.get('content-security-policy') ?? '', /default-src 'self'/)
  })

  test('every address a person navigates to is the page', async () => {
    for (const path of ['/acme/projects', '/sign-in', '/acme/projects/01a1f88d-8f65-745e-aa73-eae3d1543cce?tab=x.y']) {
      const answer = await get(path, BROWSER)
      assert.equal(answer.status, 200, path)
      assert.match(answer.headers.get('content-type') ?? '', /text\/html/)
    }
  })

  test('programs, files and other methods are told that there is nothing', async () => {
    for (const path of ['/acme/projects', '/sign-in']) assert.equal((await get(path)).status, 404)
    for (const path of [
      '/api/v1/nothing',
      '/api',
      '/dev/nothing',
      '/docs-assets/x',
      '/assets/gone.js',
      '/gone.png',
      '/health/x',
    ]) {
      assert.equal((await get(path, BROWSER)).status, 404, path)
    }
    assert.equal((await fetch(`${server.url}/sign-in`, { method: 'POST', headers: BROWSER })).status, 404)
  })

  test('source maps, dot files and what lies outside do not exist', async () => {
    for (const path of [
      '/assets/index-abc123.js.map',
      '/.env',
      '/.secret/a.js',
      '/assets/../.env',
      '/assets/%2e%2e/.env',
      '/assets/..%2f.env',
      '/assets/..%5c.env',
      '/index.html',
      '//etc/passwd',
      '/assets//index-abc123.js',
    ]) {
      assert.equal((await get(path)).status, 404, path)
    }
    for (const path of ['/../../etc/passwd', '/assets/../../../etc/passwd', '\\..\\etc', '/assets/\\..\\..\\x']) {
      const answer = await sendRaw(server.port, `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
      assert.match(answer, /^HTTP\/1\.1 40[04] /, path)
    }
  })

  test('files at the root are served and checked for news', async () => {
    const answer = await get('/favicon.svg')
    assert.equal(answer.headers.get('content-type'), 'image/svg+xml; charset=utf-8')
    assert.equal(answer.headers.get('cache-control'), 'no-cache')
  })

  test('text is compressed as the client likes it, pictures and fonts are not', async () => {
    const encoding = async (path: string, accepted: string) =>
      (await get(path, { 'accept-encoding': accepted })).headers.get('content-encoding')
    assert.equal(await encoding('/assets/index-abc123.js', 'gzip, deflate, br'), 'br')
    assert.equal(await encoding('/assets/index-abc123.js', 'gzip'), 'gzip')
    assert.equal(await encoding('/assets/index-abc123.js', 'br;q=0, gzip;q=0.5'), 'gzip')
    assert.equal(await encoding('/assets/index-abc123.js', 'identity'), null)
    assert.equal(await encoding('/assets/font.woff2', 'gzip, br'), null)
    assert.match((await get('/assets/index-abc123.js')).headers.get('vary') ?? '', /Accept-Encoding/)
  })

  test('a program that asks for JSON at the root gets the directions', async () => {
    const answer = await get('/', { accept: 'application/json' })
    assert.deepEqual(Object.keys((await answer.json()) as object), ['name', 'version', 'docs', 'health'])
  })

  test('only the head of a page can be asked for', async () => {
    const answer = await fetch(`${server.url}/`, { method: 'HEAD' })
    assert.equal(answer.status, 200)
    assert.equal(await answer.text(), '')
  })
})

test('without a build the server says what to do, and shows a build as soon as there is one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plinth-web-'))
  const server = await startTestServer({ config: { env: 'development' }, webFolder: folder })
  try {
    const empty = await (await fetch(server.url, { headers: BROWSER })).text()
    assert.match(empty, /not built yet/)
    assert.match(empty, /content="development"/)
    writeFileSync(join(folder, 'index.html'), 'built <!--plinth:head-->')
    writeFileSync(join(folder, 'logo.png'), 'png')
    assert.match(await (await fetch(server.url, { headers: BROWSER })).text(), /^built <meta/)
    assert.equal((await fetch(`${server.url}/logo.png`)).status, 200)
  } finally {
    await server.close()
    rmSync(folder, { recursive: true })
  }
})
