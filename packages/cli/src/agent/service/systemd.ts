// The unit by which systemd runs a node for its user: started with the machine, again when it
// falls, and shut off from what a node does not need.
import type { ServiceFile, ServiceOf } from './service.ts'

export function systemdUnit({ argv, home, drainSeconds }: ServiceOf): ServiceFile {
  const text = `[Unit]
Description=vcp node
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=300
StartLimitBurst=10

[Service]
Type=exec
ExecStart=${argv.map(quoted).join(' ')}
# The first signal drains; what is left after the bound is cut off.
KillSignal=SIGTERM
KillMode=mixed
TimeoutStopSec=${drainSeconds + 30}
Restart=on-failure
RestartSec=5
# A wrong configuration does not get better by trying again.
RestartPreventExitStatus=2 3
Nice=10
UMask=0077
# What a user's own systemd can grant on every machine; the rest needs privileges.
NoNewPrivileges=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=~@clock @cpu-emulation @module @obsolete @raw-io @reboot @swap
SystemCallErrorNumber=EPERM

[Install]
WantedBy=default.target
`
  return {
    path: `${home}/.config/systemd/user/vcp-node.service`,
    text,
    enable: [
      'systemctl --user daemon-reload',
      'systemctl --user enable --now vcp-node',
      'loginctl enable-linger   # so that it runs while you are not logged in',
    ],
    watch: 'journalctl --user -u vcp-node -f',
    remove: 'systemctl --user disable --now vcp-node',
  }
}

/** As systemd reads a word: `%` is a specifier, `$` a variable, quotes and backslashes escape. */
function quoted(word: string): string {
  const escaped = word
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('%', '%%')
    .replaceAll('$', '$$$$')
  return /^[\w@%+=:,./-]+$/.test(word) && escaped === word ? word : `"${escaped}"`
}
