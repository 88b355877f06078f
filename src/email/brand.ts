/** What a clone changes to make all mails its own. Colours are those of web/src/ui/tokens.css, as mail readers know them. */
export const brand = {
  name: 'Plinth',
  light: {
    ground: '#f2f0ec',
    paper: '#fbfaf8',
    line: '#e1ddda',
    ink: '#1a1512',
    muted: '#635c57',
    accent: '#087970',
    onAccent: '#ffffff',
  },
  dark: {
    ground: '#0d0b09',
    paper: '#161311',
    line: '#312d2a',
    ink: '#edebe7',
    muted: '#a9a49e',
    accent: '#55bfb3',
    onAccent: '#0d0b09',
  },
} as const
