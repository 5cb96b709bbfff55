pragma circom 2.2.3;

include "../parts/bits.circom";
include "../parts/commitment.circom";
include "../generated/tags.circom";

// Three committed vectors of which the new one is the old one plus the update, without overflow.
template ModelDiff(n, bits) {
  signal input context;
  signal input before[n];
  signal input update[n];
  signal input beforeSalt;
  signal input updateSalt;
  signal input afterSalt;
  signal output beforeCommitment;
  signal output updateCommitment;
  signal output afterCommitment;

  component beforeRange[n];
  component updateRange[n];
  component afterRange[n];
  component committed[3];
  committed[0] = PackedCommitment(n, bits, tagModel());
  committed[1] = PackedCommitment(n, bits, tagUpdate());
  committed[2] = PackedCommitment(n, bits, tagModel());
  for (var i = 0; i < n; i++) {
    beforeRange[i] = Signed(bits);
    beforeRange[i].in <== before[i];
    updateRange[i] = Signed(bits);
    updateRange[i].in <== update[i];
    afterRange[i] = Signed(bits);
    afterRange[i].in <== before[i] + update[i];
    committed[0].in[i] <== beforeRange[i].shifted;
    committed[1].in[i] <== updateRange[i].shifted;
    committed[2].in[i] <== afterRange[i].shifted;
  }
  committed[0].salt <== beforeSalt;
  committed[1].salt <== updateSalt;
  committed[2].salt <== afterSalt;
  beforeCommitment <== committed[0].out;
  updateCommitment <== committed[1].out;
  afterCommitment <== committed[2].out;
}
