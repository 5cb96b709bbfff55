// The browser of this machine. Where there is none the tests of the pages say so, loudly, and the
// others go on.
import { findChromium } from '../browser/chromium.ts'

export const chromium = findChromium()

if (chromium === null) {
  process.stderr.write('SKIPPED: tests of the dashboard in a browser; no Chromium was found\n')
}
