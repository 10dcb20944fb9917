#include "core/thread_buffer.h"

#include <pthread.h>

#include <cstdlib>
#include <string>

#include "core/aligned.h"
#include "core/error.h"
#include "core/round.h"

namespace thalweg {

namespace {

// These have no destructors, because registering one for a thread ends the process where memory is
// short. The key frees the buffer when its thread ends.
thread_local float* buffer = nullptr;
thread_local size_t size = 0;  // floats

bool free_at_end(float* owned) {
  static pthread_key_t key;
  static const bool is_made = pthread_key_create(&key, &std::free) == 0;
  return is_made && pthread_setspecific(key, owned) == 0;
}

[[noreturn]] void refuse(size_t bytes) {
  throw Error({ErrorCode::kMemory, "product", std::to_string(bytes) + " bytes",
               "an allocation that fits this machine", "use a smaller model or batch"});
}

}  // namespace

float* thread_buffer(int64_t count) {
  const auto wanted = static_cast<size_t>(count);
  if (wanted <= size) return buffer;
  const size_t bytes = round_up(wanted * sizeof(float), kAlignment);
  auto* made = static_cast<float*>(std::aligned_alloc(kAlignment, bytes));
  if (made == nullptr) refuse(bytes);
  if (!free_at_end(made)) {
    std::free(made);
    refuse(bytes);
  }
  std::free(buffer);
  buffer = made;
  size = wanted;
  return buffer;
}

}  // namespace thalweg
