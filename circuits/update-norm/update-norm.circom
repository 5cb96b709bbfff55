pragma circom 2.2.3;

include "../parts/bits.circom";
include "../parts/commitment.circom";
include "../generated/tags.circom";

// A committed update of n signed values whose squares sum to at most a public bound.
template UpdateNorm(n, bits) {
  signal input context;
  signal input bound;
  signal input update[n];
  signal input salt;
  signal output commitment;

  component range[n];
  component committed = PackedCommitment(n, bits, tagUpdate());
  committed.salt <== salt;
  signal square[n];
  var sum = 0;
  var sizeBits = 0;
  while (2 ** sizeBits < n) sizeBits++;
  for (var i = 0; i < n; i++) {
    range[i] = Signed(bits);
    range[i].in <== update[i];
    committed.in[i] <== range[i].shifted;
    square[i] <== update[i] * update[i];
    sum += square[i];
  }
  commitment <== committed.out;

  // Both the sum and what is left of the bound are below 2^(2 bits + sizeBits), far from wrapping round.
  component rest = Bits(2 * bits + sizeBits);
  rest.in <== bound - sum;
}
