#include "lab/index_cipher.h"

#include "napi/border/convert.h"
#include "orders/index_cipher.h"
#include "orders/order_stream.h"

namespace thalweg::lab {

using namespace napi;

// cipherIndices({ length, seed, epoch, rounds }, first, out: Float64Array) writes the rows at
// positions first, first + 1, … Orders use the cipher only above 2^16 rows, but this takes any
// length. Fewer rounds make a weaker cipher.
static Napi::Value cipher_indices(const Napi::CallbackInfo& info) {
  const auto object = info[0].As<Napi::Object>();
  const uint64_t length = to_uint64(object.Get("length"), "length");
  const IndexCipher cipher = make_index_cipher(
      length,
      order_stream(to_uint64(object.Get("seed"), "seed"), to_uint64(object.Get("epoch"), "epoch"),
                   length, OrderStream::kCipher),
      object.Get("rounds").As<Napi::Number>().Int32Value());
  const uint64_t first = to_uint64(info[1], "first");
  const Span out = typed_span(info[2], napi_float64_array, "out");
  for (size_t i = 0; i < out.length; ++i)
    static_cast<double*>(out.data)[i] = static_cast<double>(cipher_index(cipher, first + i));
  return info.Env().Undefined();
}

void register_index_cipher(Napi::Env env, Napi::Object exports) {
  export_function<cipher_indices>(env, exports, "cipherIndices");
}

}  // namespace thalweg::lab
