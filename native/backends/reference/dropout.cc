#include "backends/reference/reference_backend.h"

namespace thalweg {

void ReferenceBackend::dropout(const Dropout& op) {
  for (int64_t i = 0; i < op.length; ++i) {
    const PhiloxWords words = random_words(op.stream, static_cast<uint64_t>(i) / 4);
    const bool kept = uniform_float(words.word[i % 4]) >= op.rate;
    op.y[i] = kept ? op.x[i] * op.scale : 0.0f;
  }
}

}  // namespace thalweg
