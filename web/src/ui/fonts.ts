// Less than it takes until a page shows that it is loading.
const patienceMs = 120

/** The large headings of the public pages wait for their letters: swapped later, their lines would break anew. */
export async function headingFont(): Promise<void> {
  const patience = new Promise((resolve) => setTimeout(resolve, patienceMs))
  await Promise.race([document.fonts.load('1em "Instrument Serif"').catch(() => undefined), patience])
}
