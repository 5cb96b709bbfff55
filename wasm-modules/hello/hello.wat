;; The smallest useful command: it writes one line to stdout and returns.
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param $fd i32) (param $iovs i32) (param $count i32) (param $written i32)
      (result i32)))

  (memory (export "memory") 1)

  ;; 0: what fd_write has written; 8: one iovec, which is an address and a length; 16: the line
  (global $written i32 (i32.const 0))
  (global $iovec i32 (i32.const 8))
  (global $line i32 (i32.const 16))
  (global $length i32 (i32.const 18))
  (data (i32.const 16) "hello from inside\n")

  (func (export "_start")
    (local $done i32)
    ;; fd_write may take only a part of what it is given, so the rest is offered again.
    (loop $rest
      (i32.store (global.get $iovec) (i32.add (global.get $line) (local.get $done)))
      (i32.store offset=4 (global.get $iovec) (i32.sub (global.get $length) (local.get $done)))
      (if (call $fd_write
            (i32.const 1) (global.get $iovec) (i32.const 1) (global.get $written))
        (then (unreachable)))
      (local.set $done (i32.add (local.get $done) (i32.load (global.get $written))))
      (br_if $rest (i32.lt_u (local.get $done) (global.get $length)))))
)
