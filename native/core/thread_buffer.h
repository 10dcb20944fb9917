// Memory for copies that a thread needs again and again.
#pragma once

#include <cstdint>

namespace thalweg {

// Returns at least `count` floats, aligned to 64 bytes, which the calling thread keeps until it
// ends. The next call on this thread overwrites them. Throws MEMORY.
float* thread_buffer(int64_t count);

}  // namespace thalweg
