// The one door of @vcp/mesh. Nothing here imports libp2p until a mesh is opened.

export type { BlobStore, PutOptions, ReadOptions, Receiving, Usage } from './blobs/blob-store.ts'
export {
  type BytesBySource,
  type FetchOptions,
  type FetchParts,
  fetchBlob,
  type Progress,
} from './blobs/fetch-blob.ts'
export type { Manifest, Piece } from './blobs/manifest.ts'
export { type FolderOptions, openFolderStore, openMemoryStore } from './blobs/open-store.ts'
export { type MayHave, serveBlobs } from './blobs/serve-blobs.ts'
export { type Conduct, createConduct, type Offence } from './conduct.ts'
export { type Counts, createCounters } from './counters.ts'
export type { Gossip } from './gossip/gossip.ts'
export { createInbox, type Inbox, type Roster } from './gossip/inbox.ts'
export { createGossipHub, type GossipHub } from './gossip/memory-gossip.ts'
export type { ProfileName } from './host/profiles.ts'
export type { Reach } from './host/reach.ts'
export { type Mesh, openMesh, type PeerChange, type PeerConnection, type Peers } from './mesh.ts'
export type { MeshOptions } from './mesh-options.ts'
export { createStreamsHub, type StreamsHub } from './streams/memory-streams.ts'
export type { Answer, Handler, Streams } from './streams/streams.ts'
export { createNativeVerify } from './verify-natively.ts'
