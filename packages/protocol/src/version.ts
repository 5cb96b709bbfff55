/** The version of the wire. Nodes and coordinators of different wire versions do not talk. */
export const protocolVersion = 1
