/** Reads a server's own metrics. */

/** Production answers a scraper with the token only. */
export const metricsToken = 'token-of-the-benchmark'

/** The sum of all series of a metric that carry these labels; 0 when there is none. */
export async function metric(url: string, name: string, labels: Record<string, string>): Promise<number> {
  const text = await (
    await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } })
  ).text()
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  return text
    .split('\n')
    .filter(
      (line) =>
        (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) &&
        wanted.every((pair) => line.includes(pair)),
    )
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}
