#include "core/thread_buffer.h"

#include "core/aligned.h"

namespace thalweg {

float* thread_buffer(int64_t count) {
  thread_local Aligned<float> buffer;
  const auto wanted = static_cast<size_t>(count);
  if (buffer.size() < wanted) {
    buffer = {};  // frees it first
    buffer = Aligned<float>(wanted);
  }
  return buffer.data();
}

}  // namespace thalweg
