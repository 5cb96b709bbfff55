pragma circom 2.2.3;

include "../parts/poseidon.circom";

// `chainOf` of packages/proofs/src/execution/commitments.ts: fifteen elements a step, and the
// number of elements in what the chain starts from.
template Chain(n, tag) {
  signal input in[n];
  signal output out;

  var steps = (n + 14) \ 15;
  component step[steps];
  for (var s = 0; s < steps; s++) {
    step[s] = Poseidon(16);
    if (s == 0) {
      step[s].in[0] <== tag * (1 << 32) + n;
    } else {
      step[s].in[0] <== step[s - 1].out;
    }
    for (var i = 0; i < 15; i++) {
      if (15 * s + i < n) {
        step[s].in[1 + i] <== in[15 * s + i];
      } else {
        step[s].in[1 + i] <== 0;
      }
    }
  }
  out <== step[steps - 1].out;
}

// Where a machine stands: its next instruction and its words, each in 32 bits.
template State(words) {
  signal input at;
  signal input word[words];
  signal output out;

  component wordBits[words];
  var elements = (words + 6) \ 7;
  component chain = Chain(1 + elements, tagState());
  chain.in[0] <== at;
  for (var e = 0; e < elements; e++) {
    var sum = 0;
    for (var i = 0; i < 7 && 7 * e + i < words; i++) {
      wordBits[7 * e + i] = Bits(32);
      wordBits[7 * e + i].in <== word[7 * e + i];
      sum += word[7 * e + i] * (1 << (32 * i));
    }
    chain.in[1 + e] <== sum;
  }
  out <== chain.out;
}
