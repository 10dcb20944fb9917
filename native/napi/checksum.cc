#include "napi/checksum.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "core/piece_hash.h"
#include "data/dataset.h"
#include "napi/convert.h"
#include "napi/dataset.h"

namespace thalweg::napi {

namespace {

std::string hexadecimal(uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

// Hashes bytes piece by piece.
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

// Hashes a data set's shape and every value (XXH64). The event loop can run between its turns.
class NativeFingerprint : public Wrapped<NativeFingerprint> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "NativeFingerprint",
                       {InstanceMethod<&NativeFingerprint::next>("next")});
  }

  // new Fingerprint(dataset)
  explicit NativeFingerprint(const Napi::CallbackInfo& info) : Wrapped(info) {
    guarded(info.Env(), [&] {
      dataset_ = to_dataset(info[0], "dataset");
      hash_.update_value(dataset_->rows);
      hash_.update_value(dataset_->features);
      hash_.update_value(static_cast<int32_t>(dataset_->feature_type));
      hash_.update_value(dataset_->scale);
      hash_.update_value(dataset_->offset);
      hash_.update_value(static_cast<int32_t>(dataset_->label_type));
      hash_.update_value(dataset_->label_width);
      const bool bytes = dataset_->feature_type == data::FeatureType::kUint8;
      const auto rows = static_cast<size_t>(dataset_->rows);
      waiting_.emplace_back(dataset_->inputs.data(), rows * dataset_->features * (bytes ? 1 : 4));
      if (dataset_->label_type != data::LabelType::kNone)
        waiting_.emplace_back(dataset_->labels.data(), rows * dataset_->label_width * 4);
    });
  }

 private:
  // next() → undefined, or 16 hexadecimal digits once everything is hashed
  Napi::Value next(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      if (!waiting_.empty()) take_in();
      if (!waiting_.empty()) return info.Env().Undefined();
      return Napi::String::New(info.Env(), hexadecimal(hash_.digest()));
    });
  }

  void take_in() {
    constexpr size_t kPiecesATurn = 32;
    if (!waiting_.front().advance(kPiecesATurn)) return;
    waiting_.front().add_to(hash_);
    waiting_.erase(waiting_.begin());
  }

  std::shared_ptr<const data::Dataset> dataset_;
  Xxh64 hash_;
  std::vector<PieceHash> waiting_;  // the first is under way
};

}  // namespace

void register_checksum(Napi::Env env, Napi::Object exports) {
  exports.Set("Checksum", NativeChecksum::define(env));
  exports.Set("Fingerprint", NativeFingerprint::define(env));
}

}  // namespace thalweg::napi
