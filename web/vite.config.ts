import { copyFileSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const require = createRequire(import.meta.url)

// The server's /docs and /redoc load these from its own origin, so the pages work without a network and under a strict CSP.
function documentationAssets(): Plugin {
  const swagger = dirname(require.resolve('swagger-ui-dist/package.json'))
  const redoc = dirname(require.resolve('redoc/package.json'))
  const files = [
    join(swagger, 'swagger-ui-bundle.js'),
    join(swagger, 'swagger-ui.css'),
    join(redoc, 'bundles/redoc.standalone.js'),
  ]
  return {
    name: 'documentation-assets',
    apply: 'build',
    writeBundle({ dir }) {
      const target = join(dir ?? 'dist', 'docs-assets')
      mkdirSync(target, { recursive: true })
      for (const file of files) copyFileSync(file, join(target, basename(file)))
    },
  }
}

// Asked for with the page, it is there before anything is drawn, and no line breaks anew.
const BODY_FONT = /^assets\/geist-latin-wght-normal-[^/]*\.woff2$/

function fontPreload(): Plugin {
  return {
    name: 'font-preload',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_, { bundle = {} }) =>
        Object.keys(bundle)
          .filter((file) => BODY_FONT.test(file))
          .map((file) => ({
            tag: 'link',
            attrs: { rel: 'preload', href: `/${file}`, as: 'font', type: 'font/woff2', crossorigin: '' },
            injectTo: 'head' as const,
          })),
    },
  }
}

// Left alone, the bundler makes a file of every icon and of every few lines that two pages share: a page of the
// application would ask for 50. What most of them need comes in one.
const ON_MOST_PAGES =
  /web[\\/]src[\\/](?:account|audit|billing|frame|projects|tenants|ui[\\/](?:avatar|badge|copy|dialog|menu|meter|relative|select|table))/
const CHUNKS = [
  { name: 'icons', test: /[\\/]lucide-react[\\/]/, minShareCount: 2 },
  { name: 'application', test: ON_MOST_PAGES, minShareCount: 5 },
]

export default defineConfig({
  plugins: [react(), tailwind(), documentationAssets(), fontPreload()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // Inlined fonts and images would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: { groups: CHUNKS } } },
  },
  server: {
    // Not all of /dev: the page of the components is the app's own.
    proxy: Object.fromEntries(
      ['/api', '/dev/mailbox', '/dev/clock', '/dev/stripe'].map((path) => [path, 'http://127.0.0.1:3000']),
    ),
  },
})
