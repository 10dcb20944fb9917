#include "napi/checksum.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "core/threads.h"
#include "core/xxh64.h"
#include "napi/convert.h"
#include "napi/dataset.h"

namespace thalweg::napi {

namespace {

std::string hexadecimal(uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

// Takes bytes in, piece by piece.
class NativeChecksum : public Wrapped<NativeChecksum> {
 public:
  static Napi::Function define(Napi::Env env) {
    using Self = NativeChecksum;
    return DefineClass(
        env, "NativeChecksum",
        {InstanceMethod<&Self::update>("update"), InstanceMethod<&Self::digest>("digest")});
  }
  explicit NativeChecksum(const Napi::CallbackInfo& info) : Wrapped(info) {}

 private:
  // update(bytes: Uint8Array)
  Napi::Value update(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
      const Span span = typed_span(info[0], napi_uint8_array, "bytes");
      hash_.update(span.data, span.length);
      return info.Env().Undefined();
    });
  }
  // digest() → 16 hexadecimal digits
  Napi::Value digest(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      return Napi::String::New(info.Env(), hexadecimal(hash_.digest()));
    });
  }

  Xxh64 hash_;
};

// Pieces are hashed side by side, and then their hashes: `hash` takes those in.
void hash_memory(const HostMemory& memory, size_t bytes, Xxh64& hash) {
  constexpr size_t kPiece = size_t{1} << 20;
  const auto* data = static_cast<const char*>(memory.data());
  std::vector<uint64_t> pieces((bytes + kPiece - 1) / kPiece);
  parallel_for(static_cast<int64_t>(pieces.size()), thread_count(), [&](int64_t part) {
    Xxh64 piece;
    const size_t begin = part * kPiece;
    piece.update(data + begin, std::min(kPiece, bytes - begin));
    pieces[part] = piece.digest();
  });
  hash.update(pieces.data(), pieces.size() * sizeof(uint64_t));
}

// fingerprint(dataset) → 16 hexadecimal digits: of its shape and every value.
Napi::Value fingerprint(const Napi::CallbackInfo& info) {
  const auto dataset = to_dataset(info[0], "dataset");
  const bool bytes = dataset->feature_type == data::FeatureType::kUint8;
  Xxh64 hash;
  hash.update_value(dataset->rows);
  hash.update_value(dataset->features);
  hash.update_value(static_cast<int32_t>(dataset->feature_type));
  hash.update_value(dataset->scale);
  hash.update_value(dataset->offset);
  hash.update_value(static_cast<int32_t>(dataset->label_type));
  hash.update_value(dataset->label_width);
  hash_memory(dataset->inputs, dataset->rows * dataset->features * (bytes ? 1 : 4), hash);
  if (dataset->label_type != data::LabelType::kNone)
    hash_memory(dataset->labels, dataset->rows * dataset->label_width * 4, hash);
  return Napi::String::New(info.Env(), hexadecimal(hash.digest()));
}

}  // namespace

void register_checksum(Napi::Env env, Napi::Object exports) {
  exports.Set("Checksum", NativeChecksum::define(env));
  export_function<fingerprint>(env, exports, "fingerprint");
}

}  // namespace thalweg::napi
