#include "train/step/step_cut.h"

#include <algorithm>
#include <cstddef>

namespace thalweg {

StepCut cut_step(const std::vector<int64_t>& lengths) {
  StepCut cut;
  cut.parts.push_back(0);
  int64_t in_part = 0;
  for (size_t i = 0; i < lengths.size(); ++i) {
    for (int64_t begin = 0; begin < lengths[i]; begin += kPieceLength) {
      const int64_t length = std::min(kPieceLength, lengths[i] - begin);
      cut.pieces.push_back({static_cast<int32_t>(i), begin, length});
      in_part += length;
      if (in_part < kPieceLength) continue;
      cut.parts.push_back(static_cast<int64_t>(cut.pieces.size()));
      in_part = 0;
    }
  }
  const auto all = static_cast<int64_t>(cut.pieces.size());
  if (cut.parts.back() != all) cut.parts.push_back(all);
  return cut;
}

}  // namespace thalweg
