// Where a host lives decides more than its operator should have to: what it listens on, who it
// looks for, which addresses it takes for real.

export interface Profile {
  readonly listen: readonly string[]
  /** Whether it looks for peers on the local network. */
  readonly multicast: boolean
  /** Whether it works at being reached from outside: port mapping, hole punching, relays. */
  readonly reachesOut: boolean
  /** Whether private addresses that strangers name are dialled. */
  readonly dialsPrivate: boolean
  /** New connections a second from one address. Behind one address may be one machine, or many. */
  readonly connectionsPerSecond: number
  readonly connectionsMax: number
}

export const profiles = {
  /** Everything on one machine: tests, `vcp dev`. */
  loopback: {
    listen: ['/ip4/127.0.0.1/tcp/0'],
    multicast: false,
    reachesOut: false,
    dialsPrivate: true,
    connectionsPerSecond: Number.POSITIVE_INFINITY,
    connectionsMax: 5_000,
  },
  /** One office or one rack. */
  lan: {
    listen: ['/ip4/0.0.0.0/tcp/0', '/ip6/::/tcp/0'],
    multicast: true,
    reachesOut: false,
    dialsPrivate: true,
    connectionsPerSecond: 100,
    connectionsMax: 1_000,
  },
  internet: {
    listen: ['/ip4/0.0.0.0/tcp/0', '/ip6/::/tcp/0', '/ip4/0.0.0.0/tcp/0/ws'],
    multicast: true,
    reachesOut: true,
    dialsPrivate: false,
    connectionsPerSecond: 20,
    connectionsMax: 1_000,
  },
} as const satisfies Record<string, Profile>

export type ProfileName = keyof typeof profiles
