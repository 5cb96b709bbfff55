// The property list by which launchd runs a node for its user on a Mac.
import type { ServiceFile, ServiceOf } from './service.ts'

const label = 'vcp.node'

const doctype =
  '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" ' +
  '"http://www.apple.com/DTDs/PropertyList-1.0.dtd">'

export function launchdPlist({ argv, dataDir, home, drainSeconds }: ServiceOf): ServiceFile {
  const path = `${home}/Library/LaunchAgents/${label}.plist`
  const text = `<?xml version="1.0" encoding="UTF-8"?>
${doctype}
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${label}</string>
  <key>ProgramArguments</key>
  <array>
${argv.map((word) => `    <string>${escaped(word)}</string>`).join('\n')}
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>5</integer>
  <key>ExitTimeOut</key>
  <integer>${drainSeconds + 30}</integer>
  <key>ProcessType</key>
  <string>Background</string>
  <key>LowPriorityIO</key>
  <true/>
  <key>Nice</key>
  <integer>10</integer>
  <key>Umask</key>
  <integer>63</integer>
  <key>StandardErrorPath</key>
  <string>${escaped(dataDir)}/service.log</string>
  <key>StandardOutPath</key>
  <string>/dev/null</string>
</dict>
</plist>
`
  return {
    path,
    text,
    enable: [`launchctl bootstrap gui/$(id -u) ${path}`],
    watch: `tail -f ${dataDir}/service.log`,
    remove: `launchctl bootout gui/$(id -u)/${label}`,
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
