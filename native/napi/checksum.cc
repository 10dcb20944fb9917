#include "napi/checksum.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "core/threads.h"
#include "core/xxh64.h"
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

// XXH64 of a data set's shape and every value, in turns that the event loop can wait for: pieces
// are hashed side by side, and then their hashes.
class NativeFingerprint : public Wrapped<NativeFingerprint> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "NativeFingerprint",
                       {InstanceMethod<&NativeFingerprint::next>("next")});
  }

  // (dataset)
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
      waiting_.push_back({&dataset_->inputs, rows * dataset_->features * (bytes ? 1 : 4)});
      if (dataset_->label_type != data::LabelType::kNone)
        waiting_.push_back({&dataset_->labels, rows * dataset_->label_width * 4});
    });
  }

 private:
  struct Memory {
    const HostMemory* memory;
    size_t bytes;
  };

  // next() → undefined, or 16 hexadecimal digits once all is through
  Napi::Value next(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      if (!waiting_.empty()) take(waiting_.front());
      if (!waiting_.empty()) return info.Env().Undefined();
      return Napi::String::New(info.Env(), hexadecimal(hash_.digest()));
    });
  }

  void take(const Memory& from) {
    constexpr size_t kPiece = size_t{1} << 20;
    constexpr size_t kPiecesATurn = 32;
    const auto* data = static_cast<const char*>(from.memory->data());
    const size_t first = pieces_.size();
    const size_t all = (from.bytes + kPiece - 1) / kPiece;
    const size_t count = std::min(kPiecesATurn, all - first);
    pieces_.resize(first + count);
    parallel_for(static_cast<int64_t>(count), thread_count(), [&](int64_t part) {
      Xxh64 piece;
      const size_t begin = (first + part) * kPiece;
      piece.update(data + begin, std::min(kPiece, from.bytes - begin));
      pieces_[first + part] = piece.digest();
    });
    if (pieces_.size() < all) return;
    hash_.update(pieces_.data(), pieces_.size() * sizeof(uint64_t));
    pieces_.clear();
    waiting_.erase(waiting_.begin());
  }

  std::shared_ptr<const data::Dataset> dataset_;
  Xxh64 hash_;
  std::vector<Memory> waiting_;   // the first of them under way
  std::vector<uint64_t> pieces_;  // hashes of what is done of it
};

}  // namespace

void register_checksum(Napi::Env env, Napi::Object exports) {
  exports.Set("Checksum", NativeChecksum::define(env));
  exports.Set("Fingerprint", NativeFingerprint::define(env));
}

}  // namespace thalweg::napi
