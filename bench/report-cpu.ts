/** Preloaded into the servers that are measured: tells the parent, when asked, what the whole process has used so far. */
process.on('message', (question) => {
  if (question !== 'usage') return
  const { user, system } = process.cpuUsage()
  process.send?.({ cpuMicroseconds: user + system, rssBytes: process.memoryUsage.rss() })
})
// The channel to the parent must not be what keeps a server alive.
process.channel?.unref()
