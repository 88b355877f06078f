/** The server writes its environment into the page, because the built app is the same everywhere. */
export const inDevelopment =
  import.meta.env.DEV ||
  document.querySelector<HTMLMetaElement>('meta[name=plinth-environment]')?.content === 'development'
