// The 46 functions of WASI preview 1 (`wasi_snapshot_preview1`) with their signatures, in the order
// of their names. An import of any other name or signature is refused before a module runs.

/** The module name under which a guest imports these functions. */
export const wasiModule = 'wasi_snapshot_preview1'

type WasiType = 'i32' | 'i64'

export interface WasiSignature {
  readonly params: readonly WasiType[]
  readonly results: readonly WasiType[]
}

export const wasiSignatures = {
  args_get: answering('i32', 'i32'),
  args_sizes_get: answering('i32', 'i32'),
  clock_res_get: answering('i32', 'i32'),
  clock_time_get: answering('i32', 'i64', 'i32'),
  environ_get: answering('i32', 'i32'),
  environ_sizes_get: answering('i32', 'i32'),
  fd_advise: answering('i32', 'i64', 'i64', 'i32'),
  fd_allocate: answering('i32', 'i64', 'i64'),
  fd_close: answering('i32'),
  fd_datasync: answering('i32'),
  fd_fdstat_get: answering('i32', 'i32'),
  fd_fdstat_set_flags: answering('i32', 'i32'),
  fd_fdstat_set_rights: answering('i32', 'i64', 'i64'),
  fd_filestat_get: answering('i32', 'i32'),
  fd_filestat_set_size: answering('i32', 'i64'),
  fd_filestat_set_times: answering('i32', 'i64', 'i64', 'i32'),
  fd_pread: answering('i32', 'i32', 'i32', 'i64', 'i32'),
  fd_prestat_dir_name: answering('i32', 'i32', 'i32'),
  fd_prestat_get: answering('i32', 'i32'),
  fd_pwrite: answering('i32', 'i32', 'i32', 'i64', 'i32'),
  fd_read: answering('i32', 'i32', 'i32', 'i32'),
  fd_readdir: answering('i32', 'i32', 'i32', 'i64', 'i32'),
  fd_renumber: answering('i32', 'i32'),
  fd_seek: answering('i32', 'i64', 'i32', 'i32'),
  fd_sync: answering('i32'),
  fd_tell: answering('i32', 'i32'),
  fd_write: answering('i32', 'i32', 'i32', 'i32'),
  path_create_directory: answering('i32', 'i32', 'i32'),
  path_filestat_get: answering('i32', 'i32', 'i32', 'i32', 'i32'),
  path_filestat_set_times: answering('i32', 'i32', 'i32', 'i32', 'i64', 'i64', 'i32'),
  path_link: answering('i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'),
  path_open: answering('i32', 'i32', 'i32', 'i32', 'i32', 'i64', 'i64', 'i32', 'i32'),
  path_readlink: answering('i32', 'i32', 'i32', 'i32', 'i32', 'i32'),
  path_remove_directory: answering('i32', 'i32', 'i32'),
  path_rename: answering('i32', 'i32', 'i32', 'i32', 'i32', 'i32'),
  path_symlink: answering('i32', 'i32', 'i32', 'i32', 'i32'),
  path_unlink_file: answering('i32', 'i32', 'i32'),
  poll_oneoff: answering('i32', 'i32', 'i32', 'i32'),
  proc_exit: { params: ['i32'], results: [] },
  proc_raise: answering('i32'),
  random_get: answering('i32', 'i32'),
  sched_yield: answering(),
  sock_accept: answering('i32', 'i32', 'i32'),
  sock_recv: answering('i32', 'i32', 'i32', 'i32', 'i32', 'i32'),
  sock_send: answering('i32', 'i32', 'i32', 'i32', 'i32'),
  sock_shutdown: answering('i32', 'i32'),
} as const satisfies Record<string, WasiSignature>

export type WasiFunction = keyof typeof wasiSignatures

/** A host function for each of them; the compiler holds the parameters to the signatures. */
export type WasiImports = {
  readonly [Name in WasiFunction]: (
    ...given: Given<(typeof wasiSignatures)[Name]['params']>
  ) => number | undefined
}

type Given<Types extends readonly WasiType[]> = {
  [At in keyof Types]: Types[At] extends 'i64' ? bigint : number
}

function answering<const Types extends readonly WasiType[]>(...params: Types) {
  return { params, results: ['i32'] } as const
}
