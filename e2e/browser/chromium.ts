// A real browser, driven without a library: it opens a page, waits until the page is done, and
// prints what the page then holds.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The browser of this machine, or null. */
export function findChromium(): string | null {
  return places.find((place) => existsSync(place)) ?? null
}

/** Opens a page and returns its document once scripts have run for up to `budgetMs`. */
export async function openInChromium(
  browser: string,
  url: string,
  budgetMs: number,
): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), 'vcp-chromium-'))
  try {
    const { stdout } = await promisify(execFile)(
      browser,
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        `--user-data-dir=${profile}`,
        `--virtual-time-budget=${budgetMs}`,
        '--dump-dom',
        url,
      ],
      { timeout: 60_000, maxBuffer: 16 * 1024 * 1024 },
    )
    return stdout
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}
