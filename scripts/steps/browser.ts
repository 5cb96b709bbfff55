import { installNeeded } from './debian-package.ts'

/** The tests of what runs in a browser need one. */
export function installBrowser(): Promise<void> {
  return installNeeded({
    what: 'browser',
    programs: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    debian: 'chromium',
    without: 'its tests will be skipped',
  })
}
