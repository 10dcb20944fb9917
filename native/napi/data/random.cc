#include "napi/data/random.h"

#include "core/random.h"
#include "napi/border/convert.h"

namespace thalweg::napi {

namespace {

constexpr size_t kWords = 4;

// trialWords(seed: bigint, trial, use, first, out: Uint32Array) fills `out` with the words of the
// counters from `first` on. A trial of a search has a stream of its own for each use.
Napi::Value trial_words(const Napi::CallbackInfo& info) {
  const RandomStream stream = random_stream({.seed = to_uint64(info[0], "seed"),
                                             .purpose = Purpose::kSearch,
                                             .epoch = to_uint64(info[1], "trial"),
                                             .window = to_uint64(info[2], "use")});
  const uint64_t first = to_uint64(info[3], "first");
  const Span out = typed_span(info[4], napi_uint32_array, "out");
  auto* words = static_cast<uint32_t*>(out.data);
  for (size_t i = 0; i < out.length; ++i)
    words[i] = random_words(stream, first + i / kWords).word[i % kWords];
  return info.Env().Undefined();
}

}  // namespace

void register_random(Napi::Env env, Napi::Object exports) {
  export_function<trial_words>(env, exports, "trialWords");
}

}  // namespace thalweg::napi
