pragma circom 2.2.3;

// `commitmentTo` of packages/proofs/src/encoding/field-encoding.ts: seven elements a step, and the
// number of elements in what the chain starts from.
include "poseidon.circom";

template Commitment(n, tag) {
  signal input in[n];
  signal output out;

  var steps = (n + 6) \ 7;
  component step[steps];
  for (var s = 0; s < steps; s++) {
    step[s] = Poseidon(8);
    if (s == 0) {
      step[s].in[0] <== tag * (1 << 32) + n;
    } else {
      step[s].in[0] <== step[s - 1].out;
    }
    for (var i = 0; i < 7; i++) {
      if (7 * s + i < n) {
        step[s].in[1 + i] <== in[7 * s + i];
      } else {
        step[s].in[1 + i] <== 0;
      }
    }
  }
  out <== step[steps - 1].out;
}

// Values below 2^bits side by side in elements of 253 bits, then a salt, committed to.
template PackedCommitment(n, bits, tag) {
  signal input in[n];
  signal input salt;
  signal output out;

  var each = 253 \ bits;
  var elements = (n + each - 1) \ each;
  component commitment = Commitment(elements + 1, tag);
  for (var e = 0; e < elements; e++) {
    var sum = 0;
    for (var i = 0; i < each && e * each + i < n; i++) {
      sum += in[e * each + i] * (1 << (bits * i));
    }
    commitment.in[e] <== sum;
  }
  commitment.in[elements] <== salt;
  out <== commitment.out;
}
