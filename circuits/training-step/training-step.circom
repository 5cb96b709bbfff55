pragma circom 2.2.3;

include "../parts/bits.circom";
include "../parts/commitment.circom";
include "../parts/merkle.circom";
include "../generated/tags.circom";

// min(max(in, 0), 2^26) of a value with fewer than 62 bits.
template Clamp() {
  signal input in;
  signal output out;

  var one = 1 << 26;
  component low = Bits(63);
  low.in <== in + (1 << 62);
  component high = Bits(63);
  high.in <== one - in + (1 << 62);
  // The highest bit says that the value was not negative: in >= 0, and in <= one.
  signal capped <== one + high.bit[62] * (in - one);
  out <== low.bit[62] * capped;
}

// One step of gradient descent on a batch of a committed data set. Features and targets have 8
// fractional bits in 16, weights 16 in 32; the step is the gradient's sum divided by 2^shift,
// rounded down. Linear: targets are values. Logistic: they are 0 or 1, and the sigmoid is the hard
// one, min(max(z / 4 + 1 / 2, 0), 1).
template TrainingStep(d, b, depth, shift, isLogistic) {
  signal input context;
  signal input weight[d];
  signal input feature[b][d];
  signal input target[b];
  signal input step[d]; // what is taken from each weight
  signal input weightSalt;
  signal input nextSalt;
  signal input batchSalt;
  signal input isRight[depth];
  signal input sibling[depth];
  signal output beforeCommitment;
  signal output afterCommitment;
  signal output root;
  signal output batch; // its place in the data set

  component weightRange[d];
  component before = PackedCommitment(d, 32, tagModel());
  component after = PackedCommitment(d, 32, tagModel());
  component leaf = PackedCommitment(b * d + b, 16, tagBatch());
  component featureRange[b][d];
  component targetRange[b];
  component clamp[b];
  component nextRange[d];
  component remainder[d];
  signal part[b][d];
  signal slope[b];
  signal gradient[b][d];

  for (var i = 0; i < d; i++) {
    weightRange[i] = Signed(32);
    weightRange[i].in <== weight[i];
    before.in[i] <== weightRange[i].shifted;
  }
  for (var j = 0; j < b; j++) {
    var sum = 0;
    for (var i = 0; i < d; i++) {
      featureRange[j][i] = Signed(16);
      featureRange[j][i].in <== feature[j][i];
      leaf.in[j * d + i] <== featureRange[j][i].shifted;
      part[j][i] <== weight[i] * feature[j][i];
      sum += part[j][i];
    }
    if (isLogistic) {
      target[j] * (target[j] - 1) === 0;
      leaf.in[b * d + j] <== target[j];
      clamp[j] = Clamp();
      clamp[j].in <== sum + (1 << 25);
      slope[j] <== clamp[j].out - target[j] * (1 << 26);
    } else {
      targetRange[j] = Signed(16);
      targetRange[j].in <== target[j];
      leaf.in[b * d + j] <== targetRange[j].shifted;
      slope[j] <== sum - target[j] * (1 << 16);
    }
    for (var i = 0; i < d; i++) gradient[j][i] <== slope[j] * feature[j][i];
  }
  for (var i = 0; i < d; i++) {
    var sum = 0;
    for (var j = 0; j < b; j++) sum += gradient[j][i];
    remainder[i] = Bits(shift);
    remainder[i].in <== sum - step[i] * (1 << shift);
    nextRange[i] = Signed(32);
    nextRange[i].in <== weight[i] - step[i];
    after.in[i] <== nextRange[i].shifted;
  }
  before.salt <== weightSalt;
  after.salt <== nextSalt;
  leaf.salt <== batchSalt;
  beforeCommitment <== before.out;
  afterCommitment <== after.out;

  component path = MerkleRoot(depth);
  path.leaf <== leaf.out;
  var place = 0;
  for (var i = 0; i < depth; i++) {
    path.isRight[i] <== isRight[i];
    path.sibling[i] <== sibling[i];
    place += isRight[i] * (1 << i);
  }
  root <== path.root;
  batch <== place;
}
