#include "lab/random.h"

#include "core/random.h"
#include "napi/border/convert.h"

namespace thalweg::lab {

using namespace napi;

static uint32_t word(const Napi::Value& value) { return value.As<Napi::Number>().Uint32Value(); }

static Napi::Value to_array(Napi::Env env, const uint32_t* words, uint32_t count) {
  Napi::Array result = Napi::Array::New(env, count);
  for (uint32_t i = 0; i < count; ++i) result.Set(i, Napi::Number::New(env, words[i]));
  return result;
}

// philox(c0, c1, c2, c3, k0, k1) -> four words.
static Napi::Value philox(const Napi::CallbackInfo& info) {
  const PhiloxWords result =
      philox4x32({{word(info[0]), word(info[1]), word(info[2]), word(info[3])}},
                 {word(info[4]), word(info[5])});
  return to_array(info.Env(), result.word, 4);
}

// randomWords(seed, purpose, epoch, window, index) -> four words.
static Napi::Value random_words_entry(const Napi::CallbackInfo& info) {
  const RandomStream stream = random_stream({.seed = to_uint64(info[0], "seed"),
                                             .purpose = static_cast<Purpose>(word(info[1])),
                                             .epoch = to_uint64(info[2], "epoch"),
                                             .window = to_uint64(info[3], "window")});
  const PhiloxWords result = random_words(stream, to_uint64(info[4], "index"));
  return to_array(info.Env(), result.word, 4);
}

void register_random(Napi::Env env, Napi::Object exports) {
  export_function<philox>(env, exports, "philox");
  export_function<random_words_entry>(env, exports, "randomWords");
}

}  // namespace thalweg::lab
